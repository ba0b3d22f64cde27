//! What a check of a presented key reads of the primary database. Each engine has a statement of its own for it.

use jiff::Timestamp;
use uuid::Uuid;

use super::StoreResult;
use super::key_row::{Deciding, End};
use super::row::{Columns, Read, Row};
use crate::model::{Scope, Settings, Standing};

/// A presented key as it is in the primary database now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedKey {
    /// The store's own number of it; what is counted goes by it.
    pub number: i64,
    pub id: Uuid,
    pub scope: Scope,
    /// With whether it is deployed.
    pub project: Option<(Uuid, bool)>,
    pub settings: Settings,
    pub standing: Standing,
    pub expires_at: Option<Timestamp>,
}

/// What a check reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Active or revoked.
    pub key: Option<CheckedKey>,
    /// Whether the gateway's token is that of a gateway.
    pub gateway: bool,
}

/// Whether the gateway is known, and then the key's number, id, scope, project's id, whether that is deployed, whether
/// the key is revoked, has expired and is disabled, when it ends, and what else decides. Where there is no number there is no key.
impl Read for Checked {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (gateway, number): (bool, Option<i64>) = columns.next()?;
        let key = number.map(|number| checked_key(columns, number)).transpose()?;
        Ok(Self { key, gateway })
    }
}

fn checked_key(columns: &mut Columns<'_, impl Row>, number: i64) -> StoreResult<CheckedKey> {
    let (id, scope) = columns.next()?;
    let (project, deployed): (Option<Uuid>, Option<bool>) = columns.next()?;
    Ok(CheckedKey {
        number,
        id,
        scope,
        project: project.zip(deployed),
        standing: {
            let (revoked, expired, disabled) = columns.next()?;
            Standing {
                revoked,
                expired,
                disabled,
            }
        },
        expires_at: columns.next::<End>()?.0,
        settings: match scope {
            Scope::Analytics => Settings::default(),
            Scope::Web | Scope::Mobile => columns.next::<Deciding>()?.0,
        },
    })
}

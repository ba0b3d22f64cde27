//! What a check of a presented key reads of the primary database. Each engine has a statement of its own for it.

use jiff::Timestamp;
use uuid::Uuid;

use super::StoreResult;
use super::key_row::{Deciding, End, Networks};
use super::row::{Columns, Read, Row};
use crate::model::{Scope, Settings, Standing, TokenHash};

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
    /// By the clock of the database.
    pub local_development_ended: bool,
    /// When the token that was presented ends: with the key, or before it.
    pub ends_at: Option<Timestamp>,
    /// Which one was presented, as in [`super::TokenUse`].
    pub token: i64,
    /// Whether it is being rotated, so that what is allowed is counted for either token.
    pub has_two_tokens: bool,
}

/// What a check reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Active or revoked.
    pub key: Option<CheckedKey>,
    /// Whether the gateway's token is that of a gateway.
    pub gateway: bool,
}

impl Checked {
    /// With the token that was presented.
    pub fn of_token(mut self, presented: &TokenHash) -> Self {
        if let Some(key) = &mut self.key {
            key.token = presented.mark();
        }
        self
    }
}

/// Whether the gateway is known, and then the key's number, id, scope, project's id, whether that is deployed, whether
/// the key is revoked, the token replaced, the key expired and disabled, when the token ends, whether the key has two,
/// whether local development has ended, and what else decides. Where there is no number there is no key.
impl Read for Checked {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (gateway, number): (bool, Option<i64>) = columns.next()?;
        let key = number.map(|number| checked_key(columns, number)).transpose()?;
        Ok(Self { key, gateway })
    }
}

/// Without the token, which the client knows.
fn checked_key(columns: &mut Columns<'_, impl Row>, number: i64) -> StoreResult<CheckedKey> {
    let (id, scope) = columns.next()?;
    let (project, deployed): (Option<Uuid>, Option<bool>) = columns.next()?;
    let (revoked, replaced, expired, disabled) = columns.next()?;
    let (End(ends_at), has_two_tokens, local_development_ended): (End, bool, bool) = columns.next()?;
    Ok(CheckedKey {
        number,
        id,
        scope,
        project: project.zip(deployed),
        standing: Standing {
            revoked,
            replaced,
            expired,
            disabled,
        },
        local_development_ended,
        ends_at,
        token: 0,
        has_two_tokens,
        settings: match scope {
            Scope::Analytics => Settings {
                allowed_networks: columns.next::<Networks>()?.0,
                ..Settings::default()
            },
            Scope::Web | Scope::Mobile => columns.next::<Deciding>()?.0,
        },
    })
}

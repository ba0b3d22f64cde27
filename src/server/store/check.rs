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
/// the key is revoked and disabled, [`Ends`], and what else decides. Where there is no number there is no key.
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
    let (revoked, disabled) = columns.next()?;
    let ends: Ends = columns.next()?;
    let settings = match scope {
        Scope::Analytics => Settings {
            allowed_networks: columns.next::<Networks>()?.0,
            ..Settings::default()
        },
        Scope::Web | Scope::Mobile => columns.next::<Deciding>()?.0,
    };
    let token = ends.of_token();
    Ok(CheckedKey {
        number,
        id,
        scope,
        project: project.zip(deployed),
        standing: Standing {
            revoked,
            replaced: token.replaced,
            expired: ends.is_past(ends.expires_at),
            disabled,
        },
        local_development_ended: ends.is_past(settings.local_development_ends_at),
        ends_at: token.ends_at,
        token: 0,
        has_two_tokens: token.is_one_of_two,
        settings,
    })
}

/// When the key ends, and its old token; whether the presented token is not the key's newest, and since when it is a former
/// one; and how late it is, by the clock of the database as it answered.
struct Ends {
    expires_at: Option<Timestamp>,
    old_ends_at: Option<Timestamp>,
    is_older: bool,
    retired_at: Option<Timestamp>,
    now: Option<Timestamp>,
}

impl Read for Ends {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let End(expires_at) = columns.next()?;
        let (old_ends_at, is_older, retired_at, now) = columns.next()?;
        Ok(Self {
            expires_at,
            old_ends_at,
            is_older,
            retired_at,
            now,
        })
    }
}

/// The presented token.
struct PresentedToken {
    replaced: bool,
    ends_at: Option<Timestamp>,
    is_one_of_two: bool,
}

impl Ends {
    /// Whether there is an end and it has come, at its instant. What ends is past if nobody knows how late it is.
    fn is_past(&self, end: Option<Timestamp>) -> bool {
        end.is_some_and(|end| self.now.is_none_or(|now| end <= now))
    }

    fn of_token(&self) -> PresentedToken {
        let is_rotating = self.old_ends_at.is_some() && !self.is_past(self.old_ends_at);
        let earliest = [self.expires_at, self.old_ends_at].into_iter().flatten().min();
        let (replaced, ends_at, is_one_of_two) = match (self.is_older, self.retired_at) {
            (false, _) => (false, self.expires_at, is_rotating),
            (true, None) => (!is_rotating, earliest, true),
            (true, retired_at) => (true, retired_at, false),
        };
        PresentedToken {
            replaced,
            ends_at,
            is_one_of_two,
        }
    }
}

//! Who makes a change, and whether they still may when it is made.

use std::net::IpAddr;

use super::db::{Db, values};
use super::{Actor, StoreError, StoreResult, Visible};
use crate::api::PersonRef;
use crate::model::{Role, TokenHash};

/// Somebody of whom it was seen, in this transaction, that they may act.
#[derive(Debug, Clone)]
pub struct Acting {
    pub seq: i64,
    pub person: PersonRef,
    pub address: Option<IpAddr>,
    pub visible: Visible,
}

impl Acting {
    /// The number of the only one whose things they may see; 0 is anybody's.
    pub fn only_theirs(&self) -> i64 {
        match self.visible {
            Visible::All => 0,
            Visible::CreatedBy(_) => self.seq,
        }
    }
}

/// What was decided about `by` before the transaction must still be so in it.
pub async fn acting(db: &impl Db, by: Actor) -> StoreResult<Acting> {
    let sql = "SELECT seq, email, role, token_hash FROM users WHERE id = ? AND removed_at IS NULL";
    let found = db.maybe(sql, values![by.user]).await?;
    let (seq, email, role, token): (i64, String, Role, Option<TokenHash>) =
        found.ok_or(StoreError::ActorGone)?;
    if by.token.is_some() && by.token != token {
        return Err(StoreError::ActorGone);
    }
    if role != by.role {
        return Err(StoreError::RoleChanged);
    }
    Ok(Acting {
        seq,
        person: PersonRef { id: by.user, email },
        address: by.address,
        visible: by.visible,
    })
}

//! What a new database begins with.

use jiff::Timestamp;
use uuid::Uuid;

use super::db::{Db, columns, insert};
use super::tables::{DATA_KEYS, ORGANISATION};
use super::{StoreResult, WrappedDataKey, people};
use crate::api::User;
use crate::model::{Role, TokenHash};

/// What a new database begins with.
#[derive(Debug, Clone)]
pub struct Founding {
    pub organisation: String,
    pub owner_email: String,
    /// The owner's sign-in token; `None` for the local deck, whose owner sits at the terminal.
    pub owner_token: Option<TokenHash>,
    pub at: Timestamp,
}

/// The organisation, its first data key and its owner, in a database without a row.
pub async fn found(db: &impl Db, founding: &Founding, data_key: &WrappedDataKey) -> StoreResult<()> {
    let organisation = columns! {
        one: 1_i64,
        id: Uuid::now_v7(),
        name: &founding.organisation,
        created_at: founding.at,
    };
    insert(db, &ORGANISATION, organisation).await?;
    let wrapped = columns! { id: data_key.id, wrapped: &data_key.bytes };
    insert(db, &DATA_KEYS, wrapped).await?;
    let owner = User {
        id: Uuid::now_v7(),
        email: founding.owner_email.trim().to_owned(),
        role: Role::Owner,
        created_at: founding.at,
    };
    people::insert(db, &owner, founding.owner_token).await.map(drop)
}

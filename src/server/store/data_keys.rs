//! The data keys, under which secrets are sealed.

use super::db::{Db, one};
use super::{Sealed, StoreError, StoreResult};

/// Nothing new is sealed under a data key that was replaced.
pub async fn expect_newest(db: &impl Db, sealed: &Sealed) -> StoreResult<()> {
    let newest: Option<u32> = one(db, "SELECT max(id) FROM data_keys", &[]).await?;
    match newest == Some(sealed.data_key) {
        true => Ok(()),
        false => Err(StoreError::DataKeyReplaced),
    }
}

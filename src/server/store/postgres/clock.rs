//! How late it is, by the clock of the database and as it is kept in it.

use jiff::Timestamp;

use crate::server::store::db::{Db, one};
use crate::server::store::{DatabaseClock, StoreResult};

/// By the clock of the database.
pub async fn now(db: &impl Db) -> StoreResult<Timestamp> {
    one(db, &format!("SELECT {NOW}"), &[]).await
}

pub async fn both(db: &impl Db) -> StoreResult<DatabaseClock> {
    let (own, kept) = one(db, &format!("SELECT {NOW}, (SELECT at FROM clock)"), &[]).await?;
    Ok(DatabaseClock { own: Some(own), kept })
}

/// In microseconds since the epoch.
pub const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

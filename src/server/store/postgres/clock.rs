//! How late it is, by the clock of the database and as it is kept in it.

use jiff::Timestamp;

use super::ask::{self, Db};
use super::rows::time;
use crate::server::store::{DatabaseClock, StoreResult};

/// By the clock of the database.
pub async fn now(db: &impl Db) -> StoreResult<Timestamp> {
    let row = ask::one(db, &format!("SELECT {NOW}"), &[]).await?;
    time(&row, 0)
}

pub async fn both(db: &impl Db) -> StoreResult<DatabaseClock> {
    let row = ask::one(db, &format!("SELECT {NOW}, (SELECT at FROM clock)"), &[]).await?;
    let kept: Option<i64> = row.try_get(1)?;
    Ok(DatabaseClock {
        own: Some(time(&row, 0)?),
        kept: kept.map(|_| time(&row, 1)).transpose()?,
    })
}

/// In microseconds since the epoch.
pub const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

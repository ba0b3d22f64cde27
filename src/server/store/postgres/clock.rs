//! How late it is, by the clock of the database and as it is kept in it.

use jiff::Timestamp;

use super::ask::{self, Db};
use super::change::Change;
use super::rows::time;
use crate::server::store::clock::{Clocks, Steady};
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

/// Moves the kept time on where it is behind.
pub async fn read(change: &Change<'_>, steady: &Steady) -> StoreResult<Clocks> {
    let row = ask::maybe(&change.tx, "SELECT at FROM clock", &[]).await?;
    let kept = row.map(|row| row.try_get(0)).transpose()?;
    let (clocks, moved) = steady.read(change.now, kept);
    if let Some(at) = moved {
        let sql = "INSERT INTO clock (one, at) VALUES (1, $1)
                       ON CONFLICT (one) DO UPDATE SET at = greatest(clock.at, excluded.at)";
        ask::run_one(&change.tx, sql, &[&at]).await?;
    }
    Ok(clocks)
}

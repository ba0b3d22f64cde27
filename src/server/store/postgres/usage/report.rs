//! How a key is used: what was counted by hour and day, what refused, and where it is used from.

use std::collections::HashMap;

use jiff::Timestamp;
use tokio_postgres::Row;
use uuid::Uuid;

use super::apply::{ADDRESS, ORIGIN};
use super::logged;
use crate::api::{LastUse, Usage};
use crate::server::store::counted::bucket_of;
use crate::server::store::keys::{self, Kept, KeyBy};
use crate::server::store::postgres::ask::{self, Db};
use crate::server::store::postgres::clock;
use crate::server::store::postgres::rows::time;
use crate::server::store::report::{Report, Stored};
use crate::server::store::{Found, StoreResult, Visible};

/// `None`: there is no such key that may be seen. To be asked in a transaction that sees one state.
pub async fn report(db: &impl Db, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
    let Some(Kept {
        seq: key,
        found: Found::Active(_),
        ..
    }) = keys::find(db, KeyBy::Id(id), visible).await?
    else {
        return Ok(None);
    };
    let mut waiting = logged(db, bucket_of(key)).await?;
    waiting.retain(|tally| tally.key == key);
    let mut report = Report::beginning(clock::now(db).await?);
    count(db, key, &mut report).await?;
    let stored = Stored {
        last_use: last_use(db, key).await?,
        origins: sources(db, key, ORIGIN).await?,
        addresses: sources(db, key, ADDRESS).await?,
    };
    Ok(Some(report.finish(stored, &waiting)))
}

/// One look for each hour.
async fn count(db: &impl Db, key: i64, report: &mut Report) -> StoreResult<()> {
    let (first, last) = report.hours();
    let sql = "SELECT u.hour, u.rule, u.n FROM generate_series($1::bigint, $2::bigint) AS h (hour)
                 JOIN usage_hours AS u ON u.hour = h.hour AND u.key = $3";
    for row in ask::all(db, sql, &[&i64::from(first), &i64::from(last), &key]).await? {
        let hour = u32::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0);
        report.add(hour, row.try_get(1)?, row.try_get::<_, i64>(2)? as u64);
    }
    Ok(())
}

async fn last_use(db: &impl Db, key: i64) -> StoreResult<Option<LastUse>> {
    let sql = "SELECT last_used_at, last_address, last_origin FROM keys WHERE seq = $1";
    let row = ask::one(db, sql, &[&key]).await?;
    let last = LastUse {
        at: time(&row, 0)?,
        address: row
            .try_get::<_, Option<&str>>(1)?
            .and_then(|text| text.parse().ok()),
        origin: row.try_get(2)?,
    };
    Ok(Some(last).filter(|last| last.at != Timestamp::UNIX_EPOCH))
}

async fn sources(db: &impl Db, key: i64, kind: i16) -> StoreResult<HashMap<String, i64>> {
    let sql = "SELECT name, last_used_at FROM key_sources WHERE key = $1 AND kind = $2";
    let rows = ask::all(db, sql, &[&key, &kind]).await?;
    let source = |row: &Row| Ok((row.try_get(0)?, row.try_get(1)?));
    rows.iter().map(source).collect()
}

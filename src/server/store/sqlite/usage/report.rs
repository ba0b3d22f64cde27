//! How a key is used: what was counted by hour and day, what refused, and where it is used from.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::apply::{ADDRESS, ORIGIN};
use super::logged;
use crate::api::{LastUse, Usage};
use crate::server::store::counted::bucket_of;
use crate::server::store::db::at_once;
use crate::server::store::keys::{self, Kept, KeyBy};
use crate::server::store::report::{Report, Stored};
use crate::server::store::sqlite::rows::{parsed, time};
use crate::server::store::{Found, StoreResult, Visible};

/// `None`: there is no such key that may be seen.
pub fn report(conn: &Connection, id: Uuid, visible: Visible, now: Timestamp) -> StoreResult<Option<Usage>> {
    let Some(Kept {
        seq: key,
        found: Found::Active(_),
        ..
    }) = at_once(keys::find(conn, KeyBy::Id(id), visible))?
    else {
        return Ok(None);
    };
    let mut waiting = logged(conn, bucket_of(key))?;
    waiting.retain(|tally| tally.key == key);
    let mut report = Report::beginning(now);
    count(conn, key, &mut report)?;
    let stored = Stored {
        last_use: last_use(conn, key)?,
        origins: sources(conn, key, ORIGIN)?,
        addresses: sources(conn, key, ADDRESS)?,
    };
    Ok(Some(report.finish(stored, &waiting)))
}

/// One seek for each hour.
fn count(conn: &Connection, key: i64, report: &mut Report) -> StoreResult<()> {
    let mut statement = conn.prepare_cached(
        "WITH RECURSIVE hours (hour) AS (VALUES (?1) UNION ALL SELECT hour + 1 FROM hours WHERE hour < ?2)
         SELECT u.hour, u.rule, u.n
           FROM hours AS h CROSS JOIN usage_hours AS u ON u.hour = h.hour AND u.key = ?3",
    )?;
    let (first, last) = report.hours();
    let mut rows = statement.query(params![first, last, key])?;
    while let Some(row) = rows.next()? {
        let rule = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        report.add(row.get(0)?, rule, row.get::<_, i64>(2)? as u64);
    }
    Ok(())
}

fn last_use(conn: &Connection, key: i64) -> StoreResult<Option<LastUse>> {
    let mut statement =
        conn.prepare_cached("SELECT last_used_at, last_address, last_origin FROM keys WHERE seq = ?")?;
    let last = statement.query_row([key], |row| {
        Ok(LastUse {
            at: time(row, 0)?,
            address: match row.get_ref(1)? {
                rusqlite::types::ValueRef::Null => None,
                _ => Some(parsed(row, 1, str::parse)?),
            },
            origin: row.get(2)?,
        })
    })?;
    Ok(Some(last).filter(|last| last.at != Timestamp::UNIX_EPOCH))
}

fn sources(conn: &Connection, key: i64, kind: i64) -> StoreResult<HashMap<String, i64>> {
    let mut statement =
        conn.prepare_cached("SELECT name, last_used_at FROM key_sources WHERE key = ? AND kind = ?")?;
    let sources = statement.query_map([key, kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(sources.collect::<rusqlite::Result<_>>()?)
}

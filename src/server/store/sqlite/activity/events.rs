//! The changes of keys that others may want to see, read off the log.

use rusqlite::{Connection, params};

use crate::api::{ActivityAction, KeyEventKind};
use crate::server::store::sqlite::rows::{parsed, uuid};
use crate::server::store::{KeyEventRecord, StoreResult};

pub fn events_since(conn: &Connection, seq: u64, limit: u32) -> StoreResult<Vec<KeyEventRecord>> {
    let mut statement = conn.prepare_cached(
        "SELECT a.seq, a.action, k.id, u.id
           FROM activity AS a NOT INDEXED
                CROSS JOIN keys AS k ON k.seq = a.key CROSS JOIN users AS u ON u.seq = a.key_creator
          WHERE a.seq > ? AND a.action IN ('key_created', 'key_edited', 'key_revoked')
          ORDER BY a.seq LIMIT ?",
    )?;
    let events = statement.query_map(params![seq.min(i64::MAX as u64) as i64, limit], |row| {
        Ok(KeyEventRecord {
            seq: row.get::<_, i64>(0)? as u64,
            kind: match parsed(row, 1, str::parse)? {
                ActivityAction::KeyCreated => KeyEventKind::Created,
                ActivityAction::KeyRevoked => KeyEventKind::Revoked,
                _ => KeyEventKind::Edited,
            },
            key: uuid(row, 2)?,
            creator: uuid(row, 3)?,
        })
    })?;
    Ok(events.collect::<rusqlite::Result<_>>()?)
}

pub fn last_seq(conn: &Connection) -> StoreResult<u64> {
    let mut statement = conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM activity")?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))? as u64)
}

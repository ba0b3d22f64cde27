//! What those who listen may want to hear of, read off the log.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::server::store::changes::heard;
use crate::server::store::{ChangeRecord, Changed, StoreResult};

pub fn changes_since(conn: &Connection, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
    let mut statement = conn.prepare_cached(
        "SELECT a.seq, a.action, k.id, u.id
           FROM activity AS a LEFT JOIN keys AS k ON k.seq = a.key LEFT JOIN users AS u ON u.seq = a.key_creator
          WHERE a.seq > ? ORDER BY a.seq LIMIT ?",
    )?;
    let changes = statement.query_map(params![seq.min(i64::MAX as u64) as i64, limit], |row| {
        Ok(ChangeRecord {
            seq: row.get::<_, i64>(0)? as u64,
            what: changed(row)?,
        })
    })?;
    Ok(changes.collect::<rusqlite::Result<_>>()?)
}

fn changed(row: &Row) -> rusqlite::Result<Changed> {
    let kind = match heard(row.get_ref(1)?.as_str().unwrap_or_default()) {
        Ok(kind) => kind,
        Err(other) => return Ok(other),
    };
    let ids = row.get::<_, Option<[u8; 16]>>(2)?.zip(row.get(3)?);
    Ok(ids.map_or(Changed::Log, |(key, creator)| Changed::Key {
        kind,
        key: Uuid::from_bytes(key),
        creator: Uuid::from_bytes(creator),
    }))
}

pub fn last_seq(conn: &Connection) -> StoreResult<u64> {
    let mut statement = conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM activity")?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))? as u64)
}

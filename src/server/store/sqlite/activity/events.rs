//! The changes of keys and people that others may want to hear of, read off the log.

use rusqlite::{Connection, params};

use crate::api::{ActivityAction, KeyEventKind};
use crate::server::store::sqlite::rows::{parsed, uuid};
use crate::server::store::{ChangeRecord, Changed, StoreResult};

pub fn changes_since(conn: &Connection, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
    // Behind `seq` there are few rows; an index by action would be read from its beginning and sorted.
    let mut statement = conn.prepare_cached(
        "SELECT a.seq, a.action, k.id, u.id
           FROM activity AS a NOT INDEXED
                LEFT JOIN keys AS k ON k.seq = a.key LEFT JOIN users AS u ON u.seq = a.key_creator
          WHERE a.seq > ? AND a.action IN ('key_created', 'key_edited', 'key_revoked', 'key_handed_over',
                                           'user_edited', 'user_removed', 'token_replaced')
          ORDER BY a.seq LIMIT ?",
    )?;
    let changes = statement.query_map(params![seq.min(i64::MAX as u64) as i64, limit], |row| {
        let kind = match parsed(row, 1, str::parse)? {
            ActivityAction::KeyCreated => Some(KeyEventKind::Created),
            ActivityAction::KeyRevoked => Some(KeyEventKind::Revoked),
            ActivityAction::KeyEdited | ActivityAction::KeyHandedOver => Some(KeyEventKind::Edited),
            _ => None,
        };
        Ok(ChangeRecord {
            seq: row.get::<_, i64>(0)? as u64,
            what: match kind {
                None => Changed::Person,
                Some(kind) => Changed::Key {
                    kind,
                    key: uuid(row, 2)?,
                    creator: uuid(row, 3)?,
                },
            },
        })
    })?;
    Ok(changes.collect::<rusqlite::Result<_>>()?)
}

pub fn last_seq(conn: &Connection) -> StoreResult<u64> {
    let mut statement = conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM activity")?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))? as u64)
}

//! The activity log: written in the transaction of the change, read newest first.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, params_from_iter};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::people::{acting, find_user};
use super::rows::{micros, parsed, time, uuid};
use crate::api::{
    Activity, ActivityAction, ActivityHead, ActivityPage, ActivityQuery, ChainHash, DEFAULT_LIMIT,
    KeyEventKind, PersonRef,
};
use crate::server::store::{Actor, ChangeRecord, Changed, StoreError, StoreResult, Visible};

/// What a row is about.
pub struct Subject<'a> {
    pub action: ActivityAction,
    /// The `seq` of the key and of its creator.
    pub key: Option<(i64, i64)>,
    pub name: &'a str,
    pub changes: Map<String, Value>,
}

pub fn record(conn: &Connection, by: Actor, subject: Subject) -> StoreResult<()> {
    let actor = acting(conn, by)?;
    append(conn, Timestamp::now(), Some(actor), by.address, subject)
}

/// Records what happened while nobody was signed in.
pub fn record_of_nobody(conn: &Connection, address: Option<IpAddr>, subject: Subject) -> StoreResult<()> {
    append(conn, Timestamp::now(), None, address, subject)
}

/// Records that its creator created a key, then.
pub fn record_creation(
    conn: &Connection,
    at: Timestamp,
    key: i64,
    creator: i64,
    name: &str,
) -> StoreResult<()> {
    let subject = Subject {
        action: ActivityAction::KeyCreated,
        key: Some((key, creator)),
        name,
        changes: Map::new(),
    };
    append(conn, at, Some(creator), None, subject)
}

/// Adds a row behind the newest one, with the hash that continues the chain.
fn append(
    conn: &Connection,
    at: Timestamp,
    actor: Option<i64>,
    address: Option<IpAddr>,
    subject: Subject,
) -> StoreResult<()> {
    let head = head(conn)?;
    let row = Activity {
        seq: head.seq + 1,
        at: time_of(micros(at))?,
        actor: actor.map(|seq| person(conn, seq)).transpose()?,
        address,
        action: subject.action,
        key: subject.key.map(|(seq, _)| key_id(conn, seq)).transpose()?,
        subject: subject.name.to_owned(),
        changes: Value::Object(subject.changes),
        hash: ChainHash::START,
    };
    let row = Activity {
        hash: row.hash_behind(head.hash),
        ..row
    };
    store(conn, &row, actor, subject.key)
}

fn store(conn: &Connection, row: &Activity, actor: Option<i64>, key: Option<(i64, i64)>) -> StoreResult<()> {
    let changes = match &row.changes {
        Value::Object(changes) if changes.is_empty() => None,
        changes => Some(changes.to_string()),
    };
    conn.prepare_cached(
        "INSERT INTO activity (seq, at, actor, address, action, key, subject, changes, hash, key_creator)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        row.seq as i64,
        micros(row.at),
        actor,
        row.address.map(|address| address.to_string()),
        row.action.as_str(),
        key.map(|(seq, _)| seq),
        row.subject,
        changes,
        row.hash.0,
        key.map(|(_, creator)| creator),
    ])?;
    conn.prepare_cached("UPDATE activity_head SET seq = ?, hash = ?")?
        .execute(params![row.seq as i64, row.hash.0])?;
    Ok(())
}

/// The newest row, as it was noted when it was written.
pub fn head(conn: &Connection) -> StoreResult<ActivityHead> {
    let mut statement = conn.prepare_cached("SELECT seq, hash FROM activity_head")?;
    Ok(statement.query_row([], |row| {
        Ok(ActivityHead {
            seq: row.get::<_, i64>(0)? as u64,
            hash: ChainHash(row.get(1)?),
        })
    })?)
}

fn person(conn: &Connection, seq: i64) -> StoreResult<PersonRef> {
    let mut statement = conn.prepare_cached("SELECT id, email FROM users WHERE seq = ?")?;
    Ok(statement.query_row([seq], |row| {
        Ok(PersonRef {
            id: uuid(row, 0)?,
            email: row.get(1)?,
        })
    })?)
}

fn key_id(conn: &Connection, seq: i64) -> StoreResult<Uuid> {
    let mut statement = conn.prepare_cached("SELECT id FROM keys WHERE seq = ?")?;
    Ok(statement.query_row([seq], |row| uuid(row, 0))?)
}

fn time_of(micros: i64) -> StoreResult<Timestamp> {
    Timestamp::from_microsecond(micros).map_err(|error| StoreError::Fault(error.to_string()))
}

/// Step 2 of the schema: the rows that were written before there was a chain.
pub fn carry_over(tx: &Transaction) -> StoreResult<()> {
    let mut old = tx.prepare(
        "SELECT at, actor, address, action, key, key_creator, subject, changes FROM old_activity ORDER BY seq",
    )?;
    let mut rows = old.query([])?;
    while let Some(row) = rows.next()? {
        let key: Option<i64> = row.get(4)?;
        let creator: Option<i64> = row.get(5)?;
        let address: Option<String> = row.get(2)?;
        let name: String = row.get(6)?;
        let changes: Option<String> = row.get(7)?;
        let subject = Subject {
            action: parsed(row, 3, str::parse)?,
            key: key.zip(creator),
            name: &name,
            changes: changes
                .and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or_default(),
        };
        let address = address.and_then(|text| text.parse().ok());
        append(tx, time_of(row.get(0)?)?, row.get(1)?, address, subject)?;
    }
    drop(rows);
    drop(old);
    Ok(tx.execute_batch("DROP TABLE old_activity")?)
}

pub fn page(conn: &Connection, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
    let mut sql = "SELECT a.seq, a.at, u.id, u.email, a.action, k.id, a.subject, a.changes, a.address, a.hash
                     FROM activity AS a LEFT JOIN users AS u ON u.seq = a.actor
                     LEFT JOIN keys AS k ON k.seq = a.key
                    WHERE true"
        .to_owned();
    let mut values = Vec::new();
    if let Visible::CreatedBy(user) = visible {
        let Some(creator) = find_user(conn, user)? else {
            return Ok(ActivityPage::default());
        };
        sql.push_str(" AND a.key_creator = ?");
        values.push(Sql::Integer(creator));
    }
    if let Some(id) = query.key {
        let seq = conn
            .prepare_cached("SELECT seq FROM keys WHERE id = ?")?
            .query_row([id.as_bytes()], |row| row.get(0))
            .optional()?;
        let Some(key) = seq else {
            return Ok(ActivityPage::default());
        };
        sql.push_str(" AND a.key = ?");
        values.push(Sql::Integer(key));
    }
    if let Some(before) = query.before {
        sql.push_str(" AND a.seq < ?");
        values.push(Sql::Integer(before.min(i64::MAX as u64) as i64));
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT) as usize;
    sql.push_str(" ORDER BY a.seq DESC LIMIT ?");
    values.push(Sql::Integer(limit as i64 + 1));
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), activity)?;
    let mut items = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| last.seq);
    Ok(ActivityPage { items, next })
}

fn activity(row: &Row) -> rusqlite::Result<Activity> {
    let key: Option<[u8; 16]> = row.get(5)?;
    let changes = match row.get_ref(7)? {
        rusqlite::types::ValueRef::Null => Value::Object(Map::new()),
        _ => parsed(row, 7, |json| serde_json::from_str(json))?,
    };
    Ok(Activity {
        seq: row.get::<_, i64>(0)? as u64,
        at: time(row, 1)?,
        actor: match row.get::<_, Option<[u8; 16]>>(2)? {
            None => None,
            Some(id) => Some(PersonRef {
                id: Uuid::from_bytes(id),
                email: row.get(3)?,
            }),
        },
        address: match row.get_ref(8)? {
            rusqlite::types::ValueRef::Null => None,
            _ => Some(parsed(row, 8, str::parse)?),
        },
        action: parsed(row, 4, str::parse)?,
        key: key.map(Uuid::from_bytes),
        subject: row.get(6)?,
        changes,
        hash: ChainHash(row.get(9)?),
    })
}

/// The key's rows from now on belong to what `creator` may see.
pub fn hand_over(conn: &Connection, key: i64, creator: i64) -> StoreResult<()> {
    conn.prepare_cached("UPDATE activity SET key_creator = ? WHERE key = ?")?
        .execute([creator, key])?;
    Ok(())
}

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

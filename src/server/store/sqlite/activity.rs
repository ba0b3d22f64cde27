//! The activity log: written in the transaction of the change, read newest first.

use jiff::Timestamp;
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde_json::{Map, Value};

use super::people::{find_user, user_seq};
use super::rows::{micros, parsed, time, uuid};
use crate::api::{
    Activity, ActivityAction, ActivityPage, ActivityQuery, DEFAULT_LIMIT, KeyEventKind, PersonRef,
};
use crate::server::store::{Actor, KeyEventRecord, StoreResult, Visible};

/// What a row is about.
pub struct Subject<'a> {
    pub action: ActivityAction,
    /// The `seq` of the key and of its creator.
    pub key: Option<(i64, i64)>,
    pub name: &'a str,
    pub changes: Map<String, Value>,
}

const INSERT: &str = "INSERT INTO activity (at, actor, address, action, key, key_creator, subject, changes) \
                      VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

pub fn record(conn: &Connection, by: Actor, subject: Subject) -> StoreResult<()> {
    let Subject {
        action,
        key,
        name,
        changes,
    } = subject;
    let changes = (!changes.is_empty()).then(|| Value::Object(changes).to_string());
    conn.prepare_cached(INSERT)?.execute(params![
        micros(Timestamp::now()),
        user_seq(conn, by.user)?,
        by.address.map(|address| address.to_string()),
        code(action),
        key.map(|(seq, _)| seq),
        key.map(|(_, creator)| creator),
        name,
        changes,
    ])?;
    Ok(())
}

/// Records that its creator created a key, then.
pub fn record_creation(
    conn: &Connection,
    at: Timestamp,
    key: i64,
    creator: i64,
    name: &str,
) -> StoreResult<()> {
    let action = code(ActivityAction::KeyCreated);
    let nothing = rusqlite::types::Null;
    conn.prepare_cached(INSERT)?.execute(params![
        micros(at),
        creator,
        nothing,
        action,
        key,
        creator,
        name,
        nothing
    ])?;
    Ok(())
}

pub fn page(conn: &Connection, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
    let mut sql = "SELECT a.seq, a.at, u.id, u.email, a.action, k.id, a.subject, a.changes
                     FROM activity AS a CROSS JOIN users AS u ON u.seq = a.actor
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
        actor: PersonRef {
            id: uuid(row, 2)?,
            email: row.get(3)?,
        },
        action: parsed(row, 4, action)?,
        key: key.map(uuid::Uuid::from_bytes),
        subject: row.get(6)?,
        changes,
    })
}

pub fn events_since(conn: &Connection, seq: u64, limit: u32) -> StoreResult<Vec<KeyEventRecord>> {
    let mut statement = conn.prepare_cached(
        "SELECT a.seq, a.action, k.id, u.id
           FROM activity AS a CROSS JOIN keys AS k ON k.seq = a.key CROSS JOIN users AS u ON u.seq = a.key_creator
          WHERE a.seq > ? AND a.action IN ('key_created', 'key_edited', 'key_revoked')
          ORDER BY a.seq LIMIT ?",
    )?;
    let events = statement.query_map(params![seq.min(i64::MAX as u64) as i64, limit], |row| {
        Ok(KeyEventRecord {
            seq: row.get::<_, i64>(0)? as u64,
            kind: match parsed(row, 1, action)? {
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

const CODES: [(ActivityAction, &str); 8] = [
    (ActivityAction::KeyCreated, "key_created"),
    (ActivityAction::KeyEdited, "key_edited"),
    (ActivityAction::KeyRevoked, "key_revoked"),
    (ActivityAction::KeyRevealed, "key_revealed"),
    (ActivityAction::ProjectCreated, "project_created"),
    (ActivityAction::ProjectEdited, "project_edited"),
    (ActivityAction::UserAdded, "user_added"),
    (ActivityAction::UserEdited, "user_edited"),
];

fn code(action: ActivityAction) -> &'static str {
    CODES
        .iter()
        .find(|(known, _)| *known == action)
        .map_or("", |(_, code)| code)
}

fn action(code: &str) -> Result<ActivityAction, String> {
    let known = CODES.iter().find(|(_, known)| *known == code);
    known
        .map(|(action, _)| *action)
        .ok_or_else(|| format!("no such action: {code}"))
}

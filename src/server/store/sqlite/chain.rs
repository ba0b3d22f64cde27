//! The end of the log, and how rows are put behind it: each with the hash that continues the chain.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::api::{Activity, ActivityAction, ActivityHead, ChainHash, PersonRef, Stated};
use crate::server::store::StoreResult;
use crate::server::store::activity::{self, headless};
use crate::server::store::changes::Subject;
use crate::server::store::db::at_once;
use crate::server::store::sqlite::rows::{micros, parsed, person, time, uuid};
use crate::server::store::sqlite::statement;

/// The end of the log as it grows, and the people that its rows named so far.
pub struct Chain<'a> {
    conn: &'a Connection,
    end: End,
    people: HashMap<i64, PersonRef>,
}

struct End {
    head: ActivityHead,
    /// The digest of the baseline, which the next row carries.
    pending: Option<ChainHash>,
    /// `false` in a schema of earlier versions, while steps lead from it: nothing is stated yet.
    states: bool,
}

/// Lets `work` append to the log, then notes the new end. To be called inside a transaction.
pub fn extend<T>(conn: &Connection, work: impl FnOnce(&mut Chain) -> StoreResult<T>) -> StoreResult<T> {
    let mut chain = Chain {
        conn,
        end: end(conn)?,
        people: HashMap::new(),
    };
    let result = work(&mut chain)?;
    note(conn, &chain.end)?;
    Ok(result)
}

impl Chain<'_> {
    pub fn append(
        &mut self,
        at: Timestamp,
        actor: Option<i64>,
        address: Option<IpAddr>,
        subject: Subject,
    ) -> StoreResult<()> {
        let (key, stated) = self.stated(&subject)?;
        let mut row = Activity {
            seq: self.end.head.seq + 1,
            at,
            actor: actor.map(|seq| self.person(seq)).transpose()?,
            address,
            action: subject.action,
            key,
            subject: subject.name.into_owned(),
            changes: Value::Object(subject.changes),
            stated,
            hash: ChainHash::START,
        };
        row.hash = row.hash_behind(self.end.head.hash);
        insert(self.conn, &row, actor, subject.key, self.end.states)?;
        self.end.head = ActivityHead {
            seq: row.seq,
            hash: row.hash,
        };
        Ok(())
    }

    /// The id of the key that the row is about, and what the row states.
    fn stated(&mut self, subject: &Subject) -> StoreResult<(Option<Uuid>, Stated)> {
        let about = subject.about.filter(|_| self.end.states);
        let record = about.map(|entity| statement::of(self.conn, entity)).transpose()?;
        let key = match (&record, subject.key) {
            (_, None) => None,
            (Some(record), Some(_)) => Some(record.id),
            (None, Some((seq, _))) => Some(key_id(self.conn, seq)?),
        };
        let statement = record.map(|record| record.statement());
        let stated = Stated {
            entity: statement.and_then(|statement| statement.entity),
            state: statement.map(|statement| statement.state),
            baseline: self.end.pending.take(),
        };
        Ok((key, stated))
    }

    /// Records that its creator created a key, then. What it began with is left out: there may be a
    /// million of them, which are sample data.
    pub fn append_creation(&mut self, at: Timestamp, key: i64, creator: i64, name: &str) -> StoreResult<()> {
        let subject = Subject::of_key(ActivityAction::KeyCreated, (key, creator), name, Map::new());
        self.append(at, Some(creator), None, subject)
    }

    fn person(&mut self, seq: i64) -> StoreResult<PersonRef> {
        if let Some(person) = self.people.get(&seq) {
            return Ok(person.clone());
        }
        let person = person(self.conn, seq)?;
        self.people.insert(seq, person.clone());
        Ok(person)
    }
}

fn key_id(conn: &Connection, seq: i64) -> StoreResult<Uuid> {
    let mut statement = conn.prepare_cached("SELECT id FROM keys WHERE seq = ?")?;
    Ok(statement.query_row([seq], |row| uuid(row, 0))?)
}

/// Without what it states where there are no columns for it yet.
fn insert(
    conn: &Connection,
    row: &Activity,
    actor: Option<i64>,
    key: Option<(i64, i64)>,
    states: bool,
) -> StoreResult<()> {
    let changes = match &row.changes {
        Value::Object(changes) if changes.is_empty() => None,
        changes => Some(changes.to_string()),
    };
    let address = row.address.map(|address| address.to_string());
    let (key, key_creator) = key.unzip();
    let values = params![
        row.seq as i64,
        micros(row.at),
        actor,
        address,
        row.action.as_str(),
        key,
        row.subject,
        changes,
        row.hash.0,
        key_creator,
        row.stated.entity.map(Uuid::into_bytes),
        row.stated.state.map(|state| state.0),
        row.stated.baseline.map(|baseline| baseline.0),
    ];
    let (sql, values) = match states {
        true => (INSERT, values),
        false => (INSERT_WITHOUT_STATEMENT, &values[..10]),
    };
    conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

const INSERT: &str = "
    INSERT INTO activity (seq, at, actor, address, action, key, subject, changes, hash, key_creator, entity, state, baseline)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const INSERT_WITHOUT_STATEMENT: &str = "
    INSERT INTO activity (seq, at, actor, address, action, key, subject, changes, hash, key_creator)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// The newest row, as it was noted when it was written.
pub fn head(conn: &Connection) -> StoreResult<ActivityHead> {
    at_once(activity::head(conn))
}

/// As [`head`], with what the next row carries.
fn end(conn: &Connection) -> StoreResult<End> {
    let mut statement = match conn.prepare_cached("SELECT seq, hash, pending FROM activity_head") {
        Ok(statement) => statement,
        Err(error) if error.to_string().contains("no such column") => {
            return Ok(End {
                head: head(conn)?,
                pending: None,
                states: false,
            });
        }
        Err(error) => return Err(error.into()),
    };
    let end = statement.query_row([], |row| {
        Ok(End {
            head: ActivityHead {
                seq: row.get::<_, i64>(0)? as u64,
                hash: ChainHash(row.get(1)?),
            },
            pending: row.get::<_, Option<[u8; 32]>>(2)?.map(ChainHash),
            states: true,
        })
    });
    end.optional()?.ok_or_else(headless)
}

fn note(conn: &Connection, end: &End) -> StoreResult<()> {
    let (seq, hash) = (end.head.seq as i64, end.head.hash.0);
    let noted = match end.states {
        true => conn
            .prepare_cached("UPDATE activity_head SET seq = ?, hash = ?, pending = ?")?
            .execute(params![seq, hash, end.pending.map(|pending| pending.0)])?,
        false => conn.execute("UPDATE activity_head SET seq = ?, hash = ?", params![seq, hash])?,
    };
    match noted {
        1 => Ok(()),
        _ => Err(headless()),
    }
}

/// Step 2 of the schema: the rows that were written before there was a chain.
pub fn carry_over(tx: &Transaction) -> StoreResult<()> {
    extend(tx, |chain| {
        let mut old = tx.prepare(
            "SELECT at, actor, address, action, key, key_creator, subject, changes FROM old_activity ORDER BY seq",
        )?;
        let mut rows = old.query([])?;
        while let Some(row) = rows.next()? {
            let key: Option<i64> = row.get(4)?;
            let address: Option<String> = row.get(2)?;
            let name: String = row.get(6)?;
            let (address, changes) = as_told(address, row.get(7)?);
            let subject = Subject {
                action: parsed(row, 3, str::parse)?,
                key: key.zip(row.get(5)?),
                id: None,
                name: name.into(),
                changes,
                about: None,
            };
            chain.append(time(row, 0)?, row.get(1)?, address, subject)?;
        }
        Ok(())
    })?;
    Ok(tx.execute_batch("DROP TABLE old_activity")?)
}

/// What can't be read stays as text, since nothing that was written down is lost.
fn as_told(address: Option<String>, changes: Option<String>) -> (Option<IpAddr>, Map<String, Value>) {
    let kept = |field: &str, text: String| (field.to_owned(), Value::String(text));
    let mut told = match changes {
        None => Map::new(),
        Some(json) => serde_json::from_str(&json).unwrap_or_else(|_| Map::from_iter([kept("changes", json)])),
    };
    let Some(text) = address else {
        return (None, told);
    };
    let address = text.parse().ok();
    if address.is_none() {
        told.extend([kept("address", text)]);
    }
    (address, told)
}

//! The end of the log, and how rows are appended to it: each with the hash that continues the chain.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::api::{Activity, ActivityAction, ActivityHead, ChainHash, PersonRef, Stated};
use crate::server::store::StoreResult;
use crate::server::store::activity::{self, head_missing};
use crate::server::store::changes::Subject;
use crate::server::store::db::{Db, at_once, one, run_one, values};
use crate::server::store::log_rows::{self, APPEND, values_of};
use crate::server::store::people::person;
use crate::server::store::row::{read, unreadable};
use crate::server::store::statement::{self, Entity, EntityState};

/// The end of the log as it grows, and the people that its rows named so far.
pub struct Chain<'a> {
    conn: &'a Connection,
    end: End,
    people: HashMap<i64, PersonRef>,
    /// What the next rows state, as far as it was read already.
    states: HashMap<Entity, EntityState>,
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
        states: HashMap::new(),
    };
    let result = work(&mut chain)?;
    note(conn, &chain.end)?;
    Ok(result)
}

impl Chain<'_> {
    /// Appends several rows about what is there now: what they state is read at once.
    pub fn append_all<'a>(
        &mut self,
        at: Timestamp,
        actor: Option<i64>,
        told: impl IntoIterator<Item = (Option<IpAddr>, Subject<'a>)>,
    ) -> StoreResult<()> {
        let told: Vec<(Option<IpAddr>, Subject)> = told.into_iter().collect();
        if self.end.states && told.len() > 1 {
            let about: HashSet<Entity> = told.iter().filter_map(|(_, subject)| subject.about).collect();
            let about: Vec<Entity> = about.into_iter().collect();
            self.states = at_once(statement::of(self.conn, &about))?;
        }
        let mut told = told.into_iter();
        let appended = told.try_for_each(|(address, subject)| self.append(at, actor, address, subject));
        self.states.clear();
        appended
    }

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
        row.hash = row.hash_after(self.end.head.hash);
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
        let of = |entity| match self.states.get(&entity) {
            Some(state) => Ok(state.clone()),
            None => at_once(statement::of_one(self.conn, entity)),
        };
        let state = about.map(of).transpose()?;
        let key = match (&state, subject.key) {
            (_, None) => None,
            (Some(state), Some(_)) => Some(state.id),
            (None, Some((seq, _))) => Some(key_id(self.conn, seq)?),
        };
        let statement = state.map(|state| state.statement());
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
        let person = at_once(person(self.conn, seq))?;
        self.people.insert(seq, person.clone());
        Ok(person)
    }
}

fn key_id(conn: &Connection, seq: i64) -> StoreResult<Uuid> {
    at_once(one(conn, "SELECT id FROM keys WHERE seq = ?", values![seq]))
}

/// Without what it states where there are no columns for it yet.
fn insert(
    conn: &Connection,
    row: &Activity,
    actor: Option<i64>,
    key: Option<(i64, i64)>,
    states: bool,
) -> StoreResult<()> {
    let values = values_of(row, actor, key);
    let (sql, values) = match states {
        true => (APPEND.rendered(Connection::DIALECT), values.as_slice()),
        false => (APPEND_WITHOUT_STATEMENT, &values[..10]),
    };
    at_once(conn.run(sql, values)).map(drop)
}

const APPEND_WITHOUT_STATEMENT: &str = "
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
    end.optional()?.ok_or_else(head_missing)
}

fn note(conn: &Connection, end: &End) -> StoreResult<()> {
    if end.states {
        return at_once(log_rows::note(conn, end.head, end.pending));
    }
    let sql = "UPDATE activity_head SET seq = ?, hash = ?";
    at_once(run_one(conn, sql, values![end.head.seq as i64, end.head.hash]))
}

/// Step 2 of the schema: the rows that were written before there was a chain.
pub fn carry_over(tx: &Transaction) -> StoreResult<()> {
    extend(tx, |chain| {
        let mut old = tx.prepare(
            "SELECT at, actor, address, action, key, key_creator, subject, changes FROM old_activity ORDER BY seq",
        )?;
        let mut rows = old.query([])?;
        while let Some(row) = rows.next()? {
            let (about, key, (name, changes)) = read(row)?;
            let (at, actor, address, action): (_, _, _, String) = about;
            let (key, key_creator): (Option<i64>, Option<i64>) = key;
            let name: String = name;
            let (address, changes) = as_told(address, changes);
            let subject = Subject {
                action: action.parse().map_err(unreadable)?,
                key: key.zip(key_creator),
                id: None,
                name: name.into(),
                changes,
                about: None,
            };
            chain.append(at, actor, address, subject)?;
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

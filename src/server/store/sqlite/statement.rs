//! What the log states of people, projects, gateways and keys: read off the tables when a row is written.

use rusqlite::{Connection, params};

use crate::server::store::db::at_once;
use crate::server::store::statement::{Entity, Kind, Record, baseline};
use crate::server::store::{StoreError, StoreResult};

/// As it is now, in the transaction that changed it.
pub fn of(conn: &Connection, entity: Entity) -> StoreResult<Record> {
    let kind = entity.kind();
    let mut statement = conn.prepare_cached(kind.select_one())?;
    let mut rows = match entity {
        Entity::Person(id) | Entity::Project(id) | Entity::Gateway(id) => statement.query([id.as_bytes()])?,
        Entity::Key(number) => statement.query([number])?,
    };
    match rows.next()? {
        Some(row) => Record::read(kind, row),
        None => Err(StoreError::Fault(format!(
            "a {} was gone as soon as it was changed",
            kind.as_str()
        ))),
    }
}

/// Puts down what is there, of which no row of the log states anything yet.
pub fn begin(conn: &Connection) -> StoreResult<()> {
    for kind in Kind::ALL {
        let mut statement = conn.prepare(&kind.select("true ORDER BY t.seq"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            put_down(conn, kind, &Record::read(kind, row)?)?;
        }
    }
    await_next_row(conn)
}

/// Puts down one more, before [`await_next_row`].
pub fn put_down(conn: &Connection, kind: Kind, record: &Record) -> StoreResult<()> {
    conn.prepare_cached("INSERT INTO baseline (kind, number, state) VALUES (?, ?, ?)")?
        .execute(params![kind.number(), record.number, record.digest().0])?;
    Ok(())
}

/// The next row of the log carries the digest of what was put down.
pub fn await_next_row(conn: &Connection) -> StoreResult<()> {
    let digest = at_once(baseline(conn))?;
    conn.execute("UPDATE activity_head SET pending = ?", [digest.0])?;
    Ok(())
}

//! What the log states of people, projects, gateways and keys: read off the tables when a row is written, and
//! compared with them when somebody asks whether they are as the log says.

use rusqlite::types::FromSql;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::api::ChainHash;
use crate::server::store::statement::{
    BASELINE, BASELINE_ROWS, BATCH, BaselineDigest, Columns, Compared, Comparing, Cursor, Entity, Kind,
    MISSING, MISSING_FROM_BASELINE, Record, Stage, UNFINISHED, gone, gone_from_baseline, judge_baseline,
    unasked,
};
use crate::server::store::{StoreError, StoreResult};

impl Columns for Row<'_> {
    fn number(&self, index: usize) -> StoreResult<i64> {
        get(self, index)
    }

    fn maybe_number(&self, index: usize) -> StoreResult<Option<i64>> {
        get(self, index)
    }

    fn text(&self, index: usize) -> StoreResult<String> {
        get(self, index)
    }

    fn maybe_text(&self, index: usize) -> StoreResult<Option<String>> {
        get(self, index)
    }

    fn maybe_bytes(&self, index: usize) -> StoreResult<Option<Vec<u8>>> {
        get(self, index)
    }

    fn flag(&self, index: usize) -> StoreResult<bool> {
        get(self, index)
    }

    fn id(&self, index: usize) -> StoreResult<Uuid> {
        get(self, index).map(Uuid::from_bytes)
    }
}

fn get<T: FromSql>(row: &Row, index: usize) -> StoreResult<T> {
    Ok(row.get(index)?)
}

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
    let digest = baseline(conn)?;
    conn.execute("UPDATE activity_head SET pending = ?", [digest.0])?;
    Ok(())
}

/// The digest of what was put down.
pub fn baseline(conn: &Connection) -> StoreResult<ChainHash> {
    let mut digest = BaselineDigest::default();
    let mut statement = conn.prepare(BASELINE_ROWS)?;
    loop {
        let (kind, number) = digest.last();
        let mut rows = statement.query([kind, number])?;
        let mut is_read = true;
        while let Some(row) = rows.next()? {
            is_read = false;
            digest.row(row)?;
        }
        if is_read {
            return Ok(digest.finish());
        }
    }
}

pub fn compare(conn: &Connection, from: Cursor) -> StoreResult<Compared> {
    let unexplained = match from.stage {
        Stage::Of(kind) => return rows(conn, kind, from.after),
        Stage::Baseline => {
            let digest = baseline(conn)?;
            first(conn, BASELINE, |row| judge_baseline(row, digest))?.flatten()
        }
        Stage::Removals => {
            let mut statement = conn.prepare_cached(&UNFINISHED)?;
            let mut rows = statement.query([])?;
            let mut unexplained = None;
            while let (None, Some(row)) = (&unexplained, rows.next()?) {
                unexplained = unasked(row)?;
            }
            unexplained
        }
        Stage::Missing => match first(conn, MISSING, |row| gone(row))? {
            Some(sentence) => Some(sentence),
            None => first(conn, MISSING_FROM_BASELINE, |row| gone_from_baseline(row))?,
        },
    };
    Ok(Compared::at_once(from.stage, unexplained))
}

fn rows(conn: &Connection, kind: Kind, after: i64) -> StoreResult<Compared> {
    let mut comparing = Comparing::of(kind);
    let mut statement = conn.prepare_cached(&kind.select_stated())?;
    let mut rows = statement.query([after, BATCH])?;
    while let Some(row) = rows.next()? {
        comparing.row(row)?;
    }
    Ok(comparing.finish())
}

fn first<T>(
    conn: &Connection,
    sql: &str,
    read: impl FnOnce(&Row) -> StoreResult<T>,
) -> StoreResult<Option<T>> {
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    rows.next()?.map(read).transpose()
}

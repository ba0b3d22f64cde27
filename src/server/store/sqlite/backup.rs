//! A database as one file that somebody keeps elsewhere: made from one that is at work, and looked at before
//! it is trusted.

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, params};

use super::health::Health;
use super::open_file::OpenFile;
use super::{chain, connection, located};
use crate::api::{ActivityHead, ActivityPage, ActivityQuery, ChainHash};
use crate::server::store::activity::page;
use crate::server::store::db::at_once;
use crate::server::store::{
    Compared, Cursor, StoreError, StoreResult, Visible, WrappedDataKey, data_keys, statement,
};

/// What is in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    pub active_keys: u64,
    /// Of the activity log.
    pub rows: u64,
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { active_keys, rows } = self;
        write!(f, "active keys: {active_keys}, rows of activity: {rows}")
    }
}

/// Copies the database into a file that is empty, as it is at one moment, whatever is written meanwhile. It is written
/// again, row by row: nothing of what was erased comes along. It is for the caller to sync it.
///
/// Fails when the copy lacks anything that a server acknowledged before: then the path led elsewhere while it was made.
pub fn back_up(database: &Path, copy: &Path) -> StoreResult<()> {
    let unusable = || StoreError::Unavailable(format!("{} is no path of text", copy.display()));
    let into = copy.to_str().ok_or_else(unusable)?;
    let file = located::database(database)?;
    let before = located::identity(&file)?;
    let conn = connection::existing(database)?;
    // Of an earlier version it has no head.
    let acknowledged = match connection::is_current(&conn)? {
        true => Some(chain::head(&conn)?),
        false => None,
    };
    let open = OpenFile::new(database, &file, before, Health::default())?;
    let copied = conn.execute("VACUUM INTO ?", [into]).map_err(StoreError::from);
    let copied = copied.and_then(|_| open.look());
    drop(conn);
    copied?;
    match acknowledged {
        Some(head) => prove_it_has(&connection::existing(copy)?, head),
        None => Ok(()),
    }
}

fn prove_it_has(copy: &Connection, acknowledged: ActivityHead) -> StoreResult<()> {
    let mut row = copy.prepare("SELECT 1 FROM activity WHERE seq = ? AND hash = ?")?;
    let is_there =
        acknowledged.seq == 0 || row.exists(params![acknowledged.seq as i64, acknowledged.hash.0])?;
    match is_there && chain::head(copy)?.seq >= acknowledged.seq {
        true => Ok(()),
        false => Err(StoreError::Fault(format!(
            "the copy lacks row {} of the activity, which was acknowledged before it was made",
            acknowledged.seq
        ))),
    }
}

/// Fails when it is no database of keydeck that this program knows, or is damaged.
pub fn examine(path: &Path) -> StoreResult<Contents> {
    let conn = connection::existing(path)?;
    let whole: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if whole != "ok" {
        return Err(StoreError::Damaged(whole));
    }
    if conn.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Err(StoreError::Damaged(
            "rows refer to others that don't exist".into(),
        ));
    }
    Ok(contents(&conn)?)
}

/// The data keys of a database of this version or an earlier one.
pub fn data_keys_in(path: &Path) -> StoreResult<Vec<WrappedDataKey>> {
    at_once(data_keys::all(&connection::existing(path)?))
}

/// A database of this version in a file, to be verified; nothing writes into it meanwhile.
pub struct Closed(Connection);

impl Closed {
    /// `None` when it is of an earlier version.
    pub fn at(path: &Path) -> StoreResult<Option<Self>> {
        let conn = connection::existing(path)?;
        Ok(connection::is_current(&conn)?.then_some(Self(conn)))
    }

    pub fn activity(&self, query: &ActivityQuery) -> StoreResult<ActivityPage> {
        at_once(page(&self.0, query, Visible::All))
    }

    pub fn activity_head(&self) -> StoreResult<ActivityHead> {
        chain::head(&self.0)
    }

    pub fn compare(&self, from: Cursor) -> StoreResult<Compared> {
        at_once(statement::compare(&self.0, from))
    }

    pub fn data_keys(&self) -> StoreResult<Vec<WrappedDataKey>> {
        at_once(data_keys::all(&self.0))
    }

    pub fn baseline(&self) -> StoreResult<ChainHash> {
        at_once(statement::baseline(&self.0))
    }
}

/// In every version of the schema.
fn contents(conn: &Connection) -> rusqlite::Result<Contents> {
    let count = |sql| conn.query_row(sql, [], |row| row.get::<_, i64>(0));
    Ok(Contents {
        active_keys: count("SELECT count(*) FROM keys WHERE revoked_at IS NULL")? as u64,
        rows: count("SELECT count(*) FROM activity")? as u64,
    })
}

//! Opening the file: its mode, its pragmas, and what a new database begins with.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::thread::available_parallelism;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::ffi::{SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::located::{self, FLAGS, version};
use super::migrations::{STATES, migrate};
use super::snapshot::snapshot;
use super::{log_file, schema};

#[cfg(test)]
pub use super::migrations::in_memory;
pub use super::migrations::{NEWEST, is_current};
use crate::server::store::db::at_once;
use crate::server::store::seals::refuse_set_back;
use crate::server::store::{Founding, StoreError, StoreResult, WrappedDataKey};
use crate::server::store::{data_keys, founding, statement};

/// Tells a keydeck database from any other SQLite file: "kdck".
const APPLICATION_ID: i32 = 0x6b64_636b;
/// Older ones can corrupt the write-ahead log when it is reset.
const OLDEST_ENGINE: i32 = 3_051_003;
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Room for every statement there is under the usual filters; each takes a few KiB.
const STATEMENTS: usize = 112;
/// The length at which the log is carried over into the database: long enough that a page that is changed
/// by one create after another is carried once.
pub const LOG_PAGES: i32 = 8192;
const LOADER_CACHE_KIB: usize = 16 * 1024;
const WRITER_CACHE_KIB: usize = 8 * 1024;
/// How many long reads run at once.
pub const READER_THREADS: usize = 2;
/// What all readers together may cache.
const READERS_CACHE_KIB: usize = 24 * 1024;

/// Lays the foundation in a file that holds no database yet. The write lock is held from before the
/// look at the file until all is in it, so that of two who try at once one finds it taken.
pub fn create(path: &Path, founding: &Founding, data_key: &WrappedDataKey) -> StoreResult<()> {
    private_file(path)?;
    let mut conn = connect(&located::database(path)?)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if version(&tx)? > 0 {
        return Err(StoreError::AlreadyInitialised(path.display().to_string()));
    }
    if !is_empty(&tx)? {
        return Err(foreign(path));
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    migrate(&tx, 0, NEWEST)?;
    found(&tx, founding, data_key)?;
    Ok(tx.commit()?)
}

/// A connection to a keydeck database of this version or an earlier one, with the schema that keydeck makes.
pub fn existing(path: &Path) -> StoreResult<Connection> {
    let file = located::database(path)?;
    located::refuse_held_without_log(&file)?;
    log_file::refuse_stopped(&file)?;
    let conn = connect(&file)?;
    // Of one moment: another process may be bringing it up to date.
    snapshot(&conn, |conn| {
        let version = known_version(conn, path)?;
        schema::require(conn, version)?;
        match version < STATES {
            true => refuse_set_back(version, &at_once(data_keys::all(conn))?),
            false => Ok(()),
        }
    })?;
    Ok(conn)
}

/// Refuses what is no database of keydeck, or a newer one.
fn known_version(conn: &Connection, path: &Path) -> StoreResult<usize> {
    let found = version(conn)?;
    if found == 0 {
        return Err(if is_empty(conn)? {
            StoreError::NotInitialised(path.display().to_string())
        } else {
            foreign(path)
        });
    }
    if conn.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0))? != APPLICATION_ID {
        return Err(foreign(path));
    }
    if found > NEWEST {
        return Err(StoreError::Newer {
            found: found as u32,
            known: NEWEST as u32,
        });
    }
    Ok(found)
}

/// Checks that a keydeck database is there, and brings its schema up to date.
pub fn prepare(path: &Path) -> StoreResult<()> {
    let mut conn = existing(path)?;
    if version(&conn)? < NEWEST {
        // Steps that create a table again can't be taken otherwise; `migrate` checks the references itself.
        conn.pragma_update(None, "foreign_keys", false)?;
        sort_in_files(&conn)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been faster.
        migrate(&tx, version(&tx)?, NEWEST)?;
        schema::require(&tx, NEWEST)?;
        tx.commit()?;
    }
    // Persistent, and impossible inside a transaction; a creation that died after its commit is finished here.
    let mode: String = conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    match mode.as_str() {
        "wal" => Ok(()),
        other => Err(StoreError::Unavailable(format!(
            "its file system supports no write-ahead log (journal mode {other}); put it on a local disk"
        ))),
    }
}

/// The one connection that writes.
pub fn writer(path: &Path) -> StoreResult<Connection> {
    let conn = connect(path)?;
    conn.pragma_update(None, "cache_size", -(WRITER_CACHE_KIB as i64))?;
    // Reading opens the log, which from now on stays where it is.
    version(&conn)?;
    // SQLite does this too, and is content when it fails.
    keep_names(path)?;
    Ok(conn)
}

/// A connection to load sample data with: it may be lost when the power fails.
pub fn loader(path: &Path) -> StoreResult<Connection> {
    let conn = connect(path)?;
    conn.pragma_update(None, "cache_size", -(LOADER_CACHE_KIB as i64))?;
    conn.pragma_update(None, "synchronous", "OFF")?;
    sort_in_files(&conn)?;
    Ok(conn)
}

/// A connection to a database of this version, beside which there is no other, in this process or another one,
/// as long as it is open.
pub fn alone(path: &Path) -> StoreResult<Connection> {
    prepare(path)?;
    let conn = connect(path)?;
    conn.busy_timeout(Duration::ZERO)?;
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let held = conn
        .execute_batch("BEGIN EXCLUSIVE; COMMIT")
        .and_then(|()| version(&conn));
    match held {
        Ok(_) => Ok(conn),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
            Err(StoreError::Unavailable(format!(
                "another process has {} open; stop it first",
                path.display()
            )))
        }
        Err(error) => Err(error.into()),
    }
}

/// What an index of a million keys is sorted in would stay with the process if it were memory.
fn sort_in_files(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update(None, "temp_store", "FILE")
}

/// A connection that can't write.
pub fn reader(path: &Path) -> StoreResult<Connection> {
    let conn = connect(path)?;
    let share = READERS_CACHE_KIB / available_parallelism().map_or(4, |n| n.get() + READER_THREADS);
    conn.pragma_update(None, "cache_size", -(share.clamp(1024, 8192) as i64))?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

fn connect(path: &Path) -> StoreResult<Connection> {
    if rusqlite::version_number() < OLDEST_ENGINE {
        return Err(StoreError::EngineTooOld(format!(
            "this SQLite is {}; keydeck needs 3.51.3 or later",
            rusqlite::version()
        )));
    }
    let conn = Connection::open_with_flags(path, FLAGS)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    // Plans that don't depend on bound values: else most statements would be compiled again for each page.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA mmap_size = 0;
         PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    Ok(conn)
}

/// SQLite gives the mode of the database to the files beside it.
fn private_file(path: &Path) -> StoreResult<()> {
    let unusable = |error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    // To open a pipe would be to wait for somebody at its other end.
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        return Err(unusable(io::Error::other("it is no regular file")));
    }
    let private = |file: File| {
        let empty = file.metadata()?.len() == 0;
        if empty {
            file.set_permissions(Permissions::from_mode(0o600))
        } else {
            Ok(())
        }
    };
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .and_then(private)
        .map_err(unusable)
}

/// The names of the database and its log are on disk too.
fn keep_names(path: &Path) -> StoreResult<()> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let kept = File::open(directory).and_then(|directory| directory.sync_all());
    kept.map_err(|error| StoreError::Unavailable(format!("{}: {error}", directory.display())))
}

fn is_empty(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| {
        row.get(0)
    })
}

fn foreign(path: &Path) -> StoreError {
    StoreError::Foreign(path.display().to_string())
}

fn found(tx: &Transaction, founding: &Founding, data_key: &WrappedDataKey) -> StoreResult<()> {
    at_once(founding::found(&**tx, founding, data_key))?;
    at_once(statement::begin(&**tx))
}

/// What stops a write that is not a full disk.
const CUT_SHORT: &str = "a file can't be written on: look for a limit of the size of files (ulimit -f), a quota, or a disk that fails";

fn is_cut_short(code: i32) -> bool {
    [SQLITE_IOERR_WRITE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMSIZE].contains(&code)
}

impl From<rusqlite::Error> for StoreError {
    /// Says what went wrong without the values that were bound or the statement that was run.
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error_code();
        let text = match &error {
            rusqlite::Error::SqliteFailure(_, Some(message))
                if code == Some(ErrorCode::ConstraintViolation) =>
            {
                message.clone()
            }
            rusqlite::Error::SqliteFailure(failure, _) if is_cut_short(failure.extended_code) => {
                format!("{failure}; {CUT_SHORT}")
            }
            rusqlite::Error::SqliteFailure(failure, _) => failure.to_string(),
            rusqlite::Error::SqlInputError { error, .. } => error.to_string(),
            other => other.to_string(),
        };
        match code {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::OperationInterrupted,
            ) => StoreError::Unavailable(text),
            Some(ErrorCode::DiskFull) => StoreError::Full(text),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged(text),
            _ => StoreError::Fault(text),
        }
    }
}

//! Which file a database is, behind all links, and what is refused before it is opened. SQLite looks for the log
//! beside the name that it opens a database by: a database with two names would have two logs, and what is in
//! one of them is missing from the other.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::server::store::{StoreError, StoreResult};

/// A process that is just opening or closing the database makes and removes its log within milliseconds.
const LOOKS: usize = 20;
const BETWEEN: Duration = Duration::from_millis(50);

pub const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// What tells a file from all others that there are at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl From<&fs::Metadata> for Identity {
    fn from(file: &fs::Metadata) -> Self {
        Self {
            device: file.dev(),
            inode: file.ino(),
        }
    }
}

/// The file that `named` leads to, once it is one that can be opened by one name alone.
pub fn database(named: &Path) -> StoreResult<PathBuf> {
    let unusable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => StoreError::NotInitialised(named.display().to_string()),
        _ => StoreError::Unavailable(format!("{}: {error}", named.display())),
    };
    let file = fs::canonicalize(named).map_err(unusable)?;
    let found = fs::metadata(&file).map_err(unusable)?;
    let refused = |why: String| Err(StoreError::Unavailable(format!("{} {why}", file.display())));
    if !found.is_file() {
        return refused("is no regular file".into());
    }
    if found.nlink() > 1 {
        return refused(format!(
            "has {} names (hard links), and each would have a log of its own; remove all names but one, which \
             `find DIRECTORY -samefile {}` lists",
            found.nlink(),
            file.display()
        ));
    }
    if is_mounted(&file, &found).map_err(unusable)? {
        return refused(
            "is mounted by itself, so that its log is left behind when the mount is gone; mount the directory that it is in"
                .into(),
        );
    }
    Ok(file)
}

/// What the path is now.
pub fn identity(file: &Path) -> StoreResult<Identity> {
    let found = fs::metadata(file);
    let found = found.map_err(|error| StoreError::Unavailable(format!("{}: {error}", file.display())))?;
    Ok((&found).into())
}

/// `keydeck.db-wal`.
pub fn log_of(file: &Path) -> PathBuf {
    beside(file, "-wal")
}

/// `keydeck.db-shm`: the locks on the log, and where in it which page is.
pub fn index_of(file: &Path) -> PathBuf {
    beside(file, "-shm")
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whether the file itself, and not a directory above it, is what was mounted.
#[cfg(target_os = "linux")]
fn is_mounted(file: &Path, found: &fs::Metadata) -> io::Result<bool> {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};

    // A bind mount from the same file system has the device of its directory, so the kernel is asked; one before
    // Linux 5.8 does not say.
    if let Ok(of_kernel) = statx(CWD, file, AtFlags::empty(), StatxFlags::BASIC_STATS)
        && of_kernel
            .stx_attributes_mask
            .contains(StatxAttributes::MOUNT_ROOT)
    {
        return Ok(of_kernel.stx_attributes.contains(StatxAttributes::MOUNT_ROOT));
    }
    is_of_another_device(file, found)
}

#[cfg(not(target_os = "linux"))]
fn is_mounted(file: &Path, found: &fs::Metadata) -> io::Result<bool> {
    is_of_another_device(file, found)
}

fn is_of_another_device(file: &Path, found: &fs::Metadata) -> io::Result<bool> {
    let directory = file.parent().unwrap_or(Path::new("/"));
    Ok(fs::metadata(directory)?.dev() != found.dev())
}

/// Refuses a database that a process has open whose log is not beside it: a second log would be begun, and nobody
/// would see what is in the other one.
pub fn refuse_held_without_log(file: &Path) -> StoreResult<()> {
    let parts = [log_of(file), index_of(file)];
    let missing = || parts.iter().find(|part| !part.exists());
    for _ in 0..LOOKS {
        if missing().is_none() || !is_held(file)? {
            return Ok(());
        }
        sleep(BETWEEN);
    }
    match missing() {
        None => Ok(()),
        Some(part) => Err(StoreError::Unavailable(format!(
            "another process has {} open, and {} is not beside it: it was removed, or that process keeps the database \
             to itself; end that process first",
            file.display(),
            part.display()
        ))),
    }
}

/// Whether anybody else has the database open. Only for a database beside which there is no log or no index of it:
/// they are made for a moment, if nobody has.
fn is_held(file: &Path) -> StoreResult<bool> {
    // No other setting comes before: most of them read the schema, and with it begin a log.
    let conn = Connection::open_with_flags(file, FLAGS)?;
    conn.busy_timeout(Duration::ZERO)?;
    // Read so, a database with a log is locked before the log is looked for.
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    match version(&conn) {
        Ok(_) => Ok(false),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// How many steps of the schema a database has.
pub fn version(conn: &Connection) -> rusqlite::Result<usize> {
    conn.pragma_query_value(None, "user_version", |row| {
        row.get::<_, u32>(0).map(|version| version as usize)
    })
}

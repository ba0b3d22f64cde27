//! The files that SQLite may create next to a database file.

use std::fs;
use std::path::{Path, PathBuf};

pub const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// `keydeck.db-wal`.
pub fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub fn remove(path: &Path) {
    for suffix in SIDECARS {
        // A missing file needs no removal, and other errors can't be reported.
        let _ = fs::remove_file(suffixed(path, suffix));
    }
}

//! What SQLite may put beside a database in a file.

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
        // What is not there needs no removal, and nobody is left to be told.
        let _ = fs::remove_file(suffixed(path, suffix));
    }
}

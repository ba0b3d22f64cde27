//! Files that are created under a temporary name first, and the removal of those that a killed process left: a lock on
//! each shows whether its process is alive.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use tempfile::NamedTempFile;

use super::sidecars::{self, SIDECARS};

const PREFIX: &str = ".keydeck-new-";
/// What `tempfile` makes different in each name.
const RANDOM: usize = 6;

/// A new file, locked for as long as it is open.
pub fn file_in(directory: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(RANDOM)
            .tempfile_in(directory)?;
        // A sweeper may have seen it before it was locked.
        if file.as_file().try_lock().is_ok() && is_at(file.as_file(), file.path()) {
            return Ok(file);
        }
    }
}

/// Removes what dead processes of this user left. What can't be removed is left for the next one.
pub fn sweep(directory: &Path) {
    let own = rustix::process::geteuid().as_raw();
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        // Not followed: a link of that name leads elsewhere.
        let is_ours = entry
            .metadata()
            .is_ok_and(|found| found.is_file() && found.uid() == own);
        if is_ours && let Some(name) = made_here(&entry.file_name()) {
            remove_if_dead(&directory.join(name));
        }
    }
}

/// The name of the file that a file of this name is, or is beside.
fn made_here(name: &OsStr) -> Option<String> {
    let name = name.to_str()?;
    let name = SIDECARS
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name);
    let random = name.strip_prefix(PREFIX)?;
    (random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .then(|| name.to_owned())
}

fn remove_if_dead(path: &Path) {
    match File::open(path) {
        Ok(file) => {
            if file.try_lock().is_ok() && is_at(&file, path) {
                let _ = fs::remove_file(path);
                sidecars::remove(path);
            }
        }
        // Of what is beside it, nobody needs anything any more.
        Err(error) if error.kind() == io::ErrorKind::NotFound => sidecars::remove(path),
        Err(_) => {}
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let same =
        |open: fs::Metadata, there: fs::Metadata| (open.dev(), open.ino()) == (there.dev(), there.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => same(open, there),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sidecars::suffixed;

    #[test]
    fn a_sweep_takes_the_dead_with_what_is_beside_them_and_nothing_else() {
        let directory = tempfile::tempdir().expect("made");
        let path = |name: &str| directory.path().join(name);
        let living = file_in(directory.path()).expect("made");
        let beside_living = suffixed(living.path(), "-journal");
        let dead = [
            ".keydeck-new-abc123",
            ".keydeck-new-abc123-wal",
            ".keydeck-new-abc123-shm",
            ".keydeck-new-xyz789-journal",
        ];
        let others = [
            "keys.db",
            "keys.db-wal",
            ".keydeck-new-",
            ".keydeck-new-abc",
            ".keydeck-new-abc123.bak",
            ".keydeck-other1",
        ];
        for name in dead.iter().chain(&others) {
            fs::write(path(name), "x").expect("written");
        }
        fs::write(&beside_living, "x").expect("written");
        let link = path(".keydeck-new-link12");
        std::os::unix::fs::symlink("keys.db", &link).expect("linked");
        fs::create_dir(path(".keydeck-new-direct")).expect("made");

        sweep(directory.path());

        for name in dead {
            assert!(!path(name).exists(), "{name}");
        }
        for name in others {
            assert!(path(name).exists(), "{name}");
        }
        assert!(living.path().exists() && beside_living.exists());
        assert!(link.is_symlink() && path(".keydeck-new-direct").is_dir());
        drop(living);
        sweep(directory.path());
        assert!(!beside_living.exists());
    }
}

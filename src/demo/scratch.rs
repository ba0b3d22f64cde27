//! A temporary directory that is removed however the program ends.
//!
//! It is removed when dropped, before a signal ends the process, and by the next [`Scratch::create`]
//! after a `kill -9`: a lock inside shows whether its process is alive.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::ending;

const PREFIX: &str = "keydeck-demo-";
const LOCK: &str = "lock";
/// A server that is still writing can make a file between the last removal and that of the directory.
const ATTEMPTS: usize = 10;

/// The program's scratch directory, readable by its user alone.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    _lock: File,
    _removal: ending::Waiting,
}

impl Scratch {
    /// Removes what dead programs left, and creates a new directory.
    pub fn create() -> io::Result<Self> {
        let root = std::env::temp_dir();
        sweep(&root);
        loop {
            let path = tempfile::Builder::new()
                .prefix(PREFIX)
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(&root)?
                .keep();
            if let Some(lock) = claim(&path)? {
                let doomed = path.clone();
                return Ok(Self {
                    path,
                    _lock: lock,
                    _removal: ending::before(move || remove(&doomed))?,
                });
            }
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn remove(path: &Path) {
    for _ in 0..ATTEMPTS {
        if !matches!(fs::remove_dir_all(path), Err(error) if error.kind() != io::ErrorKind::NotFound) {
            return;
        }
    }
}

/// The lock of a new directory; `None` when a sweeper was faster and the directory is lost.
fn claim(path: &Path) -> io::Result<Option<File>> {
    let lock = match File::create(path.join(LOCK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    if lock.try_lock().is_err() {
        return Ok(None);
    }
    Ok(path.join(LOCK).exists().then_some(lock))
}

/// Removes the directories of this user whose programs no longer live.
fn sweep(root: &Path) {
    let own = rustix::process::getuid().as_raw();
    let Ok(entries) = fs::read_dir(root) else {
        return;
    };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            // Not followed: a link of that name leads out of the directory.
            && fs::symlink_metadata(entry.path()).is_ok_and(|m| m.is_dir() && m.uid() == own);
        if is_ours {
            remove_if_dead(&entry.path());
        }
    }
}

/// A directory that can't be removed is left for the next sweep; nobody waits for it.
fn remove_if_dead(path: &Path) {
    match File::open(path.join(LOCK)) {
        Ok(lock) => {
            if lock.try_lock().is_ok() {
                let _ = fs::remove_dir_all(path);
            }
        }
        // Its program is about to make the lock, or died before: only an empty directory goes.
        Err(_) => {
            let _ = fs::remove_dir(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(root: &Path, name: &str) -> PathBuf {
        let path = root.join(name);
        fs::create_dir(&path).expect("made");
        path
    }

    #[test]
    fn a_sweep_takes_the_dead_and_leaves_the_living_and_strangers() {
        let root = tempfile::tempdir().expect("made");
        let living = directory(root.path(), "keydeck-demo-a");
        let lock = claim(&living).expect("made").expect("ours");
        let dead = directory(root.path(), "keydeck-demo-b");
        drop(claim(&dead).expect("made"));
        fs::write(dead.join("keydeck.db"), "x").expect("written");
        let unborn = directory(root.path(), "keydeck-demo-c");
        fs::write(unborn.join("x"), "x").expect("written");
        let stranger = directory(root.path(), "keydeck-other");
        let target = directory(root.path(), "target");
        drop(claim(&target).expect("made"));
        let link = root.path().join("keydeck-demo-link");
        std::os::unix::fs::symlink(&target, &link).expect("linked");

        sweep(root.path());

        assert!(!dead.exists());
        for kept in [&living, &unborn, &stranger, &target, &link] {
            assert!(kept.exists(), "{}", kept.display());
        }
        drop(lock);
        sweep(root.path());
        assert!(!living.exists());
    }

    #[test]
    fn a_directory_that_a_sweeper_took_is_not_claimed() {
        let root = tempfile::tempdir().expect("made");
        let path = directory(root.path(), "keydeck-demo-a");
        fs::remove_dir(&path).expect("removed");
        assert!(claim(&path).expect("no fault").is_none());
    }
}

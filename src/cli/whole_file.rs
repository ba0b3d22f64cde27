//! A new file that is written atomically, even in a power cut, and never replaces another. What a killed
//! process left is removed when the next one is created in the directory.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Failure, leftovers, sidecars};
use crate::ending::{self, Waiting};
use crate::server::seal::{Owner, directory_of};

/// Under another name until it is kept; else it goes, also when a signal ends the program.
pub struct WholeFile {
    file: NamedTempFile,
    target: PathBuf,
    _beside: Sidecars,
    _removal: Waiting,
}

/// What SQLite left beside a file of this name goes with it.
struct Sidecars(PathBuf);

impl Drop for Sidecars {
    fn drop(&mut self) {
        sidecars::remove(&self.0);
    }
}

impl WholeFile {
    /// Only its owner can read it.
    pub fn new(target: &Path) -> Result<Self, Failure> {
        refuse(target)?;
        let make = || -> io::Result<Self> {
            let directory = std::path::absolute(directory_of(target))?;
            leftovers::sweep(&directory);
            let file = leftovers::file_in(&directory)?;
            let path = file.path().to_owned();
            Ok(Self {
                file,
                target: target.to_owned(),
                _beside: Sidecars(path.clone()),
                _removal: ending::before(move || remove(&path))?,
            })
        };
        make().map_err(|error| unwritable(target, &error))
    }

    pub fn path(&self) -> &Path {
        self.file.path()
    }

    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Gives it to whom its directory belongs, when root makes it for a server.
    pub fn give_away(&self) -> Result<(), Failure> {
        let give = || match Owner::of(directory_of(&self.target))? {
            owner if owner.can_be_given_files() => owner.take(self.file.as_file()),
            _ => Ok(()),
        };
        give().map_err(|error| unwritable(&self.target, &error))
    }

    /// Puts it where it belongs.
    pub fn keep(self) -> Result<(), Failure> {
        let Self { file, target, .. } = self;
        let keep = || -> io::Result<()> {
            file.as_file().sync_all()?;
            file.persist_noclobber(&target)?;
            File::open(directory_of(&target))?.sync_all()
        };
        keep().map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => taken(&target),
            _ => unwritable(&target, &error),
        })
    }
}

/// Refuses a file that is there.
pub fn refuse(path: &Path) -> Result<(), Failure> {
    match path.try_exists() {
        Ok(false) => Ok(()),
        Ok(true) => Err(taken(path)),
        Err(error) => Err(unwritable(path, &error)),
    }
}

fn remove(path: &Path) {
    // A missing file needs no removal, and other errors can't be reported.
    let _ = fs::remove_file(path);
    sidecars::remove(path);
}

fn taken(path: &Path) -> Failure {
    Failure::Failed(format!(
        "{} already exists and was not changed; choose another path",
        path.display()
    ))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("can't write {}: {error}", path.display()))
}

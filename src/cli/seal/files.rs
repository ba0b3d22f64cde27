//! The files of a rotation, in an order that loses no root key wherever it is cut off: the new one is
//! on disk before anything is wrapped under it, and the old one is kept.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::Failure;
use crate::cli::database::RootKeySource;
use crate::server::seal::{self, RootKey, SealError};

/// Where the new root key is written, and which file it then replaces.
#[derive(Debug)]
pub struct Files {
    pub next: PathBuf,
    pub replaced: Option<PathBuf>,
}

impl Files {
    pub fn of(current: &RootKeySource, new: Option<&Path>) -> Result<Self, Failure> {
        match (current, new) {
            (_, Some(new)) => Ok(Self {
                next: new.to_owned(),
                replaced: None,
            }),
            (RootKeySource::File(path), None) => Ok(Self {
                next: next_to(path),
                replaced: Some(path.clone()),
            }),
            (RootKeySource::Environment(_), None) => Err(Failure::Usage(
                "the root key is in KEYDECK_ROOT_KEY, and a new one is never printed; say with --new-root-key-file \
                 FILE where to keep it"
                    .into(),
            )),
        }
    }

    /// Keeps a second rotation away from these files until it is dropped.
    pub fn lock(&self) -> Result<File, Failure> {
        let directory = seal::directory_of(&self.next);
        let cannot = |error| {
            Failure::Failed(format!(
                "can't keep a root key in {}: {error}",
                directory.display()
            ))
        };
        let lock = File::open(directory).map_err(cannot)?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(Failure::Failed(
                "another keydeck seal rotate is at work on this root key; wait until it has ended".into(),
            )),
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }

    /// The key that an earlier rotation left when it was cut off.
    pub fn left_over(&self) -> Result<Option<RootKey>, Failure> {
        match self.next.try_exists() {
            Ok(false) => Ok(None),
            // What is wrong with it, reading it says.
            Ok(true) | Err(_) => RootKey::read_file(&self.next).map(Some).map_err(Failure::failed),
        }
    }

    /// The refusal of a file that is there and is no left-over: the current root key's own, or another
    /// deck's.
    pub fn is_taken(&self) -> Failure {
        Failure::Failed(format!(
            "{}, so name a file that does not exist yet with --new-root-key-file",
            SealError::Exists(self.next.clone())
        ))
    }

    /// Puts the new root key in its place, once the data keys are wrapped under it. The copy of the old one.
    pub fn install(&self) -> Result<Option<PathBuf>, Failure> {
        let Some(path) = &self.replaced else {
            return Ok(None);
        };
        let copy = path.exists().then(|| keep_old(path)).transpose()?;
        seal::replace(&self.next, path).map_err(Failure::failed)?;
        Ok(copy)
    }

    /// Takes back a new root key that nothing was wrapped under.
    pub fn withdraw(&self) {
        // When it stays, the next rotation takes it.
        let _ = fs::remove_file(&self.next);
    }
}

fn keep_old(path: &Path) -> Result<PathBuf, Failure> {
    let old = RootKey::read_file(path).map_err(Failure::failed)?;
    let copy = suffixed(
        path,
        &Timestamp::now().strftime(".old-%Y%m%dT%H%M%SZ").to_string(),
    );
    old.write_new(&copy).map_err(Failure::failed)?;
    Ok(copy)
}

/// Says of a root key that doesn't open the database whether that is because a rotation was cut off,
/// which `command` finishes.
pub fn explained(failure: Failure, root_key: &Path, command: &str) -> Failure {
    let next = next_to(root_key);
    match next.exists() {
        true => Failure::Failed(format!(
            "{failure}; {} is of a rotation that was cut off, finish it with: {command}",
            next.display()
        )),
        false => failure,
    }
}

fn next_to(path: &Path) -> PathBuf {
    suffixed(path, ".next")
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

//! The files of a rotation, in an order that loses no root key when it is interrupted: the new one is
//! on disk before anything is wrapped under it, and the old one is kept.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::Failure;
use crate::deck::database::{Database, RootKeySource};
use crate::server::seal::{self, Owner, RootKey, SealError};

/// Where the new root key is written, which file it then replaces, and whose both are.
#[derive(Debug)]
pub struct Files {
    pub next: PathBuf,
    pub replaced: Option<PathBuf>,
    /// As of the root key before, or of the database: a server must be able to read the new one too.
    /// `None` when there is neither.
    owner: Option<Owner>,
}

impl Files {
    pub fn of(database: &Database, new: Option<&Path>) -> Result<Self, Failure> {
        let (next, replaced) = match (&database.root_key, new) {
            (_, Some(new)) => (new.to_owned(), None),
            (RootKeySource::File(path), None) => {
                let path = seal::behind_links(path);
                (seal::next_to(&path), Some(path))
            }
            (RootKeySource::Environment(_), None) => {
                return Err(Failure::Usage(
                    "the root key is in KEYDECK_ROOT_KEY, and a new one is never printed; use \
                     --new-root-key-file FILE to store it in a file"
                        .into(),
                ));
            }
        };
        Ok(Self {
            next,
            replaced,
            owner: owner(database)?,
        })
    }

    /// Where the new root key is at the end.
    pub fn current(&self) -> &Path {
        self.replaced.as_ref().unwrap_or(&self.next)
    }

    /// Keeps a second rotation away from these files until it is dropped.
    pub fn lock(&self) -> Result<File, Failure> {
        let directory = seal::directory_of(&self.next);
        let cannot = |error| {
            Failure::Failed(format!(
                "can't store a root key in {}: {error}",
                directory.display()
            ))
        };
        let lock = File::open(directory).map_err(cannot)?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(Failure::Failed(
                "another keydeck seal rotate is using this root key; wait until it has finished".into(),
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

    /// The refusal of a file that is there and is not a left-over: the current root key's own, or another
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
        let copy = path.exists().then(|| self.keep_old(path)).transpose()?;
        if let Some(owner) = self.owner {
            // What an earlier rotation left may be another user's.
            let given = File::open(&self.next).and_then(|next| owner.take(&next));
            given.map_err(|error| {
                Failure::Failed(format!("can't give {} away: {error}", self.next.display()))
            })?;
        }
        seal::replace(&self.next, path).map_err(Failure::failed)?;
        Ok(copy)
    }

    fn keep_old(&self, path: &Path) -> Result<PathBuf, Failure> {
        let old = RootKey::read_file(path).map_err(Failure::failed)?;
        let suffix = Timestamp::now().strftime(".old-%Y%m%dT%H%M%SZ").to_string();
        let mut copy = suffixed(path, &suffix);
        // Of another rotation in the same second.
        let mut others = 1;
        while copy.exists() {
            others += 1;
            copy = suffixed(path, &format!("{suffix}-{others}"));
        }
        old.write_new(&copy, self.owner).map_err(Failure::failed)?;
        Ok(copy)
    }

    /// Writes a new root key beside the old one, or to the file that was named.
    pub fn write_next(&self) -> Result<RootKey, Failure> {
        let next = RootKey::generate().map_err(Failure::failed)?;
        next.write_new(&self.next, self.owner).map_err(Failure::failed)?;
        Ok(next)
    }

    /// Takes back a new root key that nothing was wrapped under.
    pub fn withdraw(&self) {
        // When it stays, the next rotation takes it.
        let _ = fs::remove_file(&self.next);
    }
}

/// The owner of the root key, or else of the database; refused when nothing can be made theirs.
fn owner(database: &Database) -> Result<Option<Owner>, Failure> {
    let file = match &database.root_key {
        RootKeySource::File(path) if path.exists() => Some(path.as_path()),
        _ => database.location.file(),
    };
    // What is wrong with a database that can't be found, opening it says.
    match file.map(|file| (Owner::of(file).ok(), file)) {
        Some((Some(owner), file)) if !owner.can_be_given_files() => Err(Failure::Failed(format!(
            "the new root key must belong to the user with id {id}, as {file} does; run it as that user (sudo -u '#{id}' \
             …) or as root",
            id = owner.user(),
            file = file.display()
        ))),
        owner => Ok(owner.and_then(|(owner, _)| owner)),
    }
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

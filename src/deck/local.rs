//! The local deck: an organisation of one person in the data directory, created at first use.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::bootstrap;
use super::database::{Database, Location, RootKeySource};
use super::embedded::EmbeddedServer;
use crate::failure::Failure;
use crate::model::Role;
use crate::server::Seals;
use crate::server::seal::RootKey;
use crate::server::store::sqlite::SqliteStore;
use crate::server::store::{Founding, StoreError};

/// Serves the local deck to this process, as its Owner.
pub fn start(directory: &Path) -> Result<EmbeddedServer, Failure> {
    let files = Files::in_directory(directory);
    make_private(directory).map_err(|e| cannot(directory, &e))?;
    // Two first starts at once: one makes the deck, the other waits and opens it.
    let lock = lock(&files.lock).map_err(|e| cannot(&files.lock, &e))?;
    let (store, root_key) = match SqliteStore::open(&files.database) {
        Ok(store) => (store, kept_root_key(&files)?),
        // Missing, or left by a start that was interrupted before anything was in it.
        Err(StoreError::NotInitialised(_)) => found(&files)?,
        Err(error) => return Err(Failure::failed(error)),
    };
    drop(lock);
    let (sealer, owner) = bootstrap::unlock(&store, &root_key, Role::Owner)
        .map_err(|failure| bootstrap::explained(failure, &files.root_key, "keydeck seal rotate"))?;
    bootstrap::block_on(bootstrap::bind(&store, &root_key))?;
    let seals = Seals::renewed_from(sealer, &files.root_key);
    EmbeddedServer::start(Arc::new(store), seals, owner)
}

/// The database of the local deck, once there is one.
pub fn database(directory: &Path) -> Result<Database, Failure> {
    let files = Files::in_directory(directory);
    match files.database.exists() {
        true => Ok(Database {
            location: Location::Sqlite(files.database),
            root_key: RootKeySource::File(files.root_key),
        }),
        false => Err(Failure::Failed(
            "there is no local deck yet; name a server's database with --database sqlite:PATH or postgres://USER@HOST/DATABASE".into(),
        )),
    }
}

struct Files {
    database: PathBuf,
    root_key: PathBuf,
    lock: PathBuf,
}

impl Files {
    fn in_directory(directory: &Path) -> Self {
        Self {
            database: directory.join("keydeck.db"),
            root_key: directory.join("root.key"),
            lock: directory.join("lock"),
        }
    }
}

fn kept_root_key(files: &Files) -> Result<RootKey, Failure> {
    RootKey::read_file(&files.root_key).map_err(|error| {
        Failure::Failed(format!(
            "{error}; without it the keys in {} can't be read: put it back from a backup, or move that file away \
             to start with a new deck",
            files.database.display()
        ))
    })
}

fn found(files: &Files) -> Result<(SqliteStore, RootKey), Failure> {
    // A root key without a database is left from an interrupted start.
    let root_key = if files.root_key.exists() {
        RootKey::read_file(&files.root_key).map_err(Failure::failed)?
    } else {
        let root_key = RootKey::generate().map_err(Failure::failed)?;
        root_key
            .write_new(&files.root_key, None)
            .map_err(Failure::failed)?;
        root_key
    };
    let store = bootstrap::create(&files.database, founding(), &root_key)?;
    Ok((store, root_key))
}

fn founding() -> Founding {
    let user = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    let user: String = user
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c))
        .collect();
    let user = if user.is_empty() { "owner" } else { &user };
    Founding {
        organisation: "Local deck".into(),
        owner_email: format!("{user}@localhost"),
        owner_token: None,
        at: Timestamp::now(),
    }
}

fn make_private(directory: &Path) -> io::Result<()> {
    if let Some(parent) = directory.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        other => other,
    }
}

fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)?;
    file.lock()?;
    Ok(file)
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!(
        "can't store the local deck in {}: {error}",
        path.display()
    ))
}

//! The database and root key that `init` makes, `serve` opens and `seal` rotates.

use std::path::{Path, PathBuf};

use super::Failure;
use super::args::DatabaseArgs;
use crate::config;
use crate::model::Secret;
use crate::server::seal::RootKey;
use crate::server::store::StoreError;
use crate::server::store::sqlite::SqliteStore;

/// Where a server keeps its keys, and where its root key comes from.
#[derive(Debug)]
pub struct Database {
    pub path: PathBuf,
    pub root_key: RootKeySource,
}

#[derive(Debug)]
pub enum RootKeySource {
    File(PathBuf),
    Environment(Secret),
}

impl Database {
    pub fn of(args: &DatabaseArgs) -> Result<Self, Failure> {
        Self::at(&args.database, args.root_key_file.as_deref())
    }

    pub fn at(url: &str, root_key_file: Option<&Path>) -> Result<Self, Failure> {
        let path = sqlite_path(url)?;
        let root_key = match (root_key_file, config::variable(config::ROOT_KEY)?) {
            (Some(file), _) => RootKeySource::File(file.to_owned()),
            (None, Some(text)) => RootKeySource::Environment(Secret::new(text)),
            (None, None) => RootKeySource::File(beside(&path)),
        };
        Ok(Self { path, root_key })
    }

    pub fn open_store(&self) -> Result<SqliteStore, Failure> {
        SqliteStore::open(&self.path).map_err(|error| match error {
            StoreError::NotInitialised(_) => Failure::Failed(format!(
                "there is no keydeck database at {path}; make one with: keydeck init --database sqlite:{path} \
                 --organisation NAME --owner EMAIL",
                path = self.path.display()
            )),
            other => Failure::failed(other),
        })
    }

    pub fn root_key(&self) -> Result<RootKey, Failure> {
        match &self.root_key {
            RootKeySource::File(path) => RootKey::read_file(path).map_err(|error| {
                Failure::Failed(format!(
                    "{error}; give the file that init wrote with --root-key-file, or the key in KEYDECK_ROOT_KEY"
                ))
            }),
            RootKeySource::Environment(text) => RootKey::from_text(text.expose()).map_err(Failure::failed),
        }
    }
}

fn sqlite_path(url: &str) -> Result<PathBuf, Failure> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(PathBuf::from(path)),
        Some(("postgres" | "postgresql", _)) => Err(Failure::Usage(
            "this keydeck serves SQLite only; give --database sqlite:PATH".into(),
        )),
        _ => Err(Failure::Usage(
            "--database must be written as sqlite:PATH, such as sqlite:/var/lib/keydeck/keydeck.db".into(),
        )),
    }
}

/// `keydeck.db.root-key`.
fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".root-key");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_sqlite_path() {
        let path = |url| sqlite_path(url).map_err(|e| e.to_string());
        assert_eq!(path("sqlite:a/b.db"), Ok(PathBuf::from("a/b.db")));
        assert!(path("postgres://db/keys").is_err_and(|e| e.contains("SQLite only")));
        assert!(path("a/b.db").is_err_and(|e| e.contains("sqlite:PATH")));
        assert!(path("sqlite:").is_err());
    }
}

//! The database and root key that `init` makes, `serve` opens and `seal` rotates.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::DatabaseArgs;
use super::{Failure, output};
use crate::config;
use crate::model::Secret;
use crate::server::seal::{self, RootKey};
use crate::server::store::postgres::{Address, PostgresStore};
use crate::server::store::sqlite::SqliteStore;
use crate::server::store::{Store, StoreError, StoreResult};

/// Where a server keeps its keys, and where its root key comes from.
#[derive(Debug)]
pub struct Database {
    pub location: Location,
    pub root_key: RootKeySource,
}

/// As people write it behind `--database`, without a password.
#[derive(Debug)]
pub enum Location {
    Sqlite(PathBuf),
    Postgres(Box<Address>),
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
        let location = Location::parse(url)?;
        let root_key = match (root_key_file, config::variable(config::ROOT_KEY)?, &location) {
            (Some(file), _, _) => RootKeySource::File(file.to_owned()),
            (None, Some(text), _) => RootKeySource::Environment(Secret::new(text)),
            (None, None, Location::Sqlite(path)) => RootKeySource::File(beside(path)),
            (None, None, Location::Postgres(_)) => {
                return Err(Failure::Usage(
                    "say with --root-key-file FILE where the root key is, or give it in KEYDECK_ROOT_KEY; all servers of \
                     a database have the same one"
                        .into(),
                ));
            }
        };
        Ok(Self { location, root_key })
    }

    /// To be called inside the runtime that the store is used in.
    pub async fn open_store(&self) -> Result<Arc<dyn Store>, Failure> {
        self.location.open().await.map_err(|error| match error {
            StoreError::NotInitialised(place) => Failure::Failed(format!(
                "there is no keydeck database at {place}; make one with: keydeck init --database {} --organisation NAME \
                 --owner EMAIL",
                self.location
            )),
            other => Failure::failed(other),
        })
    }

    /// One that can be backed up and restored.
    pub fn in_file(url: &str, root_key_file: Option<&Path>) -> Result<Self, Failure> {
        Location::parse(url)?.only_file()?;
        Self::at(url, root_key_file)
    }

    pub fn file(&self) -> Result<&Path, Failure> {
        self.location.only_file()
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

impl Location {
    pub fn parse(url: &str) -> Result<Self, Failure> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", _)) => postgres(url),
            _ => Err(Failure::Usage(
                "--database must be written as sqlite:PATH, such as sqlite:/var/lib/keydeck/keydeck.db, or as \
                 postgres://USER@HOST/DATABASE"
                    .into(),
            )),
        }
    }

    pub async fn open(&self) -> StoreResult<Arc<dyn Store>> {
        Ok(match self {
            Self::Sqlite(path) => Arc::new(SqliteStore::open(path)?),
            Self::Postgres(address) => Arc::new(PostgresStore::open(address).await?),
        })
    }

    /// Its file, when it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    fn only_file(&self) -> Result<&Path, Failure> {
        self.file().ok_or_else(|| {
            Failure::Usage(
                "keydeck backs up and restores sqlite:PATH; for a PostgreSQL database use pg_dump and pg_restore, and keep \
                 a copy of the root key apart"
                    .into(),
            )
        })
    }

    /// As it is called in a sentence.
    pub fn name(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(address) => address.to_string(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(address) => address.fmt(f),
        }
    }
}

fn postgres(url: &str) -> Result<Location, Failure> {
    let is_shown = || std::env::args().any(|argument| argument.ends_with(url));
    if Address::has_password(url) && is_shown() {
        output::talk(
            "everybody on this machine can read the password on the command line; give the URL in KEYDECK_DATABASE, or \
             the password in PGPASSWORD",
        );
    }
    let password = config::variable(config::DATABASE_PASSWORD)?.map(Secret::new);
    let address =
        Address::parse(url, password.as_ref()).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(Location::Postgres(Box::new(address)))
}

/// `keydeck.db.root-key`, beside the file itself, so that it is the same by every link to it. (Earlier versions wrote it
/// beside the link, where it stays.)
fn beside(database: &Path) -> PathBuf {
    let of = |database: &Path| {
        let mut name = database.as_os_str().to_owned();
        name.push(".root-key");
        PathBuf::from(name)
    };
    let beside_link = of(database);
    let beside_file = of(&seal::behind_links(database));
    match beside_link.exists() && !beside_file.exists() {
        true => beside_link,
        false => beside_file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_a_file_or_a_server() {
        let location = |url| Location::parse(url).map(|place| place.to_string());
        assert_eq!(location("sqlite:a/b.db").ok().as_deref(), Some("sqlite:a/b.db"));
        assert_eq!(
            location("postgres://keydeck:s3cret@db.acme.example:5433/keys?connect_timeout=2")
                .ok()
                .as_deref(),
            Some("postgres://keydeck@db.acme.example:5433/keys")
        );
        let refused = |url| location(url).expect_err(url).to_string();
        assert!(refused("a/b.db").contains("sqlite:PATH") && refused("sqlite:").contains("sqlite:PATH"));
        let odd = refused("postgres://keydeck:s3cret@db.acme.example/keys?sslmode=prefer");
        assert!(odd.contains("verify-full") && !odd.contains("s3cret"), "{odd}");
        let odd = refused("postgres://keydeck:s3cret@db.acme.example/keys?colour=red");
        assert!(
            odd.contains("an option behind the ?") && !odd.contains("s3cret"),
            "{odd}"
        );
    }
}

//! The database and root key that `init` makes, `serve` opens and `seal` rotates.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use url::Url;

use crate::config;
use crate::failure::{Failure, notice};
use crate::model::Secret;
use crate::server::seal::{self, RootKey};
use crate::server::store::postgres::{Address, PassFile, PostgresStore};
use crate::server::store::sqlite::SqliteStore;
use crate::server::store::{Store, StoreError, StoreResult};

/// Where a server stores its keys, and where its root key comes from.
#[derive(Debug)]
pub struct Database {
    pub location: Location,
    pub root_key: RootKeySource,
}

/// As written after `--database`, without a password.
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
    pub fn at(url: &str, root_key_file: Option<&Path>) -> Result<Self, Failure> {
        let location = Location::parse(url, "--database")?;
        let root_key = match (root_key_file, config::variable(config::ROOT_KEY)?, &location) {
            (Some(file), _, _) => RootKeySource::File(file.to_owned()),
            (None, Some(text), _) => RootKeySource::Environment(Secret::new(text)),
            (None, None, Location::Sqlite(path)) => RootKeySource::File(beside(path)),
            (None, None, Location::Postgres(_)) => {
                return Err(Failure::Usage(
                    "give the root key with --root-key-file FILE or in KEYDECK_ROOT_KEY; all servers of \
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
                "there is no keydeck database at {place}; create one with: keydeck init --database {} --organisation NAME \
                 --owner EMAIL",
                self.location
            )),
            other => Failure::failed(other),
        })
    }

    /// One that can be backed up and restored.
    pub fn in_file(url: &str, root_key_file: Option<&Path>) -> Result<Self, Failure> {
        Location::parse(url, "--database")?.only_file()?;
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
    /// `flag` is what it was given with.
    pub fn parse(url: &str, flag: &str) -> Result<Self, Failure> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("postgres" | "postgresql", _)) => postgres(url, flag),
            _ => Err(Failure::Usage(format!(
                "{flag} must be written as sqlite:PATH, such as sqlite:/var/lib/keydeck/keydeck.db, or as \
                 postgres://USER@HOST/DATABASE"
            ))),
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

fn postgres(url: &str, flag: &str) -> Result<Location, Failure> {
    let is_shown = || std::env::args().any(|argument| argument.ends_with(url));
    if Address::has_password(url) && is_shown() {
        notice(
            "everybody on this machine can read the password on the command line; give the URL in KEYDECK_DATABASE, or \
             the password in PGPASSWORD",
        );
    }
    let password = config::variable(config::DATABASE_PASSWORD)?.map(Secret::new);
    let passwords = password_file()?;
    let address = Address::with_passwords(url, password.as_ref(), passwords.as_ref());
    let address = address.map_err(|error| Failure::Usage(format!("{flag}: {error}")))?;
    for variable in unread(url) {
        notice(format!(
            "{variable} is set, and keydeck does not read it: {flag} says where the database is"
        ));
    }
    Ok(Location::Postgres(Box::new(address)))
}

/// As every client of PostgreSQL finds it.
fn password_file() -> Result<Option<PassFile>, Failure> {
    if let Some(path) = config::variable(config::PASSWORD_FILE)? {
        return Ok(Some(PassFile::from(Path::new(&path))));
    }
    Ok(std::env::home_dir().map(|home| PassFile {
        path: home.join(".pgpass"),
        named: false,
    }))
}

/// What other clients of PostgreSQL would take from the environment where the URL says nothing.
fn unread(url: &str) -> impl Iterator<Item = &'static str> {
    let Ok(url) = Url::parse(url.trim()) else {
        return [None; 7].into_iter().flatten();
    };
    let has = |option: &str| url.query_pairs().any(|(name, _)| name == option);
    let has_host = url.host_str().is_some_and(|host| !host.is_empty()) || has("host") || has("hostaddr");
    [
        ("PGSERVICE", has_host),
        ("PGHOST", has_host),
        ("PGHOSTADDR", has_host),
        ("PGPORT", url.port().is_some() || has("port") || !has_host),
        ("PGUSER", !url.username().is_empty() || has("user")),
        ("PGDATABASE", url.path().len() > 1 || has("dbname")),
        ("PGSSLMODE", has("sslmode")),
    ]
    .map(|(variable, is_said)| {
        let is_set = !is_said && std::env::var_os(variable).is_some_and(|value| !value.is_empty());
        is_set.then_some(variable)
    })
    .into_iter()
    .flatten()
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
        let location = |url| Location::parse(url, "--database").map(|place| place.to_string());
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
            odd.contains("there is no option colour") && !odd.contains("s3cret"),
            "{odd}"
        );
    }
}

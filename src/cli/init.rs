//! `keydeck init`: a new database, its root key, and its owner's token, shown once.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::database::DatabaseArgs;
use super::whole_file::WholeFile;
use super::{Failure, once, output};
use crate::deck::bootstrap;
use crate::deck::database::{Database, Location, RootKeySource};
use crate::ending::{self, Waiting};
use crate::model::{Secret, Token, TokenKind, email, name};
use crate::server::seal::{self, RootKey};
use crate::server::store::postgres::{Address, PostgresStore};
use crate::server::store::sqlite::SqliteStore;
use crate::server::store::{Founding, StoreError, WrappedDataKey};

#[derive(Debug, Args)]
pub struct InitArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The name of the organisation
    #[arg(long, value_name = "NAME")]
    pub organisation: String,
    /// The email address of its first Owner
    #[arg(long, value_name = "EMAIL")]
    pub owner: String,
}

pub fn run(args: &InitArgs) -> Result<(), Failure> {
    once::possible()?;
    let database = args.database.named()?;
    let token = Token::generate(TokenKind::User).map_err(Failure::failed)?;
    let founding = founding(args, &token)?;
    let mut is_shown = false;
    let show = || {
        output::notice(format!(
            "the sign-in token of {}, shown only once, for KEYDECK_TOKEN:",
            args.owner.trim()
        ));
        let printed = output::secret(&Secret::new(token.expose()));
        once::arrived(printed, || {
            "the Owner's token would be lost, so no database was created".into()
        })?;
        is_shown = true;
        Ok(())
    };
    let made = bootstrap::block_on(make(&database, &founding, show));
    made.map_err(|failure| match is_shown {
        true => Failure::Failed(format!(
            "{failure}; no database was created, so the token above is not valid"
        )),
        false => failure,
    })?;
    told(&database, args);
    Ok(())
}

/// `show` prints the Owner's token: the database is kept only once that succeeded, so that there is none that nobody
/// can sign in to.
async fn make(
    database: &Database,
    founding: &Founding,
    show: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let location = &database.location;
    refuse_existing(location).await?;
    let (root_key, new_file) = root_key(&database.root_key)?;
    let data_key = seal::new_data_key(&root_key).map_err(Failure::failed)?;
    match location {
        Location::Sqlite(path) => in_file(path, founding, (&root_key, &data_key), show).await?,
        Location::Postgres(address) => {
            in_postgres(address, founding, &data_key, show).await?;
            bind(location, &root_key).await;
        }
    }
    if let Some(file) = new_file {
        file.stays();
    }
    Ok(())
}

/// Under another name until it is whole and the token was told.
async fn in_file(
    path: &Path,
    founding: &Founding,
    (root_key, data_key): (&RootKey, &WrappedDataKey),
    show: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let target = seal::behind_links(path);
    let directory = seal::directory_of(&target);
    let cannot = |error| {
        Failure::Failed(format!(
            "can't create a database in {}: {error}",
            directory.display()
        ))
    };
    // Two at once take turns; the second finds what the first has made.
    let turn = File::open(directory).map_err(cannot)?;
    turn.lock().map_err(cannot)?;
    // An empty file is not a database yet; an interrupted init of an earlier version leaves one.
    if fs::metadata(&target).is_ok_and(|found| found.is_file() && found.len() == 0) {
        fs::remove_file(&target).map_err(cannot)?;
    }
    let file = WholeFile::new(&target)?;
    let store = SqliteStore::create(file.path(), founding, data_key).map_err(Failure::failed)?;
    bootstrap::bind(&store, root_key).await?;
    drop(store);
    show()?;
    file.keep()
}

/// The deck is there, and its Owner's token was told; what fails here, the first start does.
async fn bind(location: &Location, root_key: &RootKey) {
    if let Ok(store) = location.open().await {
        let _ = bootstrap::bind(&*store, root_key).await;
    }
}

async fn in_postgres(
    address: &Address,
    founding: &Founding,
    data_key: &WrappedDataKey,
    show: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut untold = None;
    let made = PostgresStore::found(address, founding, data_key, || {
        show().map_err(|failure| {
            untold = Some(failure);
            StoreError::Fault("the Owner's token could not be shown".into())
        })
    });
    made.await
        .map_err(|error| untold.unwrap_or(Failure::failed(error)))
}

fn founding(args: &InitArgs, token: &Token) -> Result<Founding, Failure> {
    let organisation = name::parse(&args.organisation)
        .map_err(|message| Failure::Flags(vec![format!("--organisation: {message}")]))?;
    let owner_email =
        email::parse(&args.owner).map_err(|message| Failure::Flags(vec![format!("--owner: {message}")]))?;
    Ok(Founding {
        organisation,
        owner_email,
        owner_token: Some(token.hash()),
        at: Timestamp::now(),
    })
}

/// Also says, before anything is made, when a database can't be reached.
async fn refuse_existing(location: &Location) -> Result<(), Failure> {
    let exists = match location {
        // An empty file is not a database yet; an interrupted init leaves one.
        Location::Sqlite(path) => fs::metadata(path).is_ok_and(|file| file.len() > 0),
        Location::Postgres(_) => match location.open().await {
            Err(StoreError::NotInitialised(_)) => false,
            Err(error) => return Err(Failure::failed(error)),
            Ok(_) => true,
        },
    };
    match exists {
        false => Ok(()),
        true => Err(Failure::Failed(format!(
            "{} already exists and was not changed; choose another place, or serve it with keydeck serve --database \
             {location}",
            location.name()
        ))),
    }
}

/// In the environment, or in a new file.
fn root_key(source: &RootKeySource) -> Result<(RootKey, Option<NewRootKey>), Failure> {
    match source {
        RootKeySource::Environment(text) => {
            let root_key = RootKey::from_text(text.expose()).map_err(Failure::failed)?;
            Ok((root_key, None))
        }
        RootKeySource::File(path) => {
            let root_key = RootKey::generate().map_err(Failure::failed)?;
            root_key.write_new(path, None).map_err(Failure::failed)?;
            let file = NewRootKey::of(path)?;
            Ok((root_key, Some(file)))
        }
    }
}

/// The file of a root key that protects nothing yet: taken back when no database is made under it, also when a signal
/// ends the program.
struct NewRootKey {
    path: Option<PathBuf>,
    _removal: Option<Waiting>,
}

impl NewRootKey {
    fn of(path: &Path) -> Result<Self, Failure> {
        let doomed = path.to_owned();
        let mut file = Self {
            path: Some(path.to_owned()),
            _removal: None,
        };
        let removal = ending::before(move || withdraw(&doomed));
        file._removal = Some(removal.map_err(Failure::failed)?);
        Ok(file)
    }

    fn stays(mut self) {
        self.path = None;
    }
}

impl Drop for NewRootKey {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            withdraw(path);
        }
    }
}

fn withdraw(path: &Path) {
    // When it stays, the next init says that it is in the way.
    let _ = fs::remove_file(path);
}

fn told(database: &Database, args: &InitArgs) {
    output::notice(format!(
        "created {} for {}",
        database.location.name(),
        args.organisation.trim()
    ));
    if let RootKeySource::File(path) = &database.root_key {
        output::notice(format!(
            "its root key is in {}: keep a copy apart from the database's backups, no secret can be read without it",
            path.display()
        ));
    }
    for line in next_steps(args) {
        output::notice(line);
    }
}

/// What serves the new database as it was given here, and what opens it.
fn next_steps(args: &InitArgs) -> [String; 2] {
    let given = &args.database;
    let root_key = given.root_key_file.as_ref();
    let root_key = root_key.map(|file| format!(" --root-key-file {}", quoted(&file.display().to_string())));
    let database = match Address::has_password(&given.database) {
        true => " (the same KEYDECK_DATABASE)".to_owned(),
        false => format!(
            " --database {}{}",
            quoted(&given.database),
            root_key.unwrap_or_default()
        ),
    };
    [
        format!("next: keydeck serve --public-url http://127.0.0.1:7390{database}"),
        "then, in another terminal: keydeck login http://127.0.0.1:7390 (it asks for the token above)".into(),
    ]
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

//! `keydeck init`: a new database, its root key, and its owner's token, shown once.

use std::fs;

use jiff::Timestamp;

use super::args::InitArgs;
use super::database::{Database, Location, RootKeySource};
use super::{Failure, founding, once, output};
use crate::model::{Secret, Token, TokenKind, email, name};
use crate::server::seal::{self, RootKey};
use crate::server::store::{Founding, StoreError};

pub fn run(args: &InitArgs) -> Result<(), Failure> {
    once::possible()?;
    let database = Database::of(&args.database)?;
    let token = Token::generate(TokenKind::User).map_err(Failure::failed)?;
    let founding = founding(args, &token)?;
    founding::block_on(make(&database, &founding))?;
    told(&database, args);
    let printed = output::secret(&Secret::new(token.expose()));
    once::arrived(printed, || lost(&database))
}

/// Nobody else can sign in, so nothing is lost with the database.
fn lost(database: &Database) -> String {
    let name = database.location.name();
    let root_key = match &database.root_key {
        RootKeySource::File(path) => format!(" and {}", path.display()),
        RootKeySource::Environment(_) => String::new(),
    };
    format!(
        "{name} was made, but the Owner's sign-in token is lost; remove {name}{root_key} and run keydeck init again"
    )
}

async fn make(database: &Database, founding: &Founding) -> Result<(), Failure> {
    let location = &database.location;
    refuse_existing(location).await?;
    let root_key = new_root_key(&database.root_key)?;
    let data_key = seal::new_data_key(&root_key).map_err(Failure::failed)?;
    if let Err(error) = location.create(founding, &data_key).await {
        // Founded all the same, it could never be unlocked without its root key; founded by another, it has another one.
        if matches!(error, StoreError::AlreadyInitialised(_))
            || matches!(location.open().await, Err(StoreError::NotInitialised(_)))
        {
            withdraw(&database.root_key);
        }
        return Err(Failure::failed(error));
    }
    Ok(())
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
        // An empty file is no database yet; an interrupted init leaves one.
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
            "{} exists already and stays as it is; choose another place, or serve it with keydeck serve --database \
             {location}",
            location.name()
        ))),
    }
}

fn new_root_key(source: &RootKeySource) -> Result<RootKey, Failure> {
    match source {
        RootKeySource::Environment(text) => RootKey::from_text(text.expose()).map_err(Failure::failed),
        RootKeySource::File(path) => {
            let root_key = RootKey::generate().map_err(Failure::failed)?;
            root_key.write_new(path, None).map_err(Failure::failed)?;
            Ok(root_key)
        }
    }
}

/// Takes back the root key file that was written for a database that then could not be made.
fn withdraw(source: &RootKeySource) {
    if let RootKeySource::File(path) = source {
        // It protects nothing yet; when it stays, the next init says that it is in the way.
        let _ = fs::remove_file(path);
    }
}

fn told(database: &Database, args: &InitArgs) {
    output::talk(format!(
        "made {} for {}",
        database.location.name(),
        args.organisation.trim()
    ));
    if let RootKeySource::File(path) = &database.root_key {
        output::talk(format!(
            "its root key is in {}: keep a copy apart from the database's backups, nothing can be read without it",
            path.display()
        ));
    }
    output::talk(format!(
        "the sign-in token of {}, shown only this once, for KEYDECK_TOKEN:",
        args.owner.trim()
    ));
}

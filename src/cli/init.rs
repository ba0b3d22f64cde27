//! `keydeck init`: a new database, its root key, and its owner's token, shown once.

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::args::InitArgs;
use super::database::{Database, RootKeySource};
use super::{Failure, founding, output};
use crate::model::{Secret, Token, TokenKind, email, name};
use crate::server::seal::RootKey;
use crate::server::store::sqlite::SqliteStore;
use crate::server::store::{Founding, StoreError};

pub fn run(args: &InitArgs) -> Result<(), Failure> {
    let database = Database::of(&args.database)?;
    let token = Token::generate(TokenKind::User).map_err(Failure::failed)?;
    let founding = founding(args, &token)?;
    refuse_existing(&database.path)?;
    let root_key = new_root_key(&database.root_key)?;
    if let Err(failure) = founding::create(&database.path, founding, &root_key) {
        // Founded all the same, it could never be unlocked without its root key.
        if matches!(
            SqliteStore::open(&database.path),
            Err(StoreError::NotInitialised(_))
        ) {
            withdraw(&database.root_key);
        }
        return Err(failure);
    }
    told(&database, args);
    output::secret(&Secret::new(token.expose()))
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

fn refuse_existing(path: &Path) -> Result<(), Failure> {
    // An empty file is no database yet; an interrupted init leaves one.
    if fs::metadata(path).is_ok_and(|file| file.len() > 0) {
        let path = path.display();
        return Err(Failure::Failed(format!(
            "{path} exists already and stays as it is; choose another path, or serve it with keydeck serve \
             --database sqlite:{path}"
        )));
    }
    Ok(())
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
        database.path.display(),
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

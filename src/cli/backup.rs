//! `keydeck backup`: a consistent snapshot of a database in one file, even while it is served. The whole file is
//! authenticated with the root key.

use std::path::PathBuf;

use clap::Args;

use super::whole_file::WholeFile;
use super::{Failure, output, proof, sealed_backup};
use crate::api::ActivityHead;
use crate::config;
use crate::deck::database::{Database, RootKeySource};
use crate::deck::local;
use crate::server::seal::{self, SealError};
use crate::server::store::StoreError;
use crate::server::store::sqlite::{self, Closed};

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The backup file to write; it must not exist yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The database, as sqlite:PATH, instead of the local deck
    #[arg(long, env = "KEYDECK_DATABASE", value_name = "URL")]
    pub database: Option<String>,
    /// The file of its root key, which authenticates the backup and is not copied [default: PATH.root-key]
    #[arg(
        long,
        env = "KEYDECK_ROOT_KEY_FILE",
        value_name = "FILE",
        requires = "database"
    )]
    pub root_key_file: Option<PathBuf>,
}

pub fn run(args: &BackupArgs) -> Result<(), Failure> {
    let database = match &args.database {
        Some(url) => Database::in_file(url, args.root_key_file.as_deref())?,
        None => local::database(&config::data_directory()?)?,
    };
    let root_key = database.root_key()?;
    let mut copy = WholeFile::new(&args.file)?;
    sqlite::back_up(database.file()?, copy.path()).map_err(|error| match error {
        StoreError::Full(_) => Failure::Failed(format!("there is no room for {}", args.file.display())),
        error => Failure::failed(error),
    })?;
    // What can't be restored is not a backup.
    let contents = sqlite::examine(copy.path()).map_err(Failure::failed)?;
    // Under another key, nobody could restore it.
    if !seal::opens(
        &root_key,
        &sqlite::data_keys_in(copy.path()).map_err(Failure::failed)?,
    ) {
        return Err(Failure::Failed(format!(
            "no backup was made: {}",
            SealError::WrongRootKey
        )));
    }
    let of_this_version = Closed::at(copy.path()).map_err(Failure::failed)?;
    let log = match &of_this_version {
        None => "which is of an earlier keydeck and was not verified".into(),
        Some(closed) => format!("none changed or removed; head {}", proven(closed)?),
    };
    drop(of_this_version);
    sealed_backup::seal(copy.file(), &root_key)
        .map_err(|error| Failure::Failed(format!("can't write {}: {error}", args.file.display())))?;
    copy.keep()?;
    output::notice(format!(
        "backed up {} to {}: {contents}, {log}",
        database.location.name(),
        args.file.display()
    ));
    told_of_root_key(&database);
    Ok(())
}

fn proven(copy: &Closed) -> Result<ActivityHead, Failure> {
    let proven = proof::log(copy).map_err(|failure| {
        Failure::Failed(format!(
            "no backup was made, because restore would refuse it: {failure}. Find out who did that; for a copy of the \
             database as it is, stop the server and copy its file with those beside it"
        ))
    });
    proven.map(|proven| proven.head)
}

fn told_of_root_key(database: &Database) {
    let root_key = match &database.root_key {
        RootKeySource::File(path) if path.exists() => path.display().to_string(),
        RootKeySource::File(_) => "the one that the server is started with".into(),
        RootKeySource::Environment(_) => "the one in KEYDECK_ROOT_KEY".into(),
    };
    output::notice(format!(
        "restoring it and reading its secrets needs the root key, so store a copy of that too, separately: \
         {root_key}"
    ));
}

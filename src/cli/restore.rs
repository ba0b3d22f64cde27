//! `keydeck restore`: a new database from a backup, once the backup is authenticated with the root key.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::database::DatabaseArgs;
use super::proof::{self, VerifiedLog};
use super::sealed_backup::{self, BackupKind};
use super::sidecars::{SIDECARS, suffixed};
use super::whole_file::{self, WholeFile};
use super::{Failure, output};
use crate::deck::database::{Database, RootKeySource};
use crate::server::seal;
use crate::server::store::sqlite::{self, Closed};
use crate::server::store::{StoreError, WrappedDataKey};

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Accept a backup of an earlier keydeck, which is not authenticated: anyone who could write to it may have
    /// made themselves an Owner
    #[arg(long)]
    pub unauthenticated: bool,
}

pub fn run(args: &RestoreArgs) -> Result<(), Failure> {
    let named = &args.database;
    let database = Database::in_file(&named.database, named.root_key_file.as_deref())?;
    let target = database.file()?;
    // What is beside it would be taken for its own.
    for suffix in SIDECARS {
        whole_file::refuse(&suffixed(target, suffix))?;
    }
    refuse_live(&args.file)?;
    let unusable = |why: String| Failure::Failed(format!("{} can't be restored: {why}", args.file.display()));
    let mut copy = WholeFile::new(target)?;
    let from = opened_file(&args.file)?;
    let kind = fill(&mut copy, from, &database).map_err(|failure| unusable(failure.to_string()))?;
    let contents = sqlite::examine(copy.path()).map_err(|error| unusable(explained(error)))?;
    if kind == BackupKind::Database && !args.unauthenticated {
        return Err(unusable(UNAUTHENTICATED.into()));
    }
    let (proven, data_keys) = opened(copy.path()).map_err(|failure| unusable(failure.to_string()))?;
    copy.give_away()?;
    copy.keep()?;
    output::notice(format!(
        "restored {} from {}: {contents}, none changed or removed; head {}",
        database.location.name(),
        args.file.display(),
        proven.head
    ));
    if kind == BackupKind::Database {
        output::notice(
            "it was not authenticated: anyone who could write to it since it was made may have changed who is Owner and which \
             keys are valid. Check the people (keydeck user list) before you serve it to others",
        );
    }
    output::notice(of_root_key(&database, &data_keys));
    output::notice(of_age(proven.newest, Timestamp::now()));
    Ok(())
}

const UNAUTHENTICATED: &str = "it is a plain database, as earlier versions made backups, so it can't be verified whether it was changed \
     since: anyone who could write to it may have made themselves an Owner or brought back revoked keys. If you trust every \
     place that it was in, add --unauthenticated";
const NAME_A_BACKUP: &str = "name the file that keydeck backup wrote";

fn opened_file(path: &Path) -> Result<File, Failure> {
    let shown = path.display();
    let unreadable = |error| Failure::Failed(format!("can't read {shown}: {error}"));
    // To open a pipe would be to wait for somebody at its other end.
    let found = path.metadata().map_err(unreadable)?;
    let what = match (found.is_dir(), found.is_file(), found.len()) {
        (true, ..) => "it is a directory",
        (_, false, _) => "it is not a regular file but a device, pipe or socket",
        (_, _, 0) => "it is empty (0 bytes), so there is no keydeck database in it",
        _ => return File::open(path).map_err(unreadable),
    };
    Err(Failure::Failed(format!(
        "{shown} can't be restored: {what}; {NAME_A_BACKUP}"
    )))
}

/// What the database is that was in the file.
fn explained(error: StoreError) -> String {
    match error {
        StoreError::Foreign(_) => {
            format!("it is a database of another program, not a keydeck backup; {NAME_A_BACKUP}")
        }
        StoreError::NotInitialised(_) => {
            format!(
                "it is a database without a table, so there is no keydeck database in it; {NAME_A_BACKUP}"
            )
        }
        StoreError::Damaged(why) => {
            format!(
                "the database in it is damaged ({why}): a part of it is missing or was changed; take another backup"
            )
        }
        other => other.to_string(),
    }
}

/// Copies the database that is in the backup, once for all: what is proven is what is restored.
fn fill(copy: &mut WholeFile, mut from: File, database: &Database) -> Result<BackupKind, Failure> {
    let kind = sealed_backup::kind(&mut from).map_err(Failure::failed)?;
    match kind {
        BackupKind::Backup => {
            let root_key = database.root_key().map_err(|failure| {
                Failure::Failed(format!(
                    "without its root key it can't be verified whether it was changed: {failure}"
                ))
            })?;
            sealed_backup::open(&mut from, copy.file(), &root_key).map_err(Failure::failed)?;
        }
        BackupKind::Database => {
            io::copy(&mut from, copy.file()).map_err(Failure::failed)?;
        }
    }
    Ok(kind)
}

/// A copy of a database at work lacks what is in its log, and is not a backup.
fn refuse_live(file: &Path) -> Result<(), Failure> {
    let log = suffixed(&seal::behind_links(file), "-wal");
    match log.exists() {
        false => Ok(()),
        true => Err(Failure::Failed(format!(
            "{} is beside it, so {} is not a backup but a database at work; make a backup of it with keydeck backup",
            log.display(),
            file.display()
        ))),
    }
}

/// Brings its schema up to date, and proves its activity log.
fn opened(path: &Path) -> Result<(VerifiedLog, Vec<WrappedDataKey>), Failure> {
    sqlite::prepare(path).map_err(Failure::failed)?;
    let closed = Closed::at(path).map_err(Failure::failed)?;
    let closed = closed.ok_or_else(|| Failure::Failed("it is of another version".into()))?;
    let proven = proof::log(&closed)?;
    let data_keys = closed.data_keys().map_err(Failure::failed)?;
    drop(closed);
    match suffixed(path, "-wal").exists() {
        false => Ok((proven, data_keys)),
        true => Err(Failure::Failed(
            "its write-ahead log can't be checkpointed into it".into(),
        )),
    }
}

fn of_root_key(database: &Database, data_keys: &[WrappedDataKey]) -> String {
    let named = match &database.root_key {
        RootKeySource::File(path) => path.display().to_string(),
        RootKeySource::Environment(_) => "KEYDECK_ROOT_KEY".into(),
    };
    let wanted =
        "the one that the backup was made under; before a rotation, that is the ….old-DATE of that time";
    match (&database.root_key, database.root_key()) {
        (_, Ok(key)) if seal::opens(&key, data_keys) => format!("the root key in {named} opens it"),
        (RootKeySource::File(path), _) if !path.exists() => {
            format!("its root key is not there, and it can't be served without: put into {named} {wanted}")
        }
        (_, Ok(_)) => format!("the root key in {named} does not open it: serve it with {wanted}"),
        (_, Err(failure)) => format!("its root key can't be checked: {failure}"),
    }
}

fn of_age(newest: Option<Timestamp>, now: Timestamp) -> String {
    let age = match newest {
        None => "it has no activity yet".into(),
        Some(at) => {
            let days = now.duration_since(at).as_hours() / 24;
            format!(
                "its newest activity is of {}, {} ago",
                output::time(at),
                output::counted(days.unsigned_abs(), "day")
            )
        }
    };
    format!(
        "{age}: keys that were revoked after that are active again, and people who were removed can sign in. Look at \
         the activity of the time since, where it is still to be had, and revoke and remove them again before you serve it"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_is_told_in_days() {
        let at = |day: i64| Timestamp::from_second(1_800_000_000 + day * 86_400).expect("a time");
        assert!(of_age(Some(at(0)), at(7)).contains(", 7 days ago: keys"));
        assert!(of_age(Some(at(0)), at(1)).contains(", 1 day ago: keys"));
        assert!(of_age(None, at(1)).starts_with("it has no activity yet: keys"));
    }
}

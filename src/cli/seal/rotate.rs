//! `keydeck seal rotate`: wraps the data keys under a new root key. A server that runs meanwhile has
//! them in memory and goes on; what they seal stays as it is.

use std::path::Path;

use super::args::RotateArgs;
use super::files::Files;
use crate::cli::database::{Database, RootKeySource};
use crate::cli::founding::block_on;
use crate::cli::{Failure, local, output};
use crate::config;
use crate::server::seal::{self, SealError};
use crate::server::store::Store;

enum Outcome {
    Rotated,
    /// The data keys were wrapped under the new root key before this run.
    Finished,
}

pub fn run(args: &RotateArgs) -> Result<(), Failure> {
    let database = match &args.database {
        Some(url) => Database::at(url, args.root_key_file.as_deref())?,
        None => local::database(&config::data_directory()?)?,
    };
    let files = Files::of(&database, args.new_root_key_file.as_deref())?;
    let lock = files.lock()?;
    let outcome = block_on(async {
        let store = database.open_store().await?;
        rewrap(&*store, &database, &files).await
    })?;
    let copy = files.install().map_err(|failure| {
        Failure::Failed(format!(
            "{failure}; the data keys are wrapped under the root key in {} already: run keydeck seal rotate again",
            files.next.display()
        ))
    })?;
    drop(lock);
    told(&database, &files, outcome, copy.as_deref());
    Ok(())
}

fn told(database: &Database, files: &Files, outcome: Outcome, copy: Option<&Path>) {
    let path = database.location.name();
    output::talk(match outcome {
        Outcome::Rotated => format!("rotated the root key of {path}"),
        Outcome::Finished => format!("finished a rotation of {path} that was cut off"),
    });
    let new = files.replaced.as_ref().unwrap_or(&files.next).display();
    output::talk(format!(
        "the root key is in {new}: keep a copy apart from the database's backups, nothing can be read without it"
    ));
    let before = "backups made before now need the old one";
    output::talk(match (copy, &database.root_key) {
        (Some(copy), _) => format!("{before}, kept in {}", copy.display()),
        (None, RootKeySource::File(old)) => format!(
            "{before}, which was in {}; start with --root-key-file {new}",
            old.display()
        ),
        (None, RootKeySource::Environment(_)) => {
            format!("{before}, so keep it; start with --root-key-file {new} and without KEYDECK_ROOT_KEY")
        }
    });
}

async fn rewrap(store: &dyn Store, database: &Database, files: &Files) -> Result<Outcome, Failure> {
    let wrapped = store.data_keys().await.map_err(Failure::failed)?;
    let left_over = files.left_over()?;
    let is_wrapped = left_over.as_ref().is_some_and(|next| seal::opens(next, &wrapped));
    if is_wrapped && files.replaced.is_some() {
        return Ok(Outcome::Finished);
    }
    let current = database.root_key()?;
    if files.replaced.is_none() && left_over.is_some() {
        return match is_wrapped && !seal::opens(&current, &wrapped) {
            true => Ok(Outcome::Finished),
            false => Err(files.is_taken()),
        };
    }
    if !seal::opens(&current, &wrapped) {
        return Err(Failure::failed(SealError::WrongRootKey));
    }
    let is_new = left_over.is_none();
    let next = match left_over {
        // Nothing is wrapped under it yet, but it is as good as a new one.
        Some(next) => next,
        None => files.write_next()?,
    };
    let rewrapped = seal::rewrap(&current, &next, &wrapped).map_err(Failure::failed)?;
    match store.rewrap_data_keys(wrapped, rewrapped).await {
        Ok(true) => Ok(Outcome::Rotated),
        Ok(false) => {
            if is_new {
                files.withdraw();
            }
            Err(Failure::Failed(
                "another rotation of this database was faster; this one changed nothing".into(),
            ))
        }
        Err(error) => Err(Failure::Failed(format!(
            "{error}; run keydeck seal rotate again, which finds out how far this one came"
        ))),
    }
}

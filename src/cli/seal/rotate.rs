//! `keydeck seal rotate`: wraps the data keys under a new root key, with one more that seals from now on. A server that
//! runs meanwhile goes on with those that it has in memory, and takes the new one when it is the first time to seal or
//! unseal with it. `--reseal` reseals what the ones before have sealed.

use std::path::Path;

use super::args::RotateArgs;
use super::files::Files;
use super::reseal::{self, ResealReport};
use crate::api::{ActivityAction, ActivityQuery};
use crate::cli::{Failure, output};
use crate::deck::bootstrap::block_on;
use crate::deck::database::{Database, RootKeySource};
use crate::server::seal::{self, RootKey, SealError};
use crate::server::store::{ActivityStore, DataKeyStore, Rotation, Visible};

enum Outcome {
    Rotated,
    /// The data keys were wrapped under the new root key before this run.
    Finished,
    /// All but resealing was done before this run.
    Continued,
}

pub fn run(args: &RotateArgs) -> Result<(), Failure> {
    let database = args.database.named()?;
    let files = Files::of(&database, args.new_root_key_file.as_deref())?;
    let lock = files.lock()?;
    block_on(async {
        let store = database.open_store().await?;
        let is_unfinished = is_unfinished(&*store).await?;
        if args.reseal && is_unfinished && opens_without_rotation(&*store, &database, &files).await? {
            told_of_rotation(&database, &files, &Outcome::Continued, None);
        } else {
            let outcome = rotate(&*store, &database, &files, args.reseal).await?;
            let copy = files.install().map_err(|failure| {
                Failure::Failed(format!(
                    "{failure}; the data keys are already wrapped under the root key in {}: run keydeck seal rotate again",
                    files.next.display()
                ))
            })?;
            told_of_rotation(&database, &files, &outcome, copy.as_deref());
        }
        if args.reseal {
            let root_key = RootKey::read_file(files.current()).map_err(Failure::failed)?;
            return told_of_resealing(reseal::run(&*store, &root_key).await?);
        }
        output::notice(
            "new secrets are sealed under a new data key, which the old root key can't open; older ones \
             stay under the previous data keys until keydeck seal rotate --reseal",
        );
        if is_unfinished {
            output::notice(
                "an earlier --reseal was interrupted; run keydeck seal rotate --reseal to reseal the rest",
            );
        }
        Ok(())
    })?;
    drop(lock);
    Ok(())
}

/// Whether a run with `--reseal` rotated, and none has ended resealing since.
async fn is_unfinished(store: &dyn ActivityStore) -> Result<bool, Failure> {
    let newest = async |action| -> Result<_, Failure> {
        let query = ActivityQuery {
            action: Some(action),
            limit: Some(1),
            ..ActivityQuery::default()
        };
        let page = store.activity(&query, Visible::All).await;
        Ok(page.map_err(Failure::failed)?.items.pop())
    };
    let rotated = newest(ActivityAction::RootKeyRotated).await?;
    let resealed = newest(ActivityAction::SecretsResealed).await?;
    Ok(rotated.is_some_and(|rotated| {
        rotated.changes.get("reseal").is_some() && resealed.is_none_or(|resealed| resealed.seq < rotated.seq)
    }))
}

/// Whether the root key is in its place already, so that there is nothing left to do but to reseal.
async fn opens_without_rotation(
    store: &dyn DataKeyStore,
    database: &Database,
    files: &Files,
) -> Result<bool, Failure> {
    let wrapped = store.data_keys().await.map_err(Failure::failed)?;
    Ok(match files.replaced {
        Some(_) => {
            files.left_over()?.is_none()
                && database
                    .root_key()
                    .is_ok_and(|root_key| seal::opens(&root_key, &wrapped))
        }
        // It was named before, and is in its place.
        None => files
            .left_over()?
            .is_some_and(|root_key| seal::opens(&root_key, &wrapped)),
    })
}

fn told_of_resealing(done: ResealReport) -> Result<(), Failure> {
    output::notice(format!(
        "resealed {}; the old root key no longer opens anything in the current database. A backup from before reveals \
         the secrets of that time to anyone who has the old root key: if both may have leaked, revoke those keys, and \
         give their session servers new private keys",
        output::counted(done.resealed, "secret")
    ));
    let Some(first) = done.unreadable.first() else {
        return Ok(());
    };
    Err(Failure::Failed(format!(
        "{} could not be opened and stay as they are, the first is of {first}; they were changed outside keydeck: revoke or \
         set them again",
        output::counted(done.unreadable.len() as u64, "secret")
    )))
}

fn told_of_rotation(database: &Database, files: &Files, outcome: &Outcome, copy: Option<&Path>) {
    let path = database.location.name();
    output::notice(match outcome {
        Outcome::Rotated => format!("rotated the root key of {path}"),
        Outcome::Finished => format!("finished an interrupted rotation of {path}"),
        Outcome::Continued => {
            return output::notice(format!("{path} was already rotated; the rest was resealed"));
        }
    });
    let new = files.current().display();
    output::notice(format!(
        "the root key is in {new}: keep a copy apart from the database's backups, no secret can be read without it"
    ));
    output::notice(format!(
        "running servers load the new data key with the root key in {new} as soon as they need it; one that can't read it \
         must be restarted with it, and until then creates no Web or Mobile keys"
    ));
    let before = "backups made before now need the old one";
    output::notice(match (copy, &database.root_key) {
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

async fn rotate(
    store: &dyn DataKeyStore,
    database: &Database,
    files: &Files,
    reseals: bool,
) -> Result<Outcome, Failure> {
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
    let rotation = Rotation {
        rewrapped: seal::rewrap(&current, &next, &wrapped).map_err(Failure::failed)?,
        newest: seal::next_data_key(&next, &wrapped).map_err(Failure::failed)?,
        old: wrapped,
        reseals,
    };
    match store.rotate_data_keys(rotation).await {
        Ok(true) => Ok(Outcome::Rotated),
        Ok(false) => {
            if is_new {
                files.withdraw();
            }
            Err(Failure::Failed(
                "another rotation of this database finished first; this one changed nothing".into(),
            ))
        }
        Err(error) => Err(Failure::Failed(format!(
            "{error}; run keydeck seal rotate again to finish it"
        ))),
    }
}

//! The first steps with a database: creating it under a root key, and unlocking it with one.

use std::path::Path;
use std::pin::Pin;

use uuid::Uuid;

use crate::failure::Failure;
use crate::model::Role;
use crate::server::seal::{self, RootKey, Sealer};
use crate::server::store::sqlite::SqliteStore;
use crate::server::store::{DataKeyStore, Founding, Store};

/// A new database whose data key is wrapped under `root_key`.
pub fn create(path: &Path, founding: Founding, root_key: &RootKey) -> Result<SqliteStore, Failure> {
    let data_key = seal::new_data_key(root_key).map_err(Failure::failed)?;
    SqliteStore::create(path, &founding, &data_key).map_err(Failure::failed)
}

/// What opens the database's secrets, and the first user with `role`.
pub fn unlock(store: &dyn Store, root_key: &RootKey, role: Role) -> Result<(Sealer, Uuid), Failure> {
    block_on(async {
        let sealer = open_sealer(store, root_key).await?;
        let user = store.first_user(role).await.map_err(Failure::failed)?;
        let user =
            user.ok_or_else(|| Failure::Failed(format!("the database has no user with the role {role}")))?;
        Ok((sealer, user.id))
    })
}

/// Fails when the root key is not the one that the database was made with.
pub async fn open_sealer(store: &dyn Store, root_key: &RootKey) -> Result<Sealer, Failure> {
    let organisation = store.organisation().await.map_err(Failure::failed)?;
    let data_keys = store.data_keys().await.map_err(Failure::failed)?;
    Sealer::open(root_key, organisation.id, &data_keys).map_err(Failure::failed)
}

/// If a root key doesn't open the database because a rotation was interrupted, says so, with the
/// `command` that finishes it.
pub fn explained(failure: Failure, root_key: &Path, command: &str) -> Failure {
    let next = seal::next_to(&seal::behind_links(root_key));
    match next.exists() {
        true => Failure::Failed(format!(
            "{failure}; {} is from a rotation that was interrupted; finish it with: {command}",
            next.display()
        )),
        false => failure,
    }
}

/// Binds the data keys to what there was before the log of this database stated it, unless they are. Fails when they are
/// bound to something else.
pub async fn bind(store: &dyn DataKeyStore, root_key: &RootKey) -> Result<(), Failure> {
    loop {
        let wrapped = store.data_keys().await.map_err(Failure::failed)?;
        let baseline = store.baseline().await.map_err(Failure::failed)?;
        let Some(bound) = seal::bind(root_key, &wrapped, baseline).map_err(Failure::failed)? else {
            return Ok(());
        };
        match store.bind_data_keys(wrapped, bound).await {
            Ok(true) => return Ok(()),
            // Another server was faster, or a rotation.
            Ok(false) => {}
            // A disk that is full stops nothing that only reads.
            Err(error) => {
                tracing::warn!(%error, "the data keys can't be bound to the activity log; the next start tries it again");
                return Ok(());
            }
        }
    }
}

/// Runs what a command asks of a store or a server.
pub fn block_on<T>(calls: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    run(Box::pin(calls))
}

/// Takes any future behind one type: each other type of future would put the whole runtime's loop into the
/// program once more.
fn run<T>(calls: Pin<Box<dyn Future<Output = Result<T, Failure>> + '_>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?
        .block_on(calls)
}

//! What a running server seals and unseals with. The data keys may be rotated under it: then whatever needs a newer one
//! finds out from the database, and takes it with the root key as it is now, without a restart.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::error::{ApiError, ApiResult};
use super::root_key::{RootKey, behind_links, next_to};
use super::seal::{SealError, Sealer};
use super::state::ServerState;
use super::store::{Store, StoreResult};
use crate::api::ProblemType;

/// The data keys as they are known, and where the root key is read again.
pub struct Seals {
    current: RwLock<Arc<Sealer>>,
    /// A rotation puts the new root key beside the old one, before it takes its place.
    root_keys: Vec<PathBuf>,
}

impl Seals {
    /// With the root key in this file.
    pub fn renewed_from(sealer: Sealer, root_key: &Path) -> Self {
        Self {
            root_keys: vec![root_key.to_owned(), next_to(&behind_links(root_key))],
            ..Self::from(sealer)
        }
    }

    pub fn now(&self) -> Arc<Sealer> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// `false` when there are data keys that the root key, where it was read, doesn't open.
    async fn renew(&self, store: &dyn Store, organisation: Uuid) -> StoreResult<bool> {
        let wrapped = store.data_keys().await?;
        if self.now().has_all(&wrapped) {
            return Ok(true);
        }
        let opened = self.root_keys.iter().find_map(|path| {
            let root_key = RootKey::read_file(path).ok()?;
            Sealer::open(&root_key, organisation, &wrapped).ok()
        });
        let Some(sealer) = opened else {
            return Ok(false);
        };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(sealer);
        tracing::info!("took the data key of a rotation");
        Ok(true)
    }
}

/// Without a root key to be read again.
impl From<Sealer> for Seals {
    fn from(sealer: Sealer) -> Self {
        Self {
            current: RwLock::new(Arc::new(sealer)),
            root_keys: Vec::new(),
        }
    }
}

impl ServerState {
    /// Takes the data keys of a rotation.
    pub(super) async fn renew_seals(&self) -> ApiResult<()> {
        let seals = &self.seals;
        match seals.renew(&*self.store, self.organisation.id).await? {
            true => Ok(()),
            false => {
                tracing::error!(
                    "the root key was rotated, and the new one is not where this server read the old one; start it again \
                     with the new one"
                );
                Err(ApiError::new(
                    ProblemType::Unavailable,
                    "The root key was rotated and this server does not have the new one, so it can't seal or unseal this \
                     secret; whoever runs it must start it again with the new root key.",
                ))
            }
        }
    }

    /// What `unseal` opens, also when it was sealed under a data key that is newer than this server's.
    pub(super) async fn unsealed<T>(
        &self,
        unseal: impl Fn(&Sealer) -> Result<T, SealError> + Send,
    ) -> ApiResult<T> {
        match unseal(&self.seals.now()) {
            Err(SealError::UnknownDataKey(_)) => {}
            opened => return Ok(opened?),
        }
        self.renew_seals().await?;
        Ok(unseal(&self.seals.now())?)
    }
}

//! What a running server seals and unseals with. The data keys may be rotated under it: then whatever needs a newer one
//! finds out from the database, and takes it with the root key as it is now, without a restart.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::{RootKey, Sealer, behind_links, next_to};
use crate::server::store::{DataKeyStore, StoreResult};

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
    pub(super) async fn renew(&self, store: &dyn DataKeyStore, organisation: Uuid) -> StoreResult<bool> {
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
        tracing::info!("loaded the data key of a rotation");
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

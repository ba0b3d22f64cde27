//! What is sealed, and the data keys that it is sealed under: how they are kept, and replaced.

use serde_json::{Map, Value, json};
use strum::EnumIter;
use uuid::Uuid;

use super::{StoreError, StoreResult};
use crate::api::ChainHash;
use crate::model::Scope;

/// A data key that is bound to a baseline begins with this, and then the baseline's digest.
const BOUND: u8 = 2;
const DIGEST: usize = 32;
/// Of a data key wrapped under a root key: nonce, key and tag.
const CIPHERTEXT: usize = 24 + 32 + 16;

/// A token sealed under a data key (`server::seal`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub data_key: u32,
    pub bytes: Vec<u8>,
}

/// A data key as it is stored: wrapped under the root key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedDataKey {
    pub id: u32,
    pub bytes: Vec<u8>,
}

impl WrappedDataKey {
    pub fn new(id: u32, baseline: Option<ChainHash>, ciphertext: Vec<u8>) -> Self {
        let bytes = match baseline {
            None => ciphertext,
            Some(digest) => [&[BOUND][..], &digest.0, &ciphertext].concat(),
        };
        Self { id, bytes }
    }

    /// The digest of the baseline of the activity log that it is bound to; `None` when an earlier version wrapped it.
    pub fn baseline(&self) -> Option<ChainHash> {
        self.parts().map(|(digest, _)| ChainHash(*digest))
    }

    pub fn ciphertext(&self) -> &[u8] {
        self.parts().map_or(&self.bytes, |(_, ciphertext)| ciphertext)
    }

    fn parts(&self) -> Option<(&[u8; DIGEST], &[u8])> {
        let rest = self.bytes.strip_prefix(&[BOUND])?;
        let parts = rest.split_first_chunk::<DIGEST>()?;
        (parts.1.len() == CIPHERTEXT).then_some(parts)
    }
}

/// A deck whose data keys are bound has statements in its log, so tables of a version before that, which anybody could
/// have filled, are not brought up to date once more.
pub fn refuse_set_back(schema: usize, data_keys: &[WrappedDataKey]) -> StoreResult<()> {
    match data_keys.iter().any(|key| key.baseline().is_some()) {
        true => Err(StoreError::SetBack(schema as u32)),
        false => Ok(()),
    }
}

/// Another root key, and another data key for what is sealed from now on.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The data keys as they were wrapped when it was decided.
    pub old: Vec<WrappedDataKey>,
    /// The same, wrapped under the new root key: what they sealed stays as it is.
    pub rewrapped: Vec<WrappedDataKey>,
    pub newest: WrappedDataKey,
    /// Whether all that is there is to be sealed again.
    pub reseals: bool,
}

/// Where a sealed secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum SecretPlace {
    /// The token of a key.
    Key,
    /// The token before, of a key that has both.
    OldToken,
    /// The private key of a project's session server.
    SessionServer,
    /// What is sent to a webhook is signed with it.
    Webhook,
    /// The one before, of a webhook that has both.
    OldWebhook,
}

/// A sealed secret, and what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    pub place: SecretPlace,
    /// Of its row; those of one place are read in this order.
    pub seq: i64,
    /// Of the key, the project or the webhook.
    pub id: Uuid,
    /// Of a key.
    pub scope: Option<Scope>,
    pub sealed: Sealed,
}

/// A secret as it was sealed, and sealed again.
#[derive(Debug, Clone)]
pub struct Resealed {
    pub before: SealedSecret,
    pub sealed: Sealed,
}

/// For the log, what a rotation sets out to do. A resealing that did not end is one that no later row tells the end of.
pub fn rotation(reseals: bool) -> Map<String, Value> {
    match reseals {
        false => Map::new(),
        true => Map::from_iter([("reseal".to_owned(), json!([null, true]))]),
    }
}

/// For the log, how many data keys there were and are.
pub fn resealing(before: u64, after: u64) -> Map<String, Value> {
    Map::from_iter([("data_keys".to_owned(), json!([before, after]))])
}

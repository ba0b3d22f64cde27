//! Secrets by the data key that they are sealed under, for whoever seals them anew.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Sealed;
use crate::model::Scope;

/// Where a sealed secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace {
    /// The token of a key.
    Key,
    /// The private key of a project's session server.
    SessionServer,
}

impl SecretPlace {
    pub const ALL: [SecretPlace; 2] = [SecretPlace::Key, SecretPlace::SessionServer];
}

/// A sealed secret, and what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    pub place: SecretPlace,
    /// Of its row; those of one place are read in this order.
    pub seq: i64,
    /// Of the key, or of the project.
    pub id: Uuid,
    /// Of a key.
    pub scope: Option<Scope>,
    pub sealed: Sealed,
}

/// A secret as it was sealed, and sealed anew.
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

//! Rotating a key on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::keys::Key;
use crate::model::{Secret, secret};

/// How a key is rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRotation {
    /// How long the old token is valid beside the new one: 0 to 2,592,000, which are 30 days. At 0 it is refused at once.
    #[schema(maximum = 2_592_000)]
    pub overlap_seconds: u32,
}

/// How much longer the old token is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotationExtension {
    /// How much later the overlap ends: at least 1; all of it is 30 days at most.
    #[schema(minimum = 1, maximum = 2_592_000)]
    pub extend_seconds: u32,
}

/// Which token stays when a rotation ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RotationEnd {
    /// `new`: the old token is refused from now on. `old`: the rotation is cancelled, and the new token is dropped, as long
    /// as it was never used.
    #[param(inline)]
    pub keep: KeptToken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeptToken {
    New,
    Old,
}

/// A key that was rotated, and its new secret. That of an Analytics key is never shown again.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Rotated {
    pub key: Key,
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Secret>,
}

//! Gateways on the wire: they may ask whether a key is allowed through.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::keys::PersonRef;
use crate::model::{Secret, secret};

/// A gateway that may ask `/v1/authorize`. The client's address and origin that it reports are trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gateway {
    pub id: Uuid,
    pub name: String,
    pub added_by: PersonRef,
    pub added_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGateway {
    /// 1 to 100 characters after trimming, unique among gateways: spellings that look alike are one name.
    pub name: String,
}

/// A new gateway and its token, which is only ever in this answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedGateway {
    pub gateway: Gateway,
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub token: Option<Secret>,
}

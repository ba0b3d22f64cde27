//! Gateways as they are stored.

use jiff::Timestamp;
use uuid::Uuid;

use crate::model::TokenHash;

/// A gateway to be stored.
#[derive(Debug, Clone)]
pub struct NewGatewayRecord {
    pub id: Uuid,
    pub name: String,
    pub token: TokenHash,
    pub added_at: Timestamp,
}

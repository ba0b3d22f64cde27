//! The events of the live stream: they say what changed, and the client reads the rest.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Something other than a key changed; sent to users who see all activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeEvent {
    pub about: Part,
}

/// What is to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    Projects,
    People,
    /// Only the log itself.
    Activity,
}

/// What happened to a key; ids only, the dashboard asks for the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyEvent {
    pub kind: KeyEventKind,
    pub key: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyEventKind {
    Created,
    Edited,
    Revoked,
}

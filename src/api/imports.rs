//! Imports on the wire: keys of other products, in portions, and what came of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::KeyFields;
use crate::model::{Secret, secret};

/// How many keys one import has at most.
pub const MAX_IMPORTED: usize = 100_000;
/// How many keys a portion of an import has at most.
pub const MAX_PORTION: usize = 500;

/// An import that was begun.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ImportBegun {
    pub import: Uuid,
    /// Until when it can be committed.
    pub expires_at: Timestamp,
}

/// Some keys of an import.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportPortion {
    /// At most 500, each with a line that no other one of the import has.
    pub keys: Vec<ImportKey>,
}

/// A key of another product, by its token or the SHA-256 of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportKey {
    /// Where it stands in what is imported; what is wrong is told by it.
    pub line: u32,
    /// As for a key that is created, without `project`.
    pub fields: KeyFields,
    /// The project's id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// 20 to 512 visible characters of ASCII, or a token of keydeck. It goes on being valid as it is.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "secret::onto_the_wire"
    )]
    #[schema(value_type = Option<String>)]
    pub token: Option<Secret>,
    /// Instead of the token: its SHA-256, as 64 hexadecimal digits or base64. No other hash is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// When the other product created it; now when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    #[serde(default)]
    pub disabled: bool,
    /// Why it is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whose key it is, by id or email address: for Owners. The caller's when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<String>,
}

/// That all keys of an import have arrived.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportCommitment {
    /// Say what would come of it, and do nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Pass over keys that are there already: the same name, scope and project, with the same token.
    #[serde(default)]
    pub skip_existing: bool,
}

/// What came of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportOutcome {
    /// The activity log names it with each of its keys.
    pub import: Uuid,
    /// `false`: it goes on; ask again in the same way.
    pub finished: bool,
    pub dry_run: bool,
    pub imported: u64,
    /// They were there already.
    pub skipped: u64,
}

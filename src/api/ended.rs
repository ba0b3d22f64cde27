//! The end of a key on the wire: why it is revoked, and what a check says of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::usage::RefusedSince;
use crate::model::WhichToken;

/// Why a key is revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoking {
    /// A paragraph of at most 500 characters, for whoever sees the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a check of a key's tokens says now, on the server that answers. It is not counted as usage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyCheck {
    /// By the clock of this server.
    pub at: Timestamp,
    /// The token that the key has, and the old one of its last rotation if it still has that.
    pub tokens: Vec<TokenCheck>,
    /// Absent while the key is active.
    pub refused_since: Option<RefusedSince>,
}

/// What a check of one token says, as far as it depends on the key alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenCheck {
    /// The prefix and the last characters of the token.
    pub hint: String,
    pub token: WhichToken,
    /// The rule that refuses it, whatever the request; absent when it depends on the request.
    #[schema(example = "key-revoked")]
    pub rule: Option<String>,
    /// The rule in words.
    pub sentence: Option<String>,
}

impl KeyCheck {
    /// Whether none of its tokens is let through, whatever the request.
    pub fn is_refused(&self) -> bool {
        self.tokens.iter().all(|token| token.rule.is_some())
    }

    /// The rule that refuses the token that the key has.
    pub fn rule(&self) -> Option<&str> {
        self.tokens.first()?.rule.as_deref()
    }
}

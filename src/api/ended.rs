//! Keys after their end on the wire: why they were revoked, who still presents them, and what a check says of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::keys::PersonRef;
use super::usage::LastUse;
use crate::model::domain::is_plausible;
use crate::model::{Rule, UiDomain, WhichToken};

/// A revocation, as it stays known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyRevocation {
    pub at: Timestamp,
    pub by: PersonRef,
    pub reason: Option<String>,
}

/// Why a key is revoked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoking {
    /// A paragraph of at most 500 characters, for whoever sees the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How often a key that is not valid was presented, and refused for that. May lag behind by seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedSince {
    /// When it was revoked, disabled, or expired; of an old token, when the key was rotated.
    pub since: Timestamp,
    pub count: u64,
    /// The last of them; absent when there was none.
    pub last: Option<LastUse>,
}

/// From where a key was refused: an origin, a bundle identifier or an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedSource {
    pub name: String,
    pub last_refused_at: Timestamp,
    /// The rule that refused it last, as in the `rule` of a refusal.
    #[schema(example = "origin-foreign")]
    pub rule: String,
    /// Since it is among the newest.
    pub count: u64,
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

impl RefusedSource {
    /// Whether it was refused as it is not among the key's domains, and is plausibly one of the organisation's own.
    pub fn is_addable(&self, domains: &[UiDomain]) -> bool {
        let is_foreign = self
            .rule
            .parse()
            .is_ok_and(|rule| matches!(rule, Rule::OriginForeign | Rule::BundleForeign));
        is_foreign && is_plausible(domains, &self.name)
    }
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

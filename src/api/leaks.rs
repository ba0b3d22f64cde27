//! Reports of leaked keys on the wire: what others send, in their formats, and what is made of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::keys::{Key, PersonRef};
use crate::model::{LeakDecision, LeakResponse, LeakSource, Secret, WhichToken};

/// A report by whoever has the token: having it is the proof.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeakReport {
    /// The token, or the whole secret.
    #[schema(value_type = String)]
    pub token: Secret,
    /// Where it was found; may be empty.
    #[serde(default)]
    pub url: String,
    /// For the people who decide.
    #[serde(default)]
    pub note: String,
}

/// The same for every token, known or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeakReceipt {
    /// `received`.
    pub status: String,
}

/// One of the tokens of a report of GitHub's secret scanning. Fields that are not known are ignored, as GitHub may add some.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ScannedToken {
    #[schema(value_type = String)]
    pub token: Secret,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default)]
    pub source: Option<String>,
}

/// What GitHub is answered of each token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenFeedback {
    /// SHA-256 of what GitHub sent, in hexadecimal.
    pub token_hash: String,
    pub token_type: String,
    pub label: TokenLabel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenLabel {
    /// It is or was a token of a key of this server.
    TruePositive,
    FalsePositive,
}

/// The types of tokens that GitLab reports to this server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeakTypes {
    pub types: Vec<String>,
}

/// One of the tokens of a report of GitLab. Fields that are not known are ignored.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct TokenToRevoke {
    #[serde(rename = "type")]
    pub kind: String,
    #[schema(value_type = String)]
    pub token: Secret,
    #[serde(default)]
    pub location: Option<String>,
}

/// A report of a leaked key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Leak {
    pub id: Uuid,
    /// As it is now.
    pub key: Key,
    /// Which one of its tokens leaked.
    pub token: WhichToken,
    pub source: LeakSource,
    /// Where it was found, as far as was said. What can't be shown is written as code points.
    pub url: Option<String>,
    pub note: Option<String>,
    pub reported_at: Timestamp,
    /// What was done at once.
    pub response: LeakResponse,
    /// Absent until somebody has decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<DecidedLeak>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DecidedLeak {
    pub at: Timestamp,
    /// Absent when there was nothing to decide.
    pub by: Option<PersonRef>,
    pub decision: LeakDecision,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeakList {
    /// Only those about which nobody has decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undecided: Option<bool>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Older ones than this report: the last one of a full page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
}

/// What becomes of a leaked key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeakDeciding {
    /// `revoked` revokes the key. `dismissed` leaves it, and enables it if a report disabled it and no other report is
    /// undecided. A key that is rotated or enabled by its own operations is decided about by that.
    pub decision: LeakDecision,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

//! The activity log on the wire.

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::chain_hash::ChainHash;
use super::keys::PersonRef;

/// What was done. The log is append-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case", parse_err_fn = unknown, parse_err_ty = String)]
#[serde(rename_all = "snake_case")]
pub enum ActivityAction {
    KeyCreated,
    /// It comes from another product.
    KeyImported,
    KeyEdited,
    KeyRevoked,
    /// The secret was shown, or given to a program.
    KeyRevealed,
    /// The secret was copied to a clipboard, as far as the client said.
    KeyCopied,
    /// It was handed over to another person when its creator was removed.
    KeyHandedOver,
    /// It refuses until it is enabled.
    KeyDisabled,
    KeyEnabled,
    /// It has a new token; the old one is valid for a while, or not at all.
    KeyRotated,
    KeyRotationExtended,
    /// The old token is not valid any more, before its time.
    KeyRotationEnded,
    /// The new token is not valid any more; the old one stays.
    KeyRotationCancelled,
    ProjectCreated,
    ProjectEdited,
    ProjectRemoved,
    ProjectHandedOver,
    SessionServerSet,
    SessionServerRemoved,
    /// A token was issued to a project's session server; an earlier one was replaced.
    SessionTokenIssued,
    SessionTokenRevoked,
    UserAdded,
    UserEdited,
    UserRemoved,
    /// A user's sign-in token was replaced.
    TokenReplaced,
    /// Somebody presented an invalid token.
    SignInRefused,
    /// A gateway that may ask whether keys are allowed through.
    GatewayAdded,
    GatewayRemoved,
    /// The data keys were wrapped again under another root key.
    RootKeyRotated,
    /// All secrets were resealed under the newest data key.
    SecretsResealed,
    /// A user's address could not be distinguished from another's.
    UserRenamed,
    /// A gateway's name could not be distinguished from another's.
    GatewayEdited,
    /// How long keys may be valid was changed.
    PolicyEdited,
    /// Somebody said that the key is public.
    LeakReported,
    /// Somebody said what becomes of a leaked key.
    LeakDecided,
    /// What reports leaks did so for the first time.
    LeakSourceAdded,
    WebhookCreated,
    /// Its address or events changed, or it was disabled or enabled.
    WebhookEdited,
    WebhookRemoved,
    /// What is sent is signed with another secret.
    WebhookSecretRotated,
    WebhookSecretRevealed,
    /// An event was sent to it that says nothing.
    WebhookTested,
    /// What had been sent to it was sent again.
    WebhookRedelivered,
    /// An action of a newer keydeck, or an invalid one in a row that was tampered with.
    #[serde(other)]
    #[strum(disabled)]
    Unknown,
}

impl ActivityAction {
    /// Its name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            // Not among those that strum knows.
            ActivityAction::Unknown => "unknown",
            known => known.into(),
        }
    }

    /// Whether only users who see session servers may see its rows.
    pub fn is_about_session_servers(self) -> bool {
        matches!(
            self,
            ActivityAction::SessionServerSet
                | ActivityAction::SessionServerRemoved
                | ActivityAction::SessionTokenIssued
                | ActivityAction::SessionTokenRevoked
        )
    }

    /// Whether the key that it was done to is the same after it.
    pub fn leaves_key_as_it_is(self) -> bool {
        matches!(
            self,
            ActivityAction::KeyRevealed
                | ActivityAction::KeyCopied
                | ActivityAction::LeakReported
                | ActivityAction::LeakDecided
        )
    }

    /// By itself, in words: "key revoked".
    pub fn name_in_words(self) -> String {
        self.as_str().replace('_', " ")
    }

    /// In words, for people: "revoked a key".
    pub fn words(self) -> &'static str {
        match self {
            ActivityAction::KeyCreated => "created the key",
            ActivityAction::KeyImported => "imported the key",
            ActivityAction::KeyEdited => "edited the key",
            ActivityAction::KeyRevoked => "revoked the key",
            ActivityAction::KeyRevealed => "revealed the key",
            ActivityAction::KeyCopied => "copied the key",
            ActivityAction::KeyHandedOver => "handed over the key",
            ActivityAction::KeyDisabled => "disabled the key",
            ActivityAction::KeyEnabled => "enabled the key",
            ActivityAction::KeyRotated => "rotated the key",
            ActivityAction::KeyRotationExtended => "extended the rotation of the key",
            ActivityAction::KeyRotationEnded => "ended the rotation of the key",
            ActivityAction::KeyRotationCancelled => "cancelled the rotation of the key",
            ActivityAction::ProjectCreated => "created the project",
            ActivityAction::ProjectEdited => "edited the project",
            ActivityAction::ProjectRemoved => "removed the project",
            ActivityAction::ProjectHandedOver => "handed over the project",
            ActivityAction::SessionServerSet => "set the session server of",
            ActivityAction::SessionServerRemoved => "removed the session server of",
            ActivityAction::SessionTokenIssued => "issued a session token for",
            ActivityAction::SessionTokenRevoked => "revoked the session token of",
            ActivityAction::UserAdded => "added",
            ActivityAction::UserEdited => "changed the role of",
            ActivityAction::UserRemoved => "removed",
            ActivityAction::TokenReplaced => "gave a new token to",
            ActivityAction::SignInRefused => "was refused a sign-in",
            ActivityAction::GatewayAdded => "added the gateway",
            ActivityAction::GatewayRemoved => "removed the gateway",
            ActivityAction::RootKeyRotated => "rotated the root key",
            ActivityAction::SecretsResealed => "resealed all secrets",
            ActivityAction::UserRenamed => "changed the address of",
            ActivityAction::GatewayEdited => "renamed the gateway",
            ActivityAction::PolicyEdited => "changed the policy of",
            ActivityAction::LeakReported => "reported a leak of the key",
            ActivityAction::LeakDecided => "decided about the leak of the key",
            ActivityAction::LeakSourceAdded => "first reported a leak, as",
            ActivityAction::WebhookCreated => "created the webhook",
            ActivityAction::WebhookEdited => "edited the webhook",
            ActivityAction::WebhookRemoved => "removed the webhook",
            ActivityAction::WebhookSecretRotated => "rotated the secret of the webhook",
            ActivityAction::WebhookSecretRevealed => "revealed the secret of the webhook",
            ActivityAction::WebhookTested => "tested the webhook",
            ActivityAction::WebhookRedelivered => "sent an event again to the webhook",
            ActivityAction::Unknown => "did something unknown to",
        }
    }
}

fn unknown(text: &str) -> String {
    format!("no such action: {text}")
}

/// One row of the activity log; it still names what no longer exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Activity {
    /// Grows with time; the cursor of `before`. For users who see only what was done to their own keys it is a number
    /// that reveals nothing about other rows.
    pub seq: u64,
    pub at: Timestamp,
    /// The person. Absent when nobody was signed in: a refused sign-in, the operator at the server's console.
    pub actor: Option<PersonRef>,
    /// The address of the person, as far as the server can tell. Users who see only what was done to their own keys
    /// see only their own address.
    #[schema(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    pub action: ActivityAction,
    /// The key that it was done to, active or revoked.
    pub key: Option<Uuid>,
    /// The name of the key, project or user at that time.
    pub subject: String,
    /// What changed, field by field: `{"name": ["from", "to"]}`. Never a secret, and without the session server of a
    /// project that was removed for users who don't see session servers.
    #[schema(value_type = Option<Object>)]
    pub changes: serde_json::Value,
    /// A digest of the state after the change, to verify the server's tables against its log. Covered by the hash
    /// too. Absent for users who don't see the whole log.
    #[serde(default, skip_serializing_if = "Stated::is_nothing")]
    pub stated: Stated,
    /// Over the previous row and all of the above. Absent for users who don't see the whole log.
    #[serde(default, skip_serializing_if = "ChainHash::is_start")]
    #[schema(value_type = Option<String>)]
    pub hash: ChainHash,
}

/// What a row of the log states of what it is about. Digests, which no secret can be found from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stated {
    /// The person, project or gateway; a row about a key names that as `key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Uuid>,
    /// SHA-256 over its role, token, settings and the like after the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub state: Option<ChainHash>,
    /// SHA-256 over the states of everything that existed before the log began to state them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub baseline: Option<ChainHash>,
}

impl Stated {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Which part of the tables is compared with the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ComparisonQuery {
    /// `next` of the part before; absent for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A part of the tables, compared with the log by the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// How many people, projects, gateways and keys were looked at.
    pub rows: u64,
    /// `after` of the following part; absent on the last one.
    pub next: Option<String>,
    /// The first of them that the log does not explain, in a sentence. Then there is no `next`.
    pub unexplained: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Uuid>,
    /// Only what this person did: an id, or an email address (also of people who were removed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(schema_with = known_actions)]
    pub action: Option<ActivityAction>,
    /// Only rows from this instant on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = "date-time")]
    pub since: Option<Timestamp>,
    /// Only rows before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = "date-time")]
    pub until: Option<Timestamp>,
    /// Words, each of which is a part of the action, of the name of what it was done to or of the person's email address,
    /// without regard to case; at most 100 characters. A page of such a search may have fewer rows than are asked for, or
    /// none, although more follow: then it has `next`.
    #[param(max_length = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only rows older than this `seq`.
    #[param(format = "uint64")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// The actions that can be filtered by.
fn known_actions() -> Object {
    let names = ActivityAction::iter().map(ActivityAction::as_str);
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names))
        .build()
}

/// Newest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActivityPage {
    pub items: Vec<Activity>,
    /// `before` of the following, older page; absent on the last one.
    pub next: Option<u64>,
    /// Rows of this part of the whole log that the user does not see, or not all of: where they are in the chain. For
    /// users who see the whole log but not session servers; absent when a filter is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<ActivityHead>,
}

/// A row of the log by its place in the chain; such as the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActivityHead {
    /// Its number, and so how many rows there are up to it; 0 in an empty log.
    pub seq: u64,
    #[schema(value_type = String)]
    pub hash: ChainHash,
}

/// As people note it: `SEQ:HASH`.
impl fmt::Display for ActivityHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl std::str::FromStr for ActivityHead {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let head = text.trim().split_once(':').and_then(|(seq, hash)| {
            Some(Self {
                seq: seq.parse().ok()?,
                hash: ChainHash::from_hex(hash)?,
            })
        });
        head.ok_or("a head is the number of a row, a colon, and the 64 hexadecimal digits of its hash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_has_the_same_name_everywhere() {
        for action in ActivityAction::iter() {
            assert_eq!(serde_json::json!(action), action.as_str());
            assert_eq!(action.as_str().parse(), Ok(action));
        }
        assert_eq!(ActivityAction::Unknown.as_str(), "unknown");
        assert!("unknown".parse::<ActivityAction>().is_err());
    }
}

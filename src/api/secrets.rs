//! The secrets of keys on the wire: the answers that hold one, and which key one belongs to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};
use utoipa::ToSchema;
use uuid::Uuid;

use super::keys::{Key, KeyRevocation, PersonRef};
use crate::model::{KeyState, Scope, Secret, WhichToken, secret};

/// The answer to a creation. The secret of an Analytics key is only ever in this answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Created {
    pub key: Key,
    /// Absent when an `Idempotency-Key` was replayed for an Analytics key: it was shown once.
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Secret>,
    /// Whether this answers a repeated `Idempotency-Key` with the key that was made the first time.
    #[serde(default)]
    pub replayed: bool,
}

/// What a secret is asked for, which the log says.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    EnumString,
    IntoStaticStr,
    Serialize,
    Deserialize,
    ToSchema
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RevealPurpose {
    #[default]
    Show,
    Copy,
}

impl RevealPurpose {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The secret of a Web or Mobile key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Revealed {
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Secret>,
}

/// Which key has this hash? The secret itself is never sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// SHA-256 of the token (not of the base64 that wraps it), as 64 hexadecimal digits.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub sha256: String,
}

/// What is known of a looked-up key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum LookupAnswer {
    Active {
        key: Box<Key>,
        /// Which of its tokens it is.
        #[serde(default)]
        token: WhichToken,
    },
    /// It can be enabled again.
    Disabled {
        key: Box<Key>,
        #[serde(default)]
        token: WhichToken,
    },
    /// It can be renewed.
    Expired {
        key: Box<Key>,
        #[serde(default)]
        token: WhichToken,
    },
    /// The key has another token by now; this one is refused, whatever the key's state is.
    Rotated { key: Box<Key>, replaced_at: Timestamp },
    Revoked {
        id: Uuid,
        name: String,
        scope: Scope,
        revoked_at: Timestamp,
        revoked_by: PersonRef,
        /// As it was, with why it was revoked and the attempts since.
        #[serde(default)]
        key: Option<Box<Key>>,
    },
}

impl LookupAnswer {
    /// What is answered for a token that the key has.
    pub fn of(key: Key, token: WhichToken) -> Self {
        let (state, key) = (key.state, Box::new(key));
        match state {
            KeyState::Active => Self::Active { key, token },
            KeyState::Disabled => Self::Disabled { key, token },
            KeyState::Expired => Self::Expired { key, token },
            KeyState::Revoked => {
                let KeyRevocation { at, by, .. } = key.revoked.clone().unwrap_or_default();
                Self::Revoked {
                    id: key.id,
                    name: key.name.clone(),
                    scope: key.scope,
                    revoked_at: at,
                    revoked_by: by,
                    key: Some(key),
                }
            }
        }
    }
}

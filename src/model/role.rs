//! The four roles of a user.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user is to the organisation. What each may do is decided in `server::policy` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Owner,
    Support,
    Analytics,
    Editor,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Owner, Role::Support, Role::Analytics, Role::Editor];

    /// The name that people read: `Owner`.
    pub fn label(self) -> &'static str {
        match self {
            Role::Owner => "Owner",
            Role::Support => "Support",
            Role::Analytics => "Analytics",
            Role::Editor => "Editor",
        }
    }

    /// What a user of this role may do, in words for people.
    pub fn duties(self) -> &'static str {
        match self {
            Role::Owner => {
                "Sees, creates, edits and revokes all keys; looks after people, projects and session servers."
            }
            Role::Support => "Sees, creates, edits and revokes all keys; looks after projects.",
            Role::Analytics => "Sees all keys; creates Analytics keys, and revokes their own.",
            Role::Editor => {
                "Sees their own keys and projects, and creates, edits and revokes Web and Mobile keys in these."
            }
        }
    }

    /// The name on the wire: `owner`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Support => "support",
            Role::Analytics => "analytics",
            Role::Editor => "editor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The text was none of the four roles.
#[derive(Debug, Clone, thiserror::Error)]
#[error("a role is owner, support, analytics or editor")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Role::ALL
            .into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownRole)
    }
}

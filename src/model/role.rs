//! The four roles of a user.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};
use utoipa::ToSchema;

/// The role of a user in the organisation. `server::auth::policy` alone decides what each may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(
    serialize_all = "lowercase",
    ascii_case_insensitive,
    parse_err_fn = unknown,
    parse_err_ty = UnknownRole
)]
pub enum Role {
    Owner,
    Support,
    Analytics,
    Editor,
}

impl Role {
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
                "Sees, creates, edits and revokes all keys; manages people, projects and session servers."
            }
            Role::Support => "Sees, creates, edits and revokes all keys; manages projects.",
            Role::Analytics => "Sees all keys; creates Analytics keys, and revokes their own.",
            Role::Editor => {
                "Sees their own keys and projects, and creates, edits and revokes Web and Mobile keys in these."
            }
        }
    }

    /// The name on the wire: `owner`.
    pub fn as_str(self) -> &'static str {
        self.into()
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

fn unknown(_: &str) -> UnknownRole {
    UnknownRole
}

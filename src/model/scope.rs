//! The three scopes of an API key, and what each of them has.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

/// What kind of integration a key is for. The declared order is the order of the `scope` sort.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema
)]
#[derive(EnumIter, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "lowercase")]
#[strum(
    serialize_all = "lowercase",
    ascii_case_insensitive,
    parse_err_fn = unknown,
    parse_err_ty = UnknownScope
)]
pub enum Scope {
    /// A web page; its UI domains are origins.
    Web,
    /// A mobile app; its UI domains are bundle identifiers.
    Mobile,
    /// Reads the whole organisation's metrics. Shown once; what it is can't be edited, only how it is kept.
    Analytics,
}

impl Scope {
    /// The name that people read: `Web`.
    pub fn label(self) -> &'static str {
        match self {
            Scope::Web => "Web",
            Scope::Mobile => "Mobile",
            Scope::Analytics => "Analytics",
        }
    }

    /// The name on the wire: `web`.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Web and Mobile keys belong to a project; an Analytics key reads the whole organisation.
    pub fn has_project(self) -> bool {
        self != Scope::Analytics
    }

    /// Whether the secret can be revealed after creation, and all fields edited.
    pub fn is_viewable(self) -> bool {
        self != Scope::Analytics
    }

    /// Whether "I'm developing locally" exists for this scope.
    pub fn has_local_development(self) -> bool {
        self == Scope::Web
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The text was none of `web`, `mobile`, `analytics`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("a scope is web, mobile or analytics")]
pub struct UnknownScope;

fn unknown(_: &str) -> UnknownScope {
    UnknownScope
}

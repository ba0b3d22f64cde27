//! Reports that a key has leaked: who may report, what is done at once, and what may be decided.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};
use utoipa::ToSchema;

use super::Scope;

/// Who reported it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum LeakSource {
    /// GitHub's secret scanning, by its signature.
    Github,
    /// A GitLab server, by the token that it shares with this one.
    Gitlab,
    /// Whoever had the token.
    Holder,
}

impl LeakSource {
    /// The name on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As the log and a disabled key name it. No email address reads like this.
    pub fn name(self) -> &'static str {
        match self {
            LeakSource::Github => "GitHub",
            LeakSource::Gitlab => "GitLab",
            LeakSource::Holder => "a holder of the token",
        }
    }

    /// Why a key is disabled.
    pub fn reason(self) -> String {
        format!("reported leaked by {}", self.name())
    }
}

/// What a report does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[derive(EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum LeakResponse {
    /// The key was disabled.
    Disabled,
    /// It had been disabled before.
    AlreadyDisabled,
    /// The report is shown, and nothing else is done.
    Told,
    /// The token was not valid any more.
    NotValid,
}

impl LeakResponse {
    /// The policy. The tokens of Web and Mobile keys are in pages and apps that everybody can have: that such a token
    /// is public says nothing new, and whoever reports it must not be able to stop the page.
    pub fn to_leak_of(scope: Scope) -> Self {
        match scope {
            Scope::Analytics => LeakResponse::Disabled,
            Scope::Web | Scope::Mobile => LeakResponse::Told,
        }
    }

    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            LeakResponse::Disabled => "the key was disabled",
            LeakResponse::AlreadyDisabled => "nothing, the key was disabled already",
            LeakResponse::Told => "nothing, tokens of its scope are in pages and apps",
            LeakResponse::NotValid => "nothing, the token was not valid any more",
        }
    }
}

/// What becomes of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[derive(EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum LeakDecision {
    /// It was revoked.
    Revoked,
    /// It has another token.
    Rotated,
    /// It stays as it is: a false alarm, or known and accepted.
    Dismissed,
    /// There was nothing to decide: the token was not valid.
    None,
}

impl LeakDecision {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            LeakDecision::Revoked => "the key was revoked",
            LeakDecision::Rotated => "the key was rotated",
            LeakDecision::Dismissed => "dismissed, the key stays",
            LeakDecision::None => "nothing to decide",
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::model::email;

    #[test]
    fn only_what_is_no_email_address_names_a_source() {
        for source in LeakSource::iter() {
            assert!(email::parse(source.name()).is_err(), "{}", source.name());
            assert_eq!(source.as_str().parse(), Ok(source));
        }
    }

    #[test]
    fn a_report_stops_only_what_is_no_public_key() {
        let of = |scope| LeakResponse::to_leak_of(scope);
        assert_eq!(
            [Scope::Web, Scope::Mobile, Scope::Analytics].map(of),
            [LeakResponse::Told, LeakResponse::Told, LeakResponse::Disabled]
        );
    }
}

//! Reports that a key has leaked: who may report, what is done at once, and what may be decided.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};
use utoipa::ToSchema;

use super::{Scope, WhichToken};

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
    /// The old token of a rotation is not valid any more; the key goes on with its new one.
    OldTokenEnded,
    /// The report is shown, and nothing else is done.
    Told,
    /// The token was not valid any more.
    NotValid,
}

impl LeakResponse {
    /// The policy. The tokens of Web and Mobile keys are in pages and apps that everybody can have: that such a token
    /// is public says nothing new, and whoever reports it must not be able to stop the page. Of a key that has another
    /// token already, no more is stopped than what leaked.
    pub fn to_leak_of(scope: Scope, token: WhichToken, is_disabled: bool) -> Self {
        match (scope, token) {
            (_, WhichToken::Replaced) => LeakResponse::NotValid,
            (Scope::Web | Scope::Mobile, _) => LeakResponse::Told,
            (Scope::Analytics, WhichToken::Old) => LeakResponse::OldTokenEnded,
            (Scope::Analytics, WhichToken::Current | WhichToken::New) => match is_disabled {
                true => LeakResponse::AlreadyDisabled,
                false => LeakResponse::Disabled,
            },
        }
    }

    /// Whether the token is refused after it, whatever becomes of the key.
    pub fn leaves_token_refused(self) -> bool {
        matches!(self, LeakResponse::OldTokenEnded | LeakResponse::NotValid)
    }

    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// In words, for people.
    pub fn words(self) -> &'static str {
        match self {
            LeakResponse::Disabled => "the key was disabled",
            LeakResponse::AlreadyDisabled => "nothing, the key was disabled already",
            LeakResponse::OldTokenEnded => "the old token was ended, the new one is valid",
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
        use LeakResponse::{AlreadyDisabled, Disabled, NotValid, OldTokenEnded, Told};
        let tokens = [
            WhichToken::Current,
            WhichToken::New,
            WhichToken::Old,
            WhichToken::Replaced,
        ];
        for (scope, is_disabled, responses) in [
            (Scope::Web, false, [Told, Told, Told, NotValid]),
            (Scope::Mobile, true, [Told, Told, Told, NotValid]),
            (
                Scope::Analytics,
                false,
                [Disabled, Disabled, OldTokenEnded, NotValid],
            ),
            (
                Scope::Analytics,
                true,
                [AlreadyDisabled, AlreadyDisabled, OldTokenEnded, NotValid],
            ),
        ] {
            let of = |token| LeakResponse::to_leak_of(scope, token, is_disabled);
            assert_eq!(tokens.map(of), responses, "{scope} {is_disabled}");
        }
    }
}

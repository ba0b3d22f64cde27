//! The rules that decide on a presented key: those that refuse it, and those that let it through. Each has
//! a name for programs, which never changes, and a sentence for people.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};
use utoipa::ToSchema;

/// A rule that refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Rule {
    #[error(
        "Send the key once: in the header key to connect; in x-sm-apikey, x-api-key or as a bearer token at a gateway."
    )]
    KeyMissing,
    #[error("This is not a key, or only part of one; copy it again.")]
    KeyMalformed,
    #[error("This key is unknown to the server.")]
    KeyUnknown,
    #[error("This key was revoked permanently.")]
    KeyRevoked,
    #[error("This token was replaced when its key was rotated; present the key's new one.")]
    KeyRotated,
    #[error("This key has expired; anyone who may revoke it can renew it.")]
    KeyExpired,
    #[error("This key is disabled; anyone who may revoke it can enable it again.")]
    KeyDisabled,
    #[error("The gateway's own token is missing or unknown; an Owner adds gateways.")]
    GatewayUnknown,
    /// What narrows a check is never ignored.
    #[error(
        "The gateway's request is ambiguous: send the scope once, as scope= at /v1/authorize itself, or in the header x-keydeck-scope."
    )]
    GatewayMalformed,
    #[error("An Analytics key can't connect; use a Web or Mobile key.")]
    Scope,
    #[error("The key's scope is not the one that the gateway allows.")]
    ScopeOther,
    #[error("The client's address is not in the key's allowed networks, or is unknown.")]
    AddressForeign,
    #[error("The key's project is not deployed; deploy it to let the key connect.")]
    NotDeployed,
    #[error("The key's project has no session server; an Owner can set one.")]
    NoSessionServer,
    #[error(
        "The request has no origin; a Web key is for web pages, webviews and extensions, a Mobile key for native code."
    )]
    OriginMissing,
    #[error(
        "The page's origin is null, as in a sandboxed frame or a file, which can't be listed; open it from its own address, or from the scheme of an app's webview."
    )]
    OriginOpaque,
    #[error("The request has several origins, or one that is not plain text.")]
    OriginUnreadable,
    #[error("The page's origin is not among the key's UI domains; add it if it is one of yours.")]
    OriginForeign,
    #[error("The page is on the developer's own machine, and the key has local development off; turn it on.")]
    LocalDevelopmentOff,
    #[error(
        "The page is on the developer's own machine, and local development of the key has ended; give it a later end."
    )]
    LocalDevelopmentEnded,
    #[error("The page is on the developer's own machine, but not at the address that the key names for it.")]
    LocalAddressForeign,
    #[error("The page is on the developer's own machine, and the request has no address; send it.")]
    LocalAddressMissing,
    #[error(
        "A Mobile key is for native code, which sends no origin; a web page, webview or extension needs a Web key that lists its origin."
    )]
    PageWithMobileKey,
    #[error("The app sent no bundle identifier, and the key is for listed apps only; send it.")]
    BundleMissing,
    #[error("The app's bundle identifier is not among those of the key; add it if the app is yours.")]
    BundleForeign,
    #[error("The key has cross-page persistence off, so it can't resume another page's session; turn it on.")]
    PersistenceOff,
}

impl Rule {
    /// Its name for programs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it says without what could be done, where that depends on whose the request was.
    pub fn without_advice(self) -> Option<&'static str> {
        match self {
            Rule::OriginForeign => Some("The page's origin is not among the key's UI domains."),
            Rule::BundleForeign => Some("The app's bundle identifier is not among those of the key."),
            _ => None,
        }
    }

    /// Whether it says that a key that is known is not valid, or not by this token, whatever the request.
    pub fn says_it_is_not_valid(self) -> bool {
        use Rule::{KeyDisabled, KeyExpired, KeyRevoked, KeyRotated};
        matches!(self, KeyRevoked | KeyRotated | KeyExpired | KeyDisabled)
    }

    /// As it is said of a request from this address. What the key's networks are is not for the client.
    pub fn told_of(self, address: Option<IpAddr>) -> String {
        match (self, address) {
            (Rule::AddressForeign, Some(address)) => format!(
                "The request comes from {address}, which is not in the key's allowed networks; use the key from one of \
                 them, or have this address added."
            ),
            (Rule::AddressForeign, None) => {
                "The key is for its allowed networks only, and the client's address is \
                unknown; the gateway or proxy has to send it in X-Forwarded-For."
                    .into()
            }
            _ => self.to_string(),
        }
    }

    /// Whether there is no valid key or gateway token (401), or a valid key that doesn't allow this (403). A disabled key
    /// is one that doesn't allow this now: clients discard a key that is answered with 401, and it may be enabled again.
    pub fn says_who_is_unknown(self) -> bool {
        use Rule::{
            GatewayUnknown, KeyExpired, KeyMalformed, KeyMissing, KeyRevoked, KeyRotated, KeyUnknown,
        };
        matches!(
            self,
            KeyMissing | KeyMalformed | KeyUnknown | KeyRevoked | KeyRotated | KeyExpired | GatewayUnknown
        )
    }
}

/// What decides whether a key may be used at all, as one statement of the store reads it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    pub revoked: bool,
    /// The presented token was replaced by a rotation that has ended, by the clock of the database.
    pub replaced: bool,
    /// By the clock of the database.
    pub expired: bool,
    pub disabled: bool,
}

/// The state of a key.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema
)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum KeyState {
    #[default]
    Active,
    /// It is refused until it is enabled.
    Disabled,
    /// Its expiry has passed; it can be renewed.
    Expired,
    /// Permanently.
    Revoked,
}

/// Which keys are requested, by their state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum StateFilter {
    Active,
    Disabled,
    Expired,
    /// They have two tokens; disabled ones too.
    Rotating,
    Revoked,
}

impl StateFilter {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Standing {
    /// Decided before everything that depends on the request, in this order: revoked and replaced, which are permanent; expired,
    /// so that the client learns that the key is no longer valid; disabled, which is reversible.
    pub fn refuses(self) -> Option<Rule> {
        match self {
            Standing {
                revoked: false,
                replaced: true,
                ..
            } => Some(Rule::KeyRotated),
            _ => self.state().refuses(),
        }
    }

    /// The state of a key that was not revoked.
    pub fn state(self) -> KeyState {
        match self {
            Standing { revoked: true, .. } => KeyState::Revoked,
            Standing { expired: true, .. } => KeyState::Expired,
            Standing { disabled: true, .. } => KeyState::Disabled,
            _ => KeyState::Active,
        }
    }
}

impl KeyState {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn refuses(self) -> Option<Rule> {
        match self {
            KeyState::Active => None,
            KeyState::Disabled => Some(Rule::KeyDisabled),
            KeyState::Expired => Some(Rule::KeyExpired),
            KeyState::Revoked => Some(Rule::KeyRevoked),
        }
    }
}

/// A rule that allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Grant {
    #[error("The page's origin is among the key's UI domains.")]
    OriginListed,
    #[error("The key's UI domain {0} covers the page's origin.")]
    OriginWildcard(String),
    #[error("The page is on the developer's own machine, at the address that the key names for it.")]
    LocalDevelopment,
    #[error("The app's bundle identifier is among those of the key.")]
    AppListed,
    #[error("The key lists no bundle identifiers, so that every app may use it.")]
    AnyApp,
    #[error(
        "An Analytics key is not bound to a page or an app, and its networks, if it has any, include the address."
    )]
    Analytics,
}

impl Grant {
    /// Its name for programs.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let names: HashSet<_> = Rule::iter().map(Rule::as_str).collect();
        assert_eq!(names.len(), Rule::iter().len());
        for rule in Rule::iter() {
            assert_eq!(rule.as_str().parse(), Ok(rule));
        }
        assert!("rule".parse::<Rule>().is_err());
    }

    #[test]
    fn what_is_for_good_is_told_before_what_can_be_lifted() {
        for bits in 0..16_u8 {
            let standing = Standing {
                revoked: bits & 8 != 0,
                replaced: bits & 4 != 0,
                expired: bits & 2 != 0,
                disabled: bits & 1 != 0,
            };
            let (rule, unknown) = match bits {
                8.. => (Some(Rule::KeyRevoked), true),
                4.. => (Some(Rule::KeyRotated), true),
                2 | 3 => (Some(Rule::KeyExpired), true),
                1 => (Some(Rule::KeyDisabled), false),
                0 => (None, false),
            };
            assert_eq!(standing.refuses(), rule, "{standing:?}");
            assert_eq!(
                rule.is_some_and(Rule::says_who_is_unknown),
                unknown,
                "{standing:?}"
            );
            if standing.revoked || !standing.replaced {
                assert_eq!(standing.state().refuses(), rule, "{standing:?}");
            }
        }
    }
}

//! The rules that decide on a presented key: those that refuse it, and those that let it through. Each has
//! a name for programs, which never changes, and a sentence for people.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// The rule that refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Rule {
    #[error(
        "Present the key once: in the header key to connect; in x-sm-apikey, x-api-key or as a bearer token at a gateway."
    )]
    KeyMissing,
    #[error("This is no key, or not the whole of it; copy it again.")]
    KeyMalformed,
    #[error("This server knows no such key.")]
    KeyUnknown,
    #[error("This key was revoked and never comes back.")]
    KeyRevoked,
    #[error("The gateway's own token is missing or none that is known; an Owner adds gateways.")]
    GatewayUnknown,
    /// What narrows a check is never passed over.
    #[error(
        "The gateway's question is not clear: say the scope once, as scope= at /v1/authorize itself, or in the header x-keydeck-scope."
    )]
    GatewayMalformed,
    #[error("An Analytics key reads figures; connecting takes a Web or Mobile key.")]
    Scope,
    #[error("The key is of another scope than the gateway lets through.")]
    ScopeOther,
    #[error("The key's project is not deployed; deploy it, and the key connects again.")]
    NotDeployed,
    #[error("The key's project has no session server; an Owner sets one.")]
    NoSessionServer,
    #[error("The request names no origin; a Web key is for web pages.")]
    OriginMissing,
    #[error("The page's origin is null, as in a sandboxed frame or a file; open it from its own address.")]
    OriginOpaque,
    #[error("The request names its origin more than once, or not in plain text.")]
    OriginUnreadable,
    #[error("The page's origin is not among the key's UI domains; add it to them.")]
    OriginForeign,
    #[error(
        "The page is on the developer's own machine, and the key has \"I'm developing locally\" off; turn it on."
    )]
    LocalDevelopmentOff,
    #[error("The page is on the developer's own machine, but not at the address that the key names for it.")]
    LocalAddressForeign,
    #[error("The page is on the developer's own machine, and the request names no address; give it.")]
    LocalAddressMissing,
    #[error("A Mobile key is for apps; a web page takes a Web key.")]
    PageWithMobileKey,
    #[error(
        "The app does not say which one it is, and the key is for some only; send its bundle identifier."
    )]
    BundleMissing,
    #[error("The app's bundle identifier is not among those of the key; add it to them.")]
    BundleForeign,
    #[error("The key has cross-page persistence off, so that no other page's session goes on; turn it on.")]
    PersistenceOff,
}

impl Rule {
    /// Its name for programs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether what was presented is no active key at all (401), or one that doesn't allow this (403).
    pub fn says_who_is_unknown(self) -> bool {
        use Rule::{GatewayUnknown, KeyMalformed, KeyMissing, KeyRevoked, KeyUnknown};
        matches!(
            self,
            KeyMissing | KeyMalformed | KeyUnknown | KeyRevoked | GatewayUnknown
        )
    }
}

/// The rule that lets through.
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
    #[error("An Analytics key is not bound to where a request comes from.")]
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
}

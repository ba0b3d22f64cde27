//! Whether a page or an app may connect with a key (design section 6): one set of rules, for the
//! exchange that decides and for whoever asks why.

use std::net::IpAddr;

use super::domain::is_local;
use super::{Scope, Settings};

/// Where a request says that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// No browser, or none that says.
    Absent,
    /// `null`: a sandboxed frame, a file, a redirect; it could be anybody's.
    Opaque,
    Page(&'a str),
}

/// Who wants to connect.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub origin: Origin<'a>,
    pub address: Option<IpAddr>,
    /// Of the app, as far as it says.
    pub bundle: Option<&'a str>,
    /// It asks to go on with a session of another page.
    pub resumes: bool,
}

/// The rule that refuses a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    #[error("An Analytics key reads figures; connecting takes a Web or Mobile key.")]
    Scope,
    #[error("The key's project is not deployed; deploy it, and the key connects again.")]
    NotDeployed,
    #[error("The key's project has no session server; an Owner sets one.")]
    NoSessionServer,
    #[error("The request names no origin; a Web key is for web pages.")]
    OriginMissing,
    #[error("The page's origin is null, as in a sandboxed frame or a file; open it from its own address.")]
    OriginOpaque,
    #[error("The page's origin is not among the key's UI domains; add it to them.")]
    OriginForeign,
    #[error(
        "The page is on the developer's own machine, and the key has \"I'm developing locally\" off; turn it on."
    )]
    LocalDevelopmentOff,
    #[error("The page is on the developer's own machine, but not at the address that the key names for it.")]
    LocalAddressForeign,
    #[error("A Mobile key is for apps; a web page takes a Web key.")]
    PageWithMobileKey,
    #[error("The app's bundle identifier is not among those of the key; add it to them.")]
    BundleForeign,
    #[error("The key has cross-page persistence off, so that no other page's session goes on; turn it on.")]
    PersistenceOff,
}

impl Rule {
    /// Its name for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Scope => "scope",
            Rule::NotDeployed => "not-deployed",
            Rule::NoSessionServer => "no-session-server",
            Rule::OriginMissing => "origin-missing",
            Rule::OriginOpaque => "origin-opaque",
            Rule::OriginForeign => "origin-foreign",
            Rule::LocalDevelopmentOff => "local-development-off",
            Rule::LocalAddressForeign => "local-address-foreign",
            Rule::PageWithMobileKey => "page-with-mobile-key",
            Rule::BundleForeign => "bundle-foreign",
            Rule::PersistenceOff => "persistence-off",
        }
    }
}

/// Refuses by the first rule that does.
pub fn may_connect(scope: Scope, settings: &Settings, deployed: bool, caller: Caller) -> Result<(), Rule> {
    match scope {
        Scope::Analytics => return Err(Rule::Scope),
        Scope::Web => page_may(settings, caller)?,
        Scope::Mobile => app_may(settings, caller)?,
    }
    if !deployed {
        return Err(Rule::NotDeployed);
    }
    if caller.resumes && !settings.cross_page_persistence {
        return Err(Rule::PersistenceOff);
    }
    Ok(())
}

fn page_may(settings: &Settings, caller: Caller) -> Result<(), Rule> {
    let origin = match caller.origin {
        Origin::Absent => return Err(Rule::OriginMissing),
        Origin::Opaque => return Err(Rule::OriginOpaque),
        Origin::Page(origin) => origin,
    };
    if !settings.ui_domains.iter().any(|domain| domain.covers(origin)) {
        return Err(Rule::OriginForeign);
    }
    if !is_local(origin) {
        return Ok(());
    }
    let Some(address) = settings.local_development else {
        return Err(Rule::LocalDevelopmentOff);
    };
    match caller.address.is_some_and(|caller| address.contains(caller)) {
        true => Ok(()),
        false => Err(Rule::LocalAddressForeign),
    }
}

/// Without bundle identifiers any app may. An app can say what it likes, so this keeps order among
/// one's own apps and nobody out who means harm.
fn app_may(settings: &Settings, caller: Caller) -> Result<(), Rule> {
    if caller.origin != Origin::Absent {
        return Err(Rule::PageWithMobileKey);
    }
    let is_listed = |bundle: &str| settings.ui_domains.iter().any(|domain| domain.as_str() == bundle);
    match settings.ui_domains.is_empty() || caller.bundle.is_some_and(is_listed) {
        true => Ok(()),
        false => Err(Rule::BundleForeign),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LocalAddress, UiDomain};

    fn settings(scope: Scope, domains: &[&str], local: Option<&str>) -> Settings {
        let domain = |text: &&str| UiDomain::parse(scope, text).expect(text);
        Settings {
            ui_domains: domains.iter().map(domain).collect(),
            local_development: local.map(|text| LocalAddress::parse(text).expect(text)),
            cross_page_persistence: false,
        }
    }

    fn from(origin: Origin<'_>) -> Caller<'_> {
        Caller {
            origin,
            address: Some("203.0.113.7".parse().expect("an address")),
            bundle: None,
            resumes: false,
        }
    }

    #[test]
    fn a_web_key_is_for_its_origins() {
        let settings = settings(Scope::Web, &["https://shop.acme.example"], None);
        let asked = |origin| may_connect(Scope::Web, &settings, true, from(origin));
        assert_eq!(asked(Origin::Page("https://shop.acme.example")), Ok(()));
        assert_eq!(
            asked(Origin::Page("https://evil.example")),
            Err(Rule::OriginForeign)
        );
        assert_eq!(asked(Origin::Absent), Err(Rule::OriginMissing));
        assert_eq!(asked(Origin::Opaque), Err(Rule::OriginOpaque));
    }

    #[test]
    fn nothing_connects_while_the_project_is_not_deployed() {
        let settings = settings(Scope::Web, &["https://shop.acme.example"], None);
        let caller = from(Origin::Page("https://shop.acme.example"));
        assert_eq!(
            may_connect(Scope::Web, &settings, false, caller),
            Err(Rule::NotDeployed)
        );
        let app = from(Origin::Absent);
        let any = self::settings(Scope::Mobile, &[], None);
        assert_eq!(
            may_connect(Scope::Mobile, &any, false, app),
            Err(Rule::NotDeployed)
        );
    }

    #[test]
    fn a_local_page_counts_only_from_the_developers_address() {
        let asked = |local, address: &str| {
            let settings = settings(Scope::Web, &["http://localhost:8000"], local);
            let caller = Caller {
                address: address.parse().ok(),
                ..from(Origin::Page("http://localhost:8000"))
            };
            may_connect(Scope::Web, &settings, true, caller)
        };
        assert_eq!(asked(Some("203.0.113.0/24"), "203.0.113.7"), Ok(()));
        assert_eq!(asked(Some("203.0.113.0/24"), "::ffff:203.0.113.7"), Ok(()));
        assert_eq!(asked(Some("2001:db8::/48"), "2001:db8::7"), Ok(()));
        assert_eq!(
            asked(Some("203.0.113.7"), "203.0.113.8"),
            Err(Rule::LocalAddressForeign)
        );
        assert_eq!(
            asked(Some("203.0.113.7"), "unknown"),
            Err(Rule::LocalAddressForeign)
        );
        assert_eq!(asked(None, "203.0.113.7"), Err(Rule::LocalDevelopmentOff));
    }

    #[test]
    fn a_mobile_key_is_for_apps() {
        let any = settings(Scope::Mobile, &[], None);
        let one = settings(Scope::Mobile, &["com.acme.shop"], None);
        let app = from(Origin::Absent);
        let shop = Caller {
            bundle: Some("com.acme.shop"),
            ..app
        };
        assert_eq!(may_connect(Scope::Mobile, &any, true, app), Ok(()));
        assert_eq!(may_connect(Scope::Mobile, &one, true, shop), Ok(()));
        assert_eq!(
            may_connect(Scope::Mobile, &one, true, app),
            Err(Rule::BundleForeign)
        );
        let page = from(Origin::Page("https://shop.acme.example"));
        assert_eq!(
            may_connect(Scope::Mobile, &any, true, page),
            Err(Rule::PageWithMobileKey)
        );
        assert_eq!(may_connect(Scope::Analytics, &any, true, app), Err(Rule::Scope));
    }

    #[test]
    fn a_session_goes_on_only_with_persistence() {
        let off = settings(Scope::Mobile, &[], None);
        let on = Settings {
            cross_page_persistence: true,
            ..off.clone()
        };
        let caller = Caller {
            resumes: true,
            ..from(Origin::Absent)
        };
        assert_eq!(
            may_connect(Scope::Mobile, &off, true, caller),
            Err(Rule::PersistenceOff)
        );
        assert_eq!(may_connect(Scope::Mobile, &on, true, caller), Ok(()));
    }
}

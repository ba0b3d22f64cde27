//! Whether a key allows a request: one set of rules, for the exchange, for the
//! gateway check, and for explaining their decisions.

use std::net::IpAddr;

use url::Url;

use super::domain::{self, is_developers};
use super::rule::{Grant, Rule};
use super::{Scope, Settings};

/// The origin that a request states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin<'a> {
    /// Not from a browser, or from one that states no origin.
    Absent,
    /// `null`: a sandboxed frame, a file, a redirect; it could be anybody's.
    Opaque,
    /// Stated more than once, or not in plain text.
    Unreadable,
    Page(&'a str),
}

/// The client that wants to connect.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    pub origin: Origin<'a>,
    pub address: Option<IpAddr>,
    /// The address is only that of the gateway or proxy that asks, which named no client.
    pub is_unnamed: bool,
    /// Of the app, as far as it says.
    pub bundle: Option<&'a str>,
    /// It asks to resume a session of another page.
    pub resumes: bool,
}

impl Caller<'_> {
    /// Of the client itself, as far as it is known.
    pub fn own_address(&self) -> Option<IpAddr> {
        self.address.filter(|_| !self.is_unnamed)
    }
}

/// Whether the key's networks allow a request from this address.
pub fn is_from_allowed(settings: &Settings, address: Option<IpAddr>) -> bool {
    let networks = &settings.allowed_networks;
    networks.is_empty()
        || address.is_some_and(|address| networks.iter().any(|network| network.contains(address)))
}

/// Whether a page of this origin is among a Web key's UI domains, or an app of this identifier among those of a Mobile key.
pub fn is_listed(scope: Scope, settings: &Settings, source: &str) -> bool {
    let domains = &settings.ui_domains;
    match scope {
        Scope::Web => domains.iter().any(|domain| domain.covers(source)),
        Scope::Mobile => domains.is_empty() || domains.iter().any(|domain| domain.as_str() == source),
        Scope::Analytics => true,
    }
}

/// Whether a client that presents the key at the exchange may connect. The first rule that refuses is returned.
pub fn may_connect(scope: Scope, settings: &Settings, deployed: bool, caller: Caller) -> Result<Grant, Rule> {
    if scope == Scope::Analytics {
        return Err(Rule::Scope);
    }
    may_pass(scope, settings, deployed, caller)
}

/// Whether a gateway lets a request with the key through.
pub fn may_pass(scope: Scope, settings: &Settings, deployed: bool, caller: Caller) -> Result<Grant, Rule> {
    if !is_from_allowed(settings, caller.own_address()) {
        return Err(Rule::AddressForeign);
    }
    let grant = match scope {
        Scope::Analytics => return Ok(Grant::Analytics),
        Scope::Web => page_may(settings, caller)?,
        Scope::Mobile => app_may(settings, caller)?,
    };
    if !deployed {
        return Err(Rule::NotDeployed);
    }
    if caller.resumes && !settings.cross_page_persistence {
        return Err(Rule::PersistenceOff);
    }
    Ok(grant)
}

/// What was allowed, unless that is by local development alone, which `has_ended`.
pub fn unless_ended(grant: Grant, has_ended: bool) -> Result<Grant, Rule> {
    match grant {
        Grant::LocalDevelopment if has_ended => Err(Rule::LocalDevelopmentEnded),
        grant => Ok(grant),
    }
}

fn page_may(settings: &Settings, caller: Caller) -> Result<Grant, Rule> {
    let origin = match caller.origin {
        Origin::Absent => return Err(Rule::OriginMissing),
        Origin::Opaque => return Err(Rule::OriginOpaque),
        Origin::Unreadable => return Err(Rule::OriginUnreadable),
        Origin::Page(origin) => origin,
    };
    let listed = settings.ui_domains.iter().find(|domain| domain.covers(origin));
    let domain = listed.ok_or(Rule::OriginForeign)?;
    if !is_developers(origin) {
        return Ok(match domain.as_str() == origin {
            true => Grant::OriginListed,
            false => Grant::OriginWildcard(domain.to_string()),
        });
    }
    let address = settings.local_development.ok_or(Rule::LocalDevelopmentOff)?;
    match caller.address {
        None => Err(Rule::LocalAddressMissing),
        Some(caller) if address.contains(caller) => Ok(Grant::LocalDevelopment),
        Some(_) => Err(Rule::LocalAddressForeign),
    }
}

/// Without bundle identifiers any app may. An app can send any identifier, so this separates
/// an organisation's own apps but keeps no attacker out.
fn app_may(settings: &Settings, caller: Caller) -> Result<Grant, Rule> {
    if caller.origin != Origin::Absent {
        return Err(Rule::PageWithMobileKey);
    }
    if settings.ui_domains.is_empty() {
        return Ok(Grant::AnyApp);
    }
    match caller.bundle {
        None => Err(Rule::BundleMissing),
        Some(bundle) if is_listed(Scope::Mobile, settings, bundle) => Ok(Grant::AppListed),
        Some(_) => Err(Rule::BundleForeign),
    }
}

/// The origin that a browser would send for a page at this address, written as people do. `null` stays.
pub fn origin_of_page(address: &str) -> Result<String, String> {
    const EXAMPLE: &str = "Write the page's address like https://shop.acme.example, http://localhost:8000 or \
                           capacitor://localhost, or null.";
    let address = address.trim();
    if address == "null" {
        return Ok(address.to_owned());
    }
    let url = Url::parse(address).map_err(|_| EXAMPLE)?;
    match (url.scheme(), url.host_str()) {
        ("http" | "https", _) => Ok(url.origin().ascii_serialization()),
        (scheme, Some(host)) => {
            let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
            domain::origin(&format!("{scheme}://{host}{port}"))
        }
        (_, None) => Err(domain::origin(address).err().unwrap_or_else(|| EXAMPLE.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AllowedNetwork, LocalAddress, UiDomain};

    fn settings(scope: Scope, domains: &[&str], local: Option<&str>) -> Settings {
        let domain = |text: &&str| UiDomain::parse(scope, text).expect(text);
        Settings {
            ui_domains: domains.iter().map(domain).collect(),
            local_development: local.map(|text| LocalAddress::parse(text).expect(text)),
            ..Settings::default()
        }
    }

    fn from(origin: Origin<'_>) -> Caller<'_> {
        Caller {
            origin,
            address: Some("203.0.113.7".parse().expect("an address")),
            is_unnamed: false,
            bundle: None,
            resumes: false,
        }
    }

    #[test]
    fn a_web_key_is_for_its_origins() {
        let settings = settings(Scope::Web, &["https://shop.acme.example"], None);
        let asked = |origin| may_connect(Scope::Web, &settings, true, from(origin));
        assert_eq!(
            asked(Origin::Page("https://shop.acme.example")),
            Ok(Grant::OriginListed)
        );
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
    fn a_local_page_is_allowed_only_from_the_developers_address() {
        let asked = |local, address: &str| {
            let settings = settings(Scope::Web, &["http://localhost:8000"], local);
            let caller = Caller {
                address: address.parse().ok(),
                ..from(Origin::Page("http://localhost:8000"))
            };
            may_connect(Scope::Web, &settings, true, caller)
        };
        assert_eq!(
            asked(Some("203.0.113.0/24"), "203.0.113.7"),
            Ok(Grant::LocalDevelopment)
        );
        assert_eq!(
            asked(Some("203.0.113.0/24"), "::ffff:203.0.113.7"),
            Ok(Grant::LocalDevelopment)
        );
        assert_eq!(
            asked(Some("2001:db8::/48"), "2001:db8::7"),
            Ok(Grant::LocalDevelopment)
        );
        assert_eq!(
            asked(Some("203.0.113.7"), "203.0.113.8"),
            Err(Rule::LocalAddressForeign)
        );
        assert_eq!(
            asked(Some("203.0.113.7"), "unknown"),
            Err(Rule::LocalAddressMissing)
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
        assert_eq!(may_connect(Scope::Mobile, &any, true, app), Ok(Grant::AnyApp));
        assert_eq!(may_connect(Scope::Mobile, &one, true, shop), Ok(Grant::AppListed));
        assert_eq!(
            may_connect(Scope::Mobile, &one, true, app),
            Err(Rule::BundleMissing)
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
        assert_eq!(may_connect(Scope::Mobile, &on, true, caller), Ok(Grant::AnyApp));
    }

    #[test]
    fn a_wildcard_says_which_it_is() {
        let settings = settings(Scope::Web, &["https://*.acme.example"], None);
        assert_eq!(
            may_pass(
                Scope::Web,
                &settings,
                true,
                from(Origin::Page("https://shop.acme.example"))
            ),
            Ok(Grant::OriginWildcard("https://*.acme.example".into()))
        );
    }

    #[test]
    fn a_gateway_lets_analytics_keys_through_from_anywhere() {
        let none = Settings::default();
        for origin in [
            Origin::Absent,
            Origin::Opaque,
            Origin::Page("https://evil.example"),
        ] {
            assert_eq!(
                may_pass(Scope::Analytics, &none, false, from(origin)),
                Ok(Grant::Analytics)
            );
        }
        assert_eq!(
            may_pass(Scope::Web, &none, true, from(Origin::Absent)),
            Err(Rule::OriginMissing)
        );
    }

    fn bound(scope: Scope) -> Settings {
        let networks = ["198.51.100.0/24", "203.0.113.7", "2001:db8::/48"];
        let networks = networks.map(|text| AllowedNetwork::parse(text).expect(text));
        let domains = match scope {
            Scope::Web => &["https://shop.acme.example"][..],
            Scope::Mobile | Scope::Analytics => &[],
        };
        Settings {
            allowed_networks: networks.into(),
            ..settings(scope, domains, None)
        }
    }

    #[test]
    fn networks_are_judged_before_what_the_request_says_of_itself() {
        let shop = Origin::Page("https://shop.acme.example");
        for (address, is_unnamed, allowed) in [
            (Some("203.0.113.7"), false, true),
            (Some("::ffff:203.0.113.7"), false, true),
            (Some("198.51.100.255"), false, true),
            (Some("2001:db8::1"), false, true),
            (Some("203.0.113.8"), false, false),
            (Some("2001:db9::1"), false, false),
            (Some("203.0.113.7"), true, false),
            (None, false, false),
        ] {
            let at = |origin| Caller {
                address: address.map(|text: &str| text.parse().expect(text)),
                is_unnamed,
                ..from(origin)
            };
            let expected = |decided| {
                if allowed {
                    decided
                } else {
                    Err(Rule::AddressForeign)
                }
            };
            for (scope, origin, deployed, decided) in [
                (Scope::Web, shop, true, Ok(Grant::OriginListed)),
                (Scope::Web, shop, false, Err(Rule::NotDeployed)),
                (
                    Scope::Web,
                    Origin::Page("https://evil.example"),
                    true,
                    Err(Rule::OriginForeign),
                ),
                (Scope::Mobile, Origin::Absent, true, Ok(Grant::AnyApp)),
                (Scope::Analytics, Origin::Absent, false, Ok(Grant::Analytics)),
            ] {
                let passes = may_pass(scope, &bound(scope), deployed, at(origin));
                assert_eq!(passes, expected(decided), "{scope} {address:?}");
            }
            let board = may_connect(Scope::Analytics, &bound(Scope::Analytics), true, at(shop));
            assert_eq!(board, Err(Rule::Scope));
        }
    }

    #[test]
    fn of_a_pages_address_only_the_origin_is_used() {
        let origin = |typed| origin_of_page(typed).ok();
        let shop = Some("https://shop.acme.example".to_owned());
        assert_eq!(origin(" https://Shop.Acme.Example:443/cart?x#y "), shop);
        assert_eq!(
            origin("http://localhost:8000/").as_deref(),
            Some("http://localhost:8000")
        );
        assert_eq!(origin("null").as_deref(), Some("null"));
        assert_eq!(
            origin("capacitor://localhost/index.html").as_deref(),
            Some("capacitor://localhost")
        );
        assert_eq!(origin("app://acme/a.html").as_deref(), Some("app://acme"));
        for typed in [
            "",
            "shop.acme.example",
            "file:///tmp/x",
            "data:text/html,x",
            "https://",
        ] {
            assert_eq!(origin(typed), None, "{typed}");
        }
    }
}

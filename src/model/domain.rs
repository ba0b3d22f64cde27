//! UI domains: the trusted origins of a Web key, the bundle identifiers of a Mobile key.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};
use utoipa::ToSchema;

use super::Scope;

/// The most UI domains that a key can have.
pub const MAX_DOMAINS: usize = 50;
const MAX_CHARS: usize = 255;

/// A normalised UI domain. `http://localhost:8000/` is `http://localhost:8000`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "https://shop.acme.example")]
pub struct UiDomain(String);

impl UiDomain {
    /// Reads what a key of `scope` calls a UI domain. An Analytics key has none.
    pub fn parse(scope: Scope, text: &str) -> Result<Self, String> {
        match scope {
            Scope::Web => origin(text).map(Self),
            Scope::Mobile => bundle_id(text).map(Self),
            Scope::Analytics => Err("An Analytics key has no UI domains.".into()),
        }
    }

    /// Takes back what [`UiDomain::parse`] once made, as from the database.
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is an origin on the developer's own machine with an explicit port.
    pub fn is_local_with_port(&self) -> bool {
        is_local(&self.0) && Url::parse(&self.0).is_ok_and(|url| url.port().is_some())
    }

    /// Whether this covers `origin`, written as browsers write it: scheme, host and port are the same,
    /// and a wildcard stands for exactly one label. Anything that no browser would send is not covered.
    pub fn covers(&self, origin: &str) -> bool {
        let Some((scheme, rest)) = self.0.split_once("://*") else {
            return self.0 == origin;
        };
        let label = origin
            .strip_prefix(scheme)
            .and_then(|origin| origin.strip_prefix("://"))
            .and_then(|origin| origin.strip_suffix(rest));
        label.is_some_and(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
        })
    }
}

/// Whether an origin is on the machine of whoever opened the page. Browsers ask nobody for names below
/// `localhost`.
pub fn is_local(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| is_loopback(&url) || is_below_localhost(&url))
}

fn is_below_localhost(url: &Url) -> bool {
    url.domain().is_some_and(|name| name.ends_with(".localhost"))
}

/// Whether the address is of the machine itself. A name below `localhost` is not: the system's resolver
/// may ask the network for it, and what is said in plain HTTP would follow.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

impl fmt::Display for UiDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An origin as browsers write it (RFC 6454, section 6.1): scheme, host, and port unless it is the
/// scheme's own. A leading `*.` covers exactly one label.
fn origin(text: &str) -> Result<String, String> {
    const EXAMPLE: &str = "write it like https://shop.acme.example or http://localhost:8000";
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("An origin is missing; {EXAMPLE}."));
    }
    if text.chars().count() > MAX_CHARS {
        return Err("An origin has at most 255 characters.".into());
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(format!("An origin has no spaces or backslashes; {EXAMPLE}."));
    }
    if !text.to_ascii_lowercase().starts_with("http://") && !text.to_ascii_lowercase().starts_with("https://")
    {
        return Err(format!("An origin begins with https:// or http://; {EXAMPLE}."));
    }
    let url = Url::parse(text).map_err(|_| format!("This is no origin; {EXAMPLE}."))?;
    if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
        return Err("An origin has no user name or password.".into());
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("An origin ends after the host and port: no path, query or fragment.".into());
    }
    if let Some(Host::Domain(host)) = url.host() {
        host_is_exact_or_one_label_wildcard(host)?;
    }
    Ok(url.origin().ascii_serialization())
}

fn host_is_exact_or_one_label_wildcard(host: &str) -> Result<(), String> {
    let rest = host.strip_prefix("*.").unwrap_or(host);
    if rest.contains('*') {
        return Err("A * stands for one whole label in front, as in https://*.example.com.".into());
    }
    if rest.split('.').any(str::is_empty) {
        return Err("The host has an empty part; leave out leading, double and trailing dots.".into());
    }
    if rest.len() < host.len() && !rest.contains('.') {
        return Err("A wildcard needs at least two labels behind it, as in https://*.example.com.".into());
    }
    Ok(())
}

/// A bundle identifier of iOS or an application id of Android: `com.acme.shop`.
fn bundle_id(text: &str) -> Result<String, String> {
    let text = text.trim();
    let part_ok = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    if text.len() > MAX_CHARS {
        return Err("A bundle identifier has at most 255 characters.".into());
    }
    if text.contains("://") {
        return Err("A Mobile key takes bundle identifiers such as com.acme.shop, not origins.".into());
    }
    if !text.contains('.') || !text.split('.').all(part_ok) {
        return Err(
            "Write a bundle identifier like com.acme.shop: letters, digits, - and _ between dots.".into(),
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(text: &str) -> Option<String> {
        UiDomain::parse(Scope::Web, text).ok().map(|d| d.to_string())
    }

    #[test]
    fn origins_are_normalised() {
        for (typed, kept) in [
            ("http://localhost:8000/", "http://localhost:8000"),
            (" HTTPS://Shop.Acme.Example:443 ", "https://shop.acme.example"),
            ("https://*.example.com", "https://*.example.com"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("http://0x7f.1:80", "http://127.0.0.1"),
        ] {
            assert_eq!(web(typed).as_deref(), Some(kept), "{typed}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "shop.acme.example",
            "ftp://a.example",
            "https://",
            "https://a.example/path",
            "https://a.example?q",
            "https://a.example#f",
            "https://u@a.example",
            "https://@a.example",
            "https://*",
            "https://*.com",
            "https://a.*.example.com",
            "https://*a.example.com",
            "https://a..example",
            "https://a.example.",
            "https://a.example:99999",
            "https://a.example\\b",
            "null",
            "*",
            "https://a b.example",
        ] {
            assert_eq!(web(text), None, "{text}");
        }
    }

    #[test]
    fn only_an_explicit_port_makes_a_local_origin() {
        let local = |text| UiDomain::parse(Scope::Web, text).is_ok_and(|d| d.is_local_with_port());
        assert!(local("http://localhost:8000"));
        assert!(local("https://127.0.0.1:8443"));
        assert!(local("http://[::1]:3000/"));
        assert!(local("http://shop.localhost:3000"));
        assert!(!local("http://localhost"));
        assert!(!local("https://localhost.evil.example:8000"));
    }

    #[test]
    fn an_origin_is_covered_as_it_is_or_by_one_label() {
        let covers = |domain, origin| UiDomain::parse(Scope::Web, domain).expect(domain).covers(origin);
        assert!(covers("https://shop.acme.example", "https://shop.acme.example"));
        assert!(covers("http://localhost:8000/", "http://localhost:8000"));
        assert!(covers("https://*.acme.example", "https://shop.acme.example"));
        assert!(covers(
            "https://*.acme.example:8443",
            "https://a-1.acme.example:8443"
        ));
        for (domain, lookalike) in [
            ("https://shop.acme.example", "http://shop.acme.example"),
            ("https://shop.acme.example", "https://shop.acme.example:8443"),
            ("https://shop.acme.example", "https://shop.acme.example."),
            ("https://shop.acme.example", "https://shop.acme.example/"),
            ("https://shop.acme.example", "https://SHOP.acme.example"),
            (
                "https://shop.acme.example",
                "https://shop.acme.example.evil.example",
            ),
            (
                "https://shop.acme.example",
                "https://shop.acme.example@evil.example",
            ),
            ("https://*.acme.example", "https://acme.example"),
            ("https://*.acme.example", "https://.acme.example"),
            ("https://*.acme.example", "https://a.b.acme.example"),
            ("https://*.acme.example", "https://*.acme.example"),
            ("https://*.acme.example", "https://evil.example/.acme.example"),
            ("https://*.acme.example", "https://evil@a.acme.example"),
            ("https://*.acme.example", "https://a.acme.example:8443"),
            ("https://*.acme.example", "https://a.acme.example.evil.example"),
            ("https://*.acme.example", "null"),
            ("https://*.acme.example", ""),
        ] {
            assert!(!covers(domain, lookalike), "{domain} {lookalike}");
        }
    }

    #[test]
    fn bundle_identifiers_are_for_mobile_keys() {
        let mobile = |text| UiDomain::parse(Scope::Mobile, text).is_ok();
        assert!(mobile("com.acme.shop-app"));
        assert!(!mobile("shop"));
        assert!(!mobile("com..acme"));
        assert!(!mobile("https://a.example"));
        assert!(UiDomain::parse(Scope::Analytics, "com.acme.shop").is_err());
    }
}

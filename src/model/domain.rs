//! UI domains: the trusted origins of a Web key, the bundle identifiers of a Mobile key.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};
use utoipa::ToSchema;

use super::{Scope, pasted};

/// The most UI domains that a key can have.
pub const MAX_DOMAINS: usize = 50;
const MAX_CHARS: usize = 255;

/// A normalised UI domain. `http://localhost:8000/` is `http://localhost:8000`.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    ToSchema
)]
#[serde(transparent)]
#[schema(value_type = String, example = "https://shop.acme.example")]
pub struct UiDomain(String);

impl UiDomain {
    /// Parses a UI domain of a Web key or a bundle identifier of a Mobile key. An Analytics key has none.
    pub fn parse(scope: Scope, text: &str) -> Result<Self, String> {
        pasted::refuse(text)?;
        match scope {
            Scope::Web => origin(text).map(Self),
            Scope::Mobile => bundle_id(text).map(Self),
            Scope::Analytics => Err("An Analytics key has no UI domains.".into()),
        }
    }

    /// A value that [`UiDomain::parse`] returned earlier, such as from the database.
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

    /// A warning about adding this UI domain; `None` when there is nothing to warn of.
    pub fn warning(&self) -> Option<String> {
        let is_plain = self.0.starts_with("http://") && !is_local(&self.0);
        is_plain.then(|| {
            format!(
                "{self} is not encrypted: anyone on the network path can change its pages and read the key. \
                 Use https:// if the site has it."
            )
        })
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

/// Names that `/etc/hosts` commonly has for the machine itself, besides `localhost`.
const OWN_NAMES: [&str; 5] = [
    "localhost.localdomain",
    "localhost6",
    "localhost6.localdomain6",
    "ip6-localhost",
    "ip6-loopback",
];

/// Whether an origin is on the visitor's own machine, however it is written: it means a
/// different machine for every visitor. Browsers ask nobody for names below `localhost`, and systems take
/// the unspecified address for their own.
pub fn is_local(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || OWN_NAMES.contains(&name)
        }
        Some(Host::Ipv4(ip)) => is_own_v4(ip),
        Some(Host::Ipv6(ip)) => is_own_v6(ip),
        None => false,
    })
}

/// 127.0.0.0/8, and 0.0.0.0/8: "this host" (RFC 1122, section 3.2.1.3).
fn is_own_v4(ip: Ipv4Addr) -> bool {
    ip.is_loopback() || ip.octets()[0] == 0
}

/// `::1` and `::`, and what maps to an IPv4 address of the machine itself.
fn is_own_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback() || ip.is_unspecified() || ip.to_ipv4().is_some_and(is_own_v4)
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
    let url = Url::parse(text).map_err(|_| format!("This is not an origin; {EXAMPLE}."))?;
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
        return Err("A wildcard needs at least two labels after it, as in https://*.example.com.".into());
    }
    if rest.len() < host.len() && is_public_suffix(rest) {
        return Err(format!(
            "Anybody can get a name below {rest}, so a * there would cover strangers' sites; list your own, one by one."
        ));
    }
    Ok(())
}

/// Whether names directly below `host` belong to different people: by the public suffix list
/// (<https://publicsuffix.org>), its private section included.
fn is_public_suffix(host: &str) -> bool {
    let is_suffix = |name: &str| psl::suffix_str(name) == Some(name);
    // A suffix such as *.ck makes every name below it one.
    is_suffix(host) || is_suffix(&format!("any-label.{host}"))
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
            ("https://*.acme.co.uk", "https://*.acme.co.uk"),
            ("https://*.acme.github.io", "https://*.acme.github.io"),
            ("https://acme.github.io", "https://acme.github.io"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("http://0x7f.1:80", "http://127.0.0.1"),
        ] {
            assert_eq!(web(typed).as_deref(), Some(kept), "{typed}");
        }
    }

    #[test]
    fn an_invalid_origin_is_refused() {
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
            "https://*.co.uk",
            "https://*.github.io",
            "https://*.github.io:8443",
            "http://*.GitHub.io",
            "https://*.vercel.app",
            "https://*.herokuapp.com",
            "https://*.s3.amazonaws.com",
            "https://*.eu-west-1.compute.amazonaws.com",
            "https://*.sch.uk",
            "https://*.公司.cn",
            "https://*.xn--55qx5d.cn",
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
    fn the_machine_itself_is_local_however_it_is_written() {
        for local in [
            "http://localhost:8000",
            "http://app.localhost",
            "http://127.0.0.1:8000",
            "http://127.255.3.4",
            "http://2130706433:8000",
            "http://0x7f.0.0.1",
            "http://0:8000",
            "http://0.0.0.0:8000",
            "http://0.1.2.3",
            "http://[::1]:8000",
            "http://[::]:8000",
            "http://[0:0:0:0:0:0:0:0]",
            "http://[::ffff:127.0.0.1]:8000",
            "http://[::ffff:7f00:1]:8000",
            "http://[::ffff:0.0.0.0]:8000",
            "http://[::127.0.0.1]:8000",
            "https://ip6-localhost:8000",
            "https://localhost.localdomain",
        ] {
            let domain = UiDomain::parse(Scope::Web, local).expect(local);
            assert!(is_local(domain.as_str()), "{local}");
            assert_eq!(domain.warning(), None, "{local}");
        }
        for elsewhere in [
            "https://localhost.evil.example",
            "https://notlocalhost",
            "http://128.0.0.1",
            "http://192.168.1.7:8000",
            "http://[::ffff:192.0.2.1]",
            "http://[2001:db8::1]",
            "https://1.0.0.127.example",
        ] {
            assert!(!is_local(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn what_is_not_encrypted_is_warned_of() {
        let warned = |text| {
            let domain = UiDomain::parse(Scope::Web, text).expect(text);
            domain.warning().is_some()
        };
        for plain in [
            "http://shop.acme.example",
            "http://*.acme.example:8080",
            "http://192.168.1.7",
        ] {
            assert!(warned(plain), "{plain}");
        }
        for fine in [
            "https://shop.acme.example",
            "http://localhost:8000",
            "http://[::]:80",
        ] {
            assert!(!warned(fine), "{fine}");
        }
        let app = UiDomain::parse(Scope::Mobile, "com.acme.shop").expect("valid");
        assert_eq!(app.warning(), None);
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

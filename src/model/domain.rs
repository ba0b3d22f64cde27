//! UI domains: the trusted origins of a Web key, the bundle identifiers of a Mobile key.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};
use utoipa::ToSchema;

pub use self::meant::MeantOrigin;
pub use self::plausible::is_plausible;
use super::{Scope, pasted};

mod meant;
mod plausible;

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
            Scope::Web => origin(text).map(Self).map_err(|why| match MeantOrigin::by(text) {
                Some(meant) => meant.instead(&why),
                None => why,
            }),
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
mod tests;

//! Origins of web pages: which texts are one, and which are on the visitor's own machine.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::app;

/// The longest origin or bundle identifier.
pub const MAX_CHARS: usize = 255;

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
    let is_own = |url: Url| match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || OWN_NAMES.contains(&name)
        }
        Some(Host::Ipv4(ip)) => is_own_v4(ip),
        Some(Host::Ipv6(ip)) => is_own_v6(ip),
        None => false,
    };
    app::parted(origin).is_none() && Url::parse(origin).is_ok_and(is_own)
}

/// Whether it is of a page that a developer serves on the machine itself, and not of an app's webview.
pub fn is_developers(origin: &str) -> bool {
    is_local(origin) && !app::is_webview(origin)
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

/// An origin as browsers write it (RFC 6454, section 6.1): scheme, host, and port unless it is the
/// scheme's own. A leading `*.` covers exactly one label. The scheme is a web site's, or an app's or an extension's.
pub fn origin(text: &str) -> Result<String, String> {
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
    if let Some(why) = app::impossible(text) {
        return Err(why.into());
    }
    if let Some((scheme, rest)) = app::parted(text) {
        return app::origin(scheme, rest);
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
    if rest.len() < host.len() && rest == "localhost" {
        return Ok(());
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

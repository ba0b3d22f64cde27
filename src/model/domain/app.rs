//! Origins of what is no web site: webviews of hybrid apps (`capacitor://localhost`, `http://tauri.localhost`) and extensions
//! of browsers. They use a Web key, as they send an origin; a Mobile key is for native code, which sends none. Other
//! programs of the same kind can have the same origin, except for extensions, whose id is their own.

use strsim::damerau_levenshtein;
use url::{Host, Url};
use uuid::Uuid;

/// What the host is where a scheme says so; the host of any other scheme is a name.
const EXTENSIONS: [(&str, ExtensionId); 3] = [
    ("chrome-extension", ExtensionId::Letters),
    ("moz-extension", ExtensionId::Uuid),
    ("safari-web-extension", ExtensionId::Uuid),
];

#[derive(Clone, Copy)]
enum ExtensionId {
    /// 32 letters from a to p, also in Edge, Opera and Brave.
    Letters,
    Uuid,
}

/// Pages of these send the origin `null`, as any page can, so that it says nothing of whose they are.
const WITHOUT_ORIGIN: [&str; 9] = [
    "about",
    "blob",
    "content",
    "data",
    "file",
    "filesystem",
    "javascript",
    "null",
    "view-source",
];

/// Schemes of the network that no page is loaded by.
const OF_NO_PAGE: [&str; 11] = [
    "ftp", "ftps", "git", "ldap", "mailto", "redis", "sftp", "ssh", "telnet", "ws", "wss",
];

/// What can be said to somebody who wants to list one.
pub const SERVE_OTHERWISE: &str = "Pages of files, data: and sandboxed frames send the origin null, as any page can, so it can't be \
    listed; serve the page from https://, or from the scheme of an app's webview such as capacitor://localhost.";

/// `Some` where the text names pages that have no origin of their own.
pub fn impossible(text: &str) -> Option<&'static str> {
    let scheme = text.split(':').next().unwrap_or(text).to_ascii_lowercase();
    let is_one = WITHOUT_ORIGIN.contains(&scheme.as_str()) && (scheme == "null" || text.contains(':'));
    is_one.then_some(SERVE_OTHERWISE)
}

/// The scheme, and what is behind its `://`, of an origin that is no web site's.
pub fn parted(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    (!is_web && is_scheme).then_some((scheme, rest))
}

/// What the origins of Chromium's extensions begin with.
pub const CHROMIUM: &str = "chrome-extension://";

/// The origin of a webview or an extension, in lower case: `capacitor://localhost`, `chrome-extension://` and its id.
pub fn origin(scheme: &str, rest: &str) -> Result<String, String> {
    const EXAMPLE: &str =
        "write it like https://shop.acme.example, or capacitor://localhost for an app's webview";
    let scheme = scheme.to_ascii_lowercase();
    let is_slip = ["http", "https"]
        .iter()
        .any(|web| damerau_levenshtein(web, &scheme) <= 2);
    if OF_NO_PAGE.contains(&scheme.as_str()) || is_slip {
        return Err(format!("No page is loaded by {scheme}://; {EXAMPLE}."));
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
    if rest.contains(['/', '?', '#']) {
        return Err("An origin ends after the host and port: no path, query or fragment.".into());
    }
    if rest.contains('@') {
        return Err("An origin has no user name or password.".into());
    }
    if rest.contains('*') {
        return Err(format!(
            "A * can't stand for an app or an extension; list each {scheme}:// origin by itself."
        ));
    }
    match extension(&scheme) {
        Some(id) => extension_id(&scheme, id, &rest)?,
        None => host_and_port(&rest).ok_or_else(|| format!("This is not an origin; {EXAMPLE}."))?,
    }
    Ok(format!("{scheme}://{rest}"))
}

fn extension(scheme: &str) -> Option<ExtensionId> {
    let known = EXTENSIONS.iter().find(|(known, _)| *known == scheme);
    known.map(|(_, id)| *id)
}

fn extension_id(scheme: &str, id: ExtensionId, host: &str) -> Result<(), String> {
    let is_id = match id {
        ExtensionId::Letters => is_letters(host),
        ExtensionId::Uuid => host.len() == 36 && Uuid::parse_str(host).is_ok(),
    };
    match (is_id, id) {
        (true, _) => Ok(()),
        (false, ExtensionId::Letters) => Err(format!(
            "The id of an extension has 32 letters from a to p, as in {scheme}://abcdefghijklmnopabcdefghijklmnop."
        )),
        (false, ExtensionId::Uuid) => Err(format!(
            "The id of an extension is a UUID, as in {scheme}://0192f3a4-7b1c-4d2e-8f90-a1b2c3d4e5f6."
        )),
    }
}

/// Whether it is how Chrome names an extension.
pub fn is_letters(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|c| matches!(c, b'a'..=b'p'))
}

fn host_and_port(rest: &str) -> Option<()> {
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '~');
    let is_port = |port: &str| {
        !port.starts_with('0') && port.bytes().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok()
    };
    (!host.is_empty() && host.chars().all(is_name) && port.is_none_or(is_port)).then_some(())
}

/// Whether the origin is that of an app's webview, which every app that is built alike has: the app's own scheme, or a
/// name of the machine itself without a port (Capacitor and Cordova on Android, Tauri on Windows). A developer's pages have a port.
pub fn is_webview(origin: &str) -> bool {
    if let Some((scheme, _)) = parted(origin) {
        return extension(scheme).is_none();
    }
    let is_of_machine = |url: Url| match url.host() {
        Some(Host::Domain(name)) if url.port().is_none() => {
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(_) | None => false,
    };
    Url::parse(origin).is_ok_and(is_of_machine)
}

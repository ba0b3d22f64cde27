//! The URL that webhooks are sent to. Whether the server may connect to it is the server's decision, each time.

use std::fmt;

use url::{Host, Url};

use super::pasted;

/// The longest URL; those of chat services have less than 200 characters.
const MAX_CHARS: usize = 2_000;
const EXAMPLE: &str = "write it like https://hooks.acme.example/keydeck";

/// An `https://` or `http://` URL of a receiver. Its path and query may hold what lets one write to the receiver, so that
/// `Debug` shows only its origin.
#[derive(Clone, PartialEq, Eq)]
pub struct TargetUrl(Url);

impl TargetUrl {
    /// Parses what was typed; hosts are normalised, so that `http://0x7f.1` is seen to be `http://127.0.0.1`.
    pub fn parse(text: &str) -> Result<Self, String> {
        pasted::refuse(text)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(format!("A URL is missing; {EXAMPLE}."));
        }
        if text.chars().count() > MAX_CHARS {
            return Err(format!("A URL has at most {MAX_CHARS} characters."));
        }
        // What else parsers remove or read differently.
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(format!("A URL has no spaces or backslashes; {EXAMPLE}."));
        }
        let url = Url::parse(text).map_err(|_| format!("This is not a URL; {EXAMPLE}."))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(format!("The URL begins with https://; {EXAMPLE}."));
        }
        if has_user(text, &url) {
            return Err(
                "Leave out the user name and password: they would be shown to all who see the URL. What is sent is signed."
                    .into(),
            );
        }
        if url.fragment().is_some() {
            return Err("Leave out # and what comes after it: it is never sent.".into());
        }
        if url.port() == Some(0) {
            return Err("Nothing can listen on port 0.".into());
        }
        match url.host() {
            Some(Host::Domain(name)) if name.split('.').any(str::is_empty) => {
                Err("The host has an empty part; leave out leading, double and trailing dots.".into())
            }
            Some(_) => Ok(Self(url)),
            None => Err(format!("The URL has no host; {EXAMPLE}.")),
        }
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Scheme, host and port: what of it may be in logs.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

/// Also an empty one, which `Url` drops.
fn has_user(text: &str, url: &Url) -> bool {
    let authority = text.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    authority.contains('@') || !url.username().is_empty() || url.password().is_some()
}

impl fmt::Display for TargetUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TargetUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TargetUrl({}/…)", self.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_normalised() {
        for (text, normalised) in [
            (" https://hooks.acme.example ", "https://hooks.acme.example/"),
            (
                "HTTPS://Hooks.Acme.example:443/a?b=c",
                "https://hooks.acme.example/a?b=c",
            ),
            (
                "https://hooks.acme.example:8443/a",
                "https://hooks.acme.example:8443/a",
            ),
            ("http://0x7f.1/x", "http://127.0.0.1/x"),
            ("https://2130706433", "https://127.0.0.1/"),
            ("https://0177.0.0.01", "https://127.0.0.1/"),
            ("https://127.1", "https://127.0.0.1/"),
            ("https://①②⑦.⓪.⓪.①", "https://127.0.0.1/"),
            ("https://%31%32%37.0.0.1", "https://127.0.0.1/"),
            ("https://127。0。0。1", "https://127.0.0.1/"),
            ("https://[::FFFF:7F00:1]", "https://[::ffff:7f00:1]/"),
            ("https://bücher.example", "https://xn--bcher-kva.example/"),
            ("https:hooks.acme.example", "https://hooks.acme.example/"),
        ] {
            let parsed = TargetUrl::parse(text).map(|url| url.to_string());
            assert_eq!(parsed.as_deref(), Ok(normalised), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let long = format!("https://acme.example/{}", "a".repeat(2_000));
        let secret = format!("https://acme.example/?key=kda_{}", "A1b2C3d4".repeat(6));
        for (text, words) in [
            ("", "missing"),
            ("hooks.acme.example", "not a URL"),
            ("ftp://hooks.acme.example", "begins with https://"),
            ("file:///etc/passwd", "begins with https://"),
            ("javascript:alert(1)", "begins with https://"),
            ("https://", "not a URL"),
            ("https://mira:s3cret@acme.example/", "user name"),
            ("https://mira@acme.example/", "user name"),
            ("https://@acme.example/", "user name"),
            ("https://:@acme.example/", "user name"),
            ("https://acme.example@127.0.0.1/", "user name"),
            ("https://acme.example/#part", "Leave out #"),
            ("https://acme.example/#", "Leave out #"),
            ("https://acme.example:0/", "port 0"),
            ("https://acme.example:65536/", "not a URL"),
            ("https://acme.example./", "empty part"),
            ("https://acme..example/", "empty part"),
            ("https://a cme.example/", "no spaces"),
            ("https://acme.example/\u{1b}[31m", "no spaces"),
            ("https:\\\\acme.example", "backslashes"),
            ("https://acme.example\\@127.0.0.1", "backslashes"),
            ("https://1.2.3.4.5/", "not a URL"),
            ("https://256.0.0.1/", "not a URL"),
            (&long, "at most 2000"),
            (&secret, "secret"),
        ] {
            let why = TargetUrl::parse(text).expect_err(text);
            assert!(why.contains(words), "{text}: {why}");
            assert!(!why.contains("s3cret") && !why.contains("A1b2"), "{why}");
        }
    }

    #[test]
    fn debug_shows_no_path() {
        let url = TargetUrl::parse("https://hooks.acme.example/services/T0/s3cret?x=s3cret").expect("valid");
        assert_eq!(format!("{url:?}"), "TargetUrl(https://hooks.acme.example/…)");
        assert_eq!(url.origin(), "https://hooks.acme.example");
    }
}

//! Session servers: the address that a project's keys connect to, and the private key that signs their tokens.

use url::Url;

use super::domain::is_loopback;
use super::{FieldErrors, Secret, name, pasted, strength};

/// The longest address, in characters.
pub const MAX_URL: usize = 2048;
/// The longest private key, in characters.
pub const MAX_PRIVATE_KEY: usize = 4096;

/// A session server that may be stored.
#[derive(Debug, Clone)]
pub struct ValidSessionServer {
    pub url: String,
    pub key_name: String,
    /// `None`: the one that is set stays.
    pub private_key: Option<Secret>,
}

/// Every field that is wrong: `url`, `key_name`, `private_key`.
pub fn validate(
    url: &str,
    key_name: &str,
    private_key: Option<&Secret>,
) -> Result<ValidSessionServer, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut kept = |field: &str, parsed: Result<String, String>| {
        parsed.unwrap_or_else(|message| {
            errors.push(field, message);
            String::new()
        })
    };
    let url = kept("url", parse_url(url));
    let key_name = kept("key_name", name::parse(key_name));
    if let Some(Err(message)) = private_key.map(check_private_key) {
        errors.push("private_key", message);
    }
    errors.into_result()?;
    Ok(ValidSessionServer {
        url,
        key_name,
        private_key: private_key.cloned(),
    })
}

/// The host, and the port when it is not the scheme's own: what a token names its session server by.
pub fn host(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str).unwrap_or_default();
    match parsed.as_ref().and_then(Url::port) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The scheme, host and port: the audience of a token.
pub fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

/// The address as it is stored: normalised, without an added slash. Plain HTTP is not encrypted,
/// so it is only for this machine.
fn parse_url(text: &str) -> Result<String, String> {
    const EXAMPLE: &str = "write it like wss://sessions.acme.example";
    pasted::refuse(text)?;
    let text = text.trim();
    if text.chars().count() > MAX_URL {
        return Err("An address has at most 2,048 characters.".into());
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(format!("An address has no spaces or backslashes; {EXAMPLE}."));
    }
    let url = Url::parse(text).map_err(|_| format!("This is not an address of a server; {EXAMPLE}."))?;
    match url.scheme() {
        "https" | "wss" => {}
        "http" | "ws" if is_loopback(&url) => {}
        "http" | "ws" => {
            return Err(
                "Begin it with https:// or wss://; http:// and ws:// are only for this machine.".into(),
            );
        }
        _ => return Err(format!("An address begins with https:// or wss://; {EXAMPLE}.")),
    }
    if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
        return Err("An address has no user name or password; they would be visible in the log.".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("An address ends with its path: leave out ? and #.".into());
    }
    let url = String::from(url);
    Ok(match text.ends_with('/') {
        true => url,
        false => url.trim_end_matches('/').to_owned(),
    })
}

fn check_private_key(key: &Secret) -> Result<(), String> {
    let key = key.expose();
    match key.chars().count() {
        0 => return Err("Give the private key of the session server.".into()),
        1..=MAX_PRIVATE_KEY => {}
        _ => return Err("A private key has at most 4,096 characters.".into()),
    }
    if key.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("A private key has no spaces or line breaks; copy it once more.".into());
    }
    pasted::refuse_ours(key)?;
    // HS256 is no stronger than its key (RFC 7518, section 3.2).
    match strength::is_guessable(key) {
        true => Err(format!(
            "A private key has at least 32 characters that can't be guessed: no runs, sequences, repetitions, \
             placeholders or samples from documentation; copy all of it, or {} and give the session server the same.",
            strength::HOW_TO_MAKE_ONE
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Scope, Token, TokenKind};

    const KEY: &str = "s3cret-K9vfjw8Qzpt-0x7Lmwq4Zy2Hb";

    fn fields(url: &str, key_name: &str, private_key: &str) -> Vec<String> {
        let errors = validate(url, key_name, Some(&Secret::new(private_key))).err();
        let errors = errors.into_iter().flat_map(|errors| errors.0);
        errors.map(|error| error.field).collect()
    }

    #[test]
    fn an_address_is_kept_as_it_was_typed_but_normalised() {
        for (typed, kept) in [
            (" WSS://Sessions.Acme.Example:443 ", "wss://sessions.acme.example"),
            ("https://acme.example/sessions/", "https://acme.example/sessions/"),
            ("https://acme.example/sessions", "https://acme.example/sessions"),
            ("ws://localhost:8080", "ws://localhost:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080/"),
            ("http://127.0.0.9", "http://127.0.0.9"),
        ] {
            assert_eq!(parse_url(typed).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn an_address_that_leaks_or_is_none_is_refused() {
        let long = format!("https://acme.example/{}", "a".repeat(MAX_URL));
        for text in [
            "",
            "sessions.acme.example",
            "https://",
            "http://sessions.acme.example",
            "ws://192.168.1.2",
            "http://localhost.evil.example",
            "ws://sessions.localhost",
            "ftp://acme.example",
            "javascript:alert(1)",
            "https://mira:s3cret@acme.example",
            "https://@acme.example",
            "https://acme.example/?token=s3cret",
            "https://acme.example/#s3cret",
            "https://acme.example\\x",
            "https://acme .example",
            &long,
        ] {
            let refusal = parse_url(text).expect_err(text);
            assert!(!refusal.contains("s3cret") && refusal.ends_with('.'), "{refusal}");
        }
    }

    #[test]
    fn every_field_that_is_wrong_is_named_and_none_is_repeated() {
        assert!(fields("wss://acme.example", "main", KEY).is_empty());
        assert_eq!(fields("acme", " ", ""), ["url", "key_name", "private_key"]);
        let long = "k".repeat(MAX_PRIVATE_KEY + 1);
        let with = |end: &str| format!("{KEY}{end}");
        let weak = "s".repeat(MAX_PRIVATE_KEY);
        for key in [
            &with(" word"),
            &with("\n"),
            &with("\u{0}"),
            &KEY[1..],
            &long,
            &weak,
            Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]).expose(),
        ] {
            assert_eq!(
                fields("wss://acme.example", "main", key),
                ["private_key"],
                "{key}"
            );
        }
        for key in [&KEY[..31], &with(" s3cret")] {
            let refusal = validate("wss://acme.example", "main", Some(&Secret::new(key)));
            assert!(refusal.is_err() && !format!("{refusal:?}").contains("s3cret"));
        }
        assert!(validate("wss://acme.example", "main", None).is_ok());
    }
}

//! What a request with a key says of itself, in its head: the key, where it comes from, and what for.

use axum::http::header::ORIGIN;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::model::connection::Origin;
use crate::model::{KeyToken, Rule, TokenHash};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// How an app says which one it is, as other key servers ask for it too.
const BUNDLES: [HeaderName; 2] = [
    HeaderName::from_static("x-ios-bundle-identifier"),
    HeaderName::from_static("x-android-package"),
];

/// A key as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct PresentedKey {
    pub hash: TokenHash,
    is_foreign: bool,
}

impl PresentedKey {
    /// What is said where no key has it. What is not of keydeck's form may be a key that was imported, but hardly is.
    pub fn unknown(self) -> Rule {
        match self.is_foreign {
            true => Rule::KeyMalformed,
            false => Rule::KeyUnknown,
        }
    }
}

/// The key that was sent once, in this header.
pub fn key(headers: &HeaderMap, name: &HeaderName) -> Result<PresentedKey, Rule> {
    let mut sent = headers.get_all(name).iter();
    match (sent.next(), sent.next()) {
        (Some(secret), None) => key_in(secret.as_bytes()),
        _ => Err(Rule::KeyMissing),
    }
}

/// The key that these bytes are: a whole secret, its token alone, or a token of another product, which may be imported.
pub fn key_in(secret: &[u8]) -> Result<PresentedKey, Rule> {
    let text = std::str::from_utf8(secret).map_err(|_| Rule::KeyMalformed)?;
    match KeyToken::presented(text.trim_ascii()) {
        Ok(token) if token.is_of_key() => Ok(PresentedKey {
            hash: token.hash(),
            is_foreign: token.is_foreign(),
        }),
        _ => Err(Rule::KeyMalformed),
    }
}

/// A page that this server's own host serves names no origin, but says that it is of the same one.
pub fn origin<'a>(headers: &'a HeaderMap, own: &'a str) -> Origin<'a> {
    let mut sent = headers.get_all(&ORIGIN).iter();
    match (sent.next().map(HeaderValue::to_str), sent.next()) {
        (Some(Ok("null")), None) => Origin::Opaque,
        (Some(Ok(origin)), None) => Origin::Page(origin),
        (Some(_), _) => Origin::Unreadable,
        (None, _) if text(headers, &FETCH_SITE) == Some("same-origin") => Origin::Page(own),
        (None, _) => Origin::Absent,
    }
}

/// Which app asks, as far as it says.
pub fn bundle(headers: &HeaderMap) -> Option<&str> {
    BUNDLES.iter().find_map(|name| text(headers, name))
}

/// A header that was sent once. One that is sent twice, or is not text, says nothing that can be trusted.
pub fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut sent = headers.get_all(name).iter();
    match (sent.next(), sent.next()) {
        (Some(value), None) => Some(value.to_str().unwrap_or("null")),
        (Some(_), Some(_)) => Some("null"),
        (None, _) => None,
    }
}

/// The origin of the pages that stand beside this address.
pub fn origin_of(public_url: &str) -> String {
    Url::parse(public_url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

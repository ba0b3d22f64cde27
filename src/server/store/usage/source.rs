//! What is kept of an origin or bundle identifier that a client sent.

use crate::model::{Scope, UiDomain};

/// What browsers send of a page that hides its origin.
const OPAQUE: &str = "null";

/// The name as it is kept: an origin or a bundle identifier. A client may send anything, and nothing else of it is stored.
pub fn source_name(sent: &str) -> Option<String> {
    if sent == OPAQUE {
        return Some(sent.to_owned());
    }
    let scope = match sent.contains("://") {
        true => Scope::Web,
        false => Scope::Mobile,
    };
    let name = UiDomain::parse(scope, sent).ok()?;
    // No page has one with a wildcard.
    (!name.as_str().contains('*')).then(|| name.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::source_name;
    use crate::model::{Scope, Token, TokenKind};

    #[test]
    fn only_what_can_be_an_origin_or_an_app_is_kept() {
        for (sent, kept) in [
            ("https://shop.acme.example", Some("https://shop.acme.example")),
            ("HTTPS://Shop.Acme.Example:443", Some("https://shop.acme.example")),
            ("http://localhost:8000", Some("http://localhost:8000")),
            ("http://192.0.2.7:3000", Some("http://192.0.2.7:3000")),
            ("null", Some("null")),
            ("com.acme.shop", Some("com.acme.shop")),
            ("", None),
            ("shop", None),
            ("https://", None),
            ("https://*.acme.example", None),
            ("https://shop.acme.example/path", None),
            ("https://user:pass@shop.acme.example", None),
            ("file:///etc/passwd", None),
            ("javascript:alert(1)", None),
            ("two words", None),
            ("com.acme.\u{1b}[31m", None),
            ("com.acme.shöp", None),
        ] {
            assert_eq!(source_name(sent).as_deref(), kept, "{sent}");
        }
        let token = Token::from_entropy(TokenKind::Key(Scope::Analytics), [7; 32]);
        let hidden = format!("https://{}.example", token.expose());
        for sent in [token.expose(), &hidden, &"a.".repeat(200)] {
            assert_eq!(source_name(sent), None);
        }
    }
}

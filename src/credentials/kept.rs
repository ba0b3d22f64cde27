//! What `login` keeps, in the keyring or in a file: a token, and the server that it is for.

use url::Url;
use zeroize::Zeroizing;

use crate::model::Secret;

/// A token and its server's origin.
#[derive(Debug, Clone)]
pub struct Kept {
    /// `https://keys.acme.example`
    pub origin: String,
    pub token: Secret,
}

impl Kept {
    pub fn new(server: &str, token: Secret) -> Self {
        Self {
            origin: origin(server).unwrap_or_else(|| server.to_owned()),
            token,
        }
    }

    pub fn is_for(&self, server: &str) -> bool {
        same_origin(server, &self.origin)
    }

    /// Two lines.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let token = self.token.expose();
        // Large enough never to be moved, which would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(self.origin.len() + token.len() + 2));
        for line in [&self.origin, token] {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (origin, token) = text.trim().split_once('\n')?;
        Some(Self {
            origin: origin.trim().to_owned(),
            token: Secret::new(token.trim()),
        })
    }
}

/// Whether two servers have one origin, so that what signs in to one may be sent to the other.
pub fn same_origin(one: &str, other: &str) -> bool {
    origin(one).is_some_and(|one| origin(other) == Some(one))
}

/// Scheme, host and port.
fn origin(server: &str) -> Option<String> {
    let url = Url::parse(server.trim()).ok()?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_token_is_for_the_origin_that_it_was_kept_for() {
        let kept = Kept::new("https://keys.acme.example/keydeck/", Secret::new("kdu_x"));
        let kept = Kept::from_text(&kept.to_text()).expect("readable");
        assert_eq!(kept.token.expose(), "kdu_x");
        for server in ["https://keys.acme.example", "https://KEYS.acme.example:443/other"] {
            assert!(kept.is_for(server), "{server}");
        }
        for server in [
            "http://keys.acme.example",
            "https://keys.acme.example:8443",
            "https://keys.acme.example.evil.example",
            "keys.acme.example",
            "",
        ] {
            assert!(!kept.is_for(server), "{server}");
        }
    }

    #[test]
    fn what_is_cut_off_holds_no_token() {
        assert!(Kept::from_text("").is_none());
        assert!(Kept::from_text("https://keys.acme.example\n").is_none());
    }
}

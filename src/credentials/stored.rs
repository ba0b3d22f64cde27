//! What `login` stores, in the keyring or in a file: a token, and the servers that it is for.

use zeroize::Zeroizing;

use crate::model::{Secret, ServerAddress, Servers};

/// A token and the origins of its servers. A server that is added to the profile later is not
/// one of them until the user signs in again.
#[derive(Debug, Clone)]
pub struct StoredToken {
    /// `https://keys.acme.example`
    pub origins: Vec<String>,
    pub token: Secret,
}

impl StoredToken {
    pub fn new(servers: &Servers, token: Secret) -> Self {
        Self {
            origins: servers.iter().map(ServerAddress::origin).collect(),
            token,
        }
    }

    /// Whether it may be sent to each of these servers.
    pub fn is_for(&self, servers: &Servers) -> bool {
        servers
            .iter()
            .all(|server| self.origins.contains(&server.origin()))
    }

    /// Two lines: the origins with a space between, and the token.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let token = self.token.expose();
        let origins = self.origins.join(" ");
        // Large enough never to be moved, which would leave a copy in memory.
        let mut text = Zeroizing::new(String::with_capacity(origins.len() + token.len() + 2));
        for line in [&origins, token] {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (origins, token) = text.trim().split_once('\n')?;
        let origins: Vec<String> = origins.split_whitespace().map(str::to_owned).collect();
        // Anything else may be a part of a token, and is not repeated.
        let are_origins = origins
            .iter()
            .all(|origin| origin.starts_with("https://") || origin.starts_with("http://"));
        are_origins.then(|| Self {
            origins,
            token: Secret::new(token.trim()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(texts: &[&str]) -> Servers {
        Servers::parse(texts).expect("valid")
    }

    fn kept_for(texts: &[&str]) -> StoredToken {
        let kept = StoredToken::new(&servers(texts), Secret::new("kdu_x"));
        let kept = StoredToken::from_text(&kept.to_text()).expect("readable");
        assert_eq!(kept.token.expose(), "kdu_x");
        kept
    }

    #[test]
    fn a_kept_token_is_for_the_origin_that_it_was_kept_for() {
        let kept = kept_for(&["https://keys.acme.example/keydeck/"]);
        for server in ["https://keys.acme.example", "https://KEYS.acme.example:443/other"] {
            assert!(kept.is_for(&servers(&[server])), "{server}");
        }
        for server in [
            "https://keys.acme.example:8443",
            "https://keys.acme.example.evil.example",
        ] {
            assert!(!kept.is_for(&servers(&[server])), "{server}");
        }
        let plain = kept_for(&["http://localhost"]);
        assert!(!plain.is_for(&servers(&["https://localhost"])));
    }

    #[test]
    fn a_server_that_was_added_later_gets_no_token() {
        let (a, b, c) = ("https://a.example", "https://b.example", "https://c.example");
        let kept = kept_for(&[a, b]);
        for some in [&[a, b][..], &[b, a], &[b]] {
            assert!(kept.is_for(&servers(some)), "{some:?}");
        }
        for more in [&[a, b, c][..], &[a, c], &[c]] {
            assert!(!kept.is_for(&servers(more)), "{more:?}");
        }
        let unreadable =
            StoredToken::from_text("https://a.example,https://b.example\nkdu_x").expect("two lines");
        assert!(!unreadable.is_for(&servers(&[a])));
    }

    #[test]
    fn what_is_cut_off_holds_no_token() {
        assert!(StoredToken::from_text("").is_none());
        assert!(StoredToken::from_text("https://keys.acme.example\n").is_none());
    }
}

//! Reported tokens on their way to the store: what is ours of them, with texts that can be stored and shown.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::model::{KeyToken, LeakSource, Shown, pasted};
use crate::server::http::error::ApiResult;
use crate::server::state::ServerState;
use crate::server::store::NewLeak;

/// The most characters of where a token was found.
pub const MAX_URL: usize = 1000;
pub const MAX_NOTE: usize = 500;

/// Tokens that are looked up and stored in one change, so that others change something in between.
const AT_ONCE: usize = 50;

/// A token of a key that somebody found.
pub struct ReportedToken(NewLeak);

impl ReportedToken {
    pub fn of(token: &KeyToken, url: &str, note: &str) -> Self {
        let hash = token.hash();
        let text = |written, most| text(written, most, token);
        let mut fingerprint = Sha256::new();
        fingerprint.update(hash.0);
        fingerprint.update(url.as_bytes());
        Self(NewLeak {
            token: hash,
            url: text(url, MAX_URL),
            note: text(note, MAX_NOTE),
            fingerprint: fingerprint.finalize().into(),
        })
    }

    /// `None` of what is no token of a key.
    pub fn in_text(presented: &str, url: &str, note: &str) -> Option<Self> {
        let token = KeyToken::presented(presented.trim()).ok()?;
        token.is_of_key().then(|| Self::of(&token, url, note))
    }
}

/// What others wrote, as it can be shown anywhere. An address that holds a token, be it this one of another product, is left
/// out: the report is not to become the next place where it leaks.
fn text(written: &str, most: usize, token: &KeyToken) -> String {
    let written = written.trim();
    if pasted::is_in(written) || written.contains(token.expose()) {
        return "(left out: it contains a secret)".into();
    }
    let mut cut: String = written.chars().take(most).collect();
    if cut.len() < written.len() {
        cut.push('…');
    }
    Shown::new(&cut).into_string()
}

/// Of each, whether it is or was the token of a key.
pub async fn store(
    server: &ServerState,
    source: LeakSource,
    from: IpAddr,
    found: Vec<ReportedToken>,
) -> ApiResult<Vec<bool>> {
    store_some(server, source, from, found.into_iter().map(Some).collect()).await
}

/// The same, where some are no tokens of keys.
pub async fn store_some(
    server: &ServerState,
    source: LeakSource,
    from: IpAddr,
    found: Vec<Option<ReportedToken>>,
) -> ApiResult<Vec<bool>> {
    let mut known = vec![false; found.len()];
    let places = found.into_iter().enumerate();
    let places: Vec<(usize, NewLeak)> = places
        .filter_map(|(place, found)| found.map(|ReportedToken(leak)| (place, leak)))
        .collect();
    for part in places.chunks(AT_ONCE) {
        let leaks = part.iter().map(|(_, leak)| leak.clone()).collect();
        let are_known = server.leaks().report_leaks(source, Some(from), leaks).await?;
        for ((place, _), is_known) in part.iter().zip(are_known) {
            known[*place] = is_known;
        }
    }
    known
        .iter()
        .for_each(|&is_known| server.metrics.leak_reported(source, is_known));
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Scope, Token, TokenKind};

    #[test]
    fn what_others_wrote_can_be_shown_anywhere() {
        let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
        let foreign = KeyToken::presented("sk_live_0123456789abcdef").unwrap();
        for (written, kept) in [
            ("", String::new()),
            ("  https://git.example/a ", "https://git.example/a".into()),
            (
                "a\u{202e}b\0c\u{1b}[31m",
                "a⟨U+202E⟩b⟨U+0000⟩c⟨U+001B⟩[31m".into(),
            ),
            ("ééé", "éé…".into()),
            (
                &format!("https://x.example/?t={}", token.expose()),
                "(left out: it contains a secret)".into(),
            ),
            (
                &format!("https://x.example/?t={}", foreign.expose()),
                "(left out: it contains a secret)".into(),
            ),
        ] {
            let most = if written == "ééé" { 2 } else { 200 };
            assert_eq!(text(written, most, &foreign), kept, "{written:?}");
        }
    }
}

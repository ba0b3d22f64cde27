//! What a pasted text holds, with the same search as `keydeck scan`: no command finds a key in a text in which another finds none.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::model::search::{self, FoundSecret, Tokens};
use crate::model::{Secret, Token};

/// They are always built of the same few beginnings.
static TOKENS: LazyLock<Option<Tokens>> = LazyLock::new(|| Tokens::new().ok());

/// Every secret in the text, each once.
fn secrets_in(text: &str) -> Vec<FoundSecret> {
    let Some(tokens) = TOKENS.as_ref() else {
        return Vec::new();
    };
    let sightings = search::search(tokens, text.as_bytes(), text.len()).sightings;
    let mut seen = HashSet::new();
    let secrets = sightings.into_iter().map(|sighting| sighting.secret);
    secrets.filter(|secret| seen.insert(secret.hash())).collect()
}

fn tokens_in(text: &str) -> impl Iterator<Item = Token> {
    secrets_in(text).into_iter().filter_map(|secret| match secret {
        FoundSecret::Token(token) => Some(token),
        FoundSecret::Webhook(_) => None,
    })
}

/// The first token.
pub fn token_in(text: &str) -> Option<Token> {
    tokens_in(text).next()
}

/// The secret of a webhook, where no token is.
pub fn signing_secret_in(text: &str) -> Option<Secret> {
    secrets_in(text).into_iter().find_map(|secret| match secret {
        FoundSecret::Webhook(secret) => Some(secret.secret().clone()),
        FoundSecret::Token(_) => None,
    })
}

/// The text with the hint of each secret in its place, so that it can be shown.
pub fn hinted(text: &str) -> Cow<'_, str> {
    let sightings = match TOKENS.as_ref() {
        Some(tokens) => search::search(tokens, text.as_bytes(), text.len()).sightings,
        None => return Cow::Borrowed(text),
    };
    if sightings.is_empty() {
        return Cow::Borrowed(text);
    }
    let part =
        |from: usize, to: usize| String::from_utf8_lossy(text.as_bytes().get(from..to).unwrap_or_default());
    let (mut hinted, mut end) = (String::with_capacity(text.len()), 0);
    for sighting in sightings {
        if sighting.start >= end {
            hinted.push_str(&part(end, sighting.start));
            hinted.push_str(&sighting.secret.hint());
        }
        end = end.max(sighting.end);
    }
    hinted.push_str(&part(end, text.len()));
    Cow::Owned(hinted)
}

/// Whether more than one token is in it, so that nobody can know which one is meant.
pub fn are_several_in(text: &str) -> bool {
    tokens_in(text).nth(1).is_some()
}

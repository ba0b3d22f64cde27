//! Finds keys by what is typed: by id, or by name, however it is spelled.

use crate::api::{Key, KeyList, MAX_LIMIT, Sort};
use crate::cli::choose::{self, Candidate};
use crate::cli::resolve::{is_a_secret, search_text};
use crate::cli::{Failure, output};
use crate::client::Client;
use crate::model::token::NotAToken;
use crate::model::{StateFilter, Token, are_alike, pasted};

/// The pages that are read of keys that are called alike; of more, the id is asked for.
const MAX_PAGES: usize = 10;

/// The key with this id, or the one with this name.
pub async fn key(client: &Client, text: &str) -> Result<Key, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(client.key(id).await?);
    }
    if looks_like_a_secret(text) {
        return Err(is_a_secret());
    }
    let matches = named(client, text).await?;
    match choose::one("keys", text, matches, candidate)? {
        Some(key) => Ok(key),
        None => Err(revoked(client, text).await?.unwrap_or_else(|| nothing(text))),
    }
}

/// What is said of a name that only revoked keys have.
async fn revoked(client: &Client, text: &str) -> Result<Option<Failure>, Failure> {
    let keys = named_so(client, text, Some(StateFilter::Revoked)).await?;
    let newest = keys
        .into_iter()
        .filter_map(|key| key.revoked)
        .max_by_key(|revoked| revoked.at);
    Ok(newest.map(|revoked| {
        Failure::Failed(format!(
            "the key \"{text}\" was revoked at {} by {}; keydeck key show \"{text}\" shows what is known of it",
            output::time(revoked.at),
            output::shown(&revoked.by.email)
        ))
    }))
}

/// As [`key`]; where no other key has the name, also one that was revoked.
pub async fn key_or_revoked(client: &Client, text: &str) -> Result<Key, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(client.key_or_revoked(id).await?);
    }
    if looks_like_a_secret(text) {
        return Err(is_a_secret());
    }
    let mut matches = named(client, text).await?;
    if matches.is_empty() {
        matches = named_so(client, text, Some(StateFilter::Revoked)).await?;
    }
    let chosen = choose::one("keys", text, matches, candidate)?;
    chosen.ok_or_else(|| nothing(text))
}

fn nothing(text: &str) -> Failure {
    Failure::Failed(format!(
        "no key that you can see is called \"{text}\"; keydeck key list shows them"
    ))
}

/// Also among those that have expired, which can be renewed.
async fn named(client: &Client, text: &str) -> Result<Vec<Key>, Failure> {
    let mut matches = Vec::new();
    for state in [None, Some(StateFilter::Expired)] {
        matches.extend(named_so(client, text, state).await?);
    }
    Ok(matches)
}

async fn named_so(client: &Client, text: &str, state: Option<StateFilter>) -> Result<Vec<Key>, Failure> {
    let mut list = KeyList {
        state,
        name: Some(search_text(text)?),
        sort: match state {
            // These have one order.
            Some(StateFilter::Revoked) => Sort::default(),
            _ => Sort::Name,
        },
        limit: Some(MAX_LIMIT),
        ..KeyList::default()
    };
    let mut matches = Vec::new();
    for _ in 0..MAX_PAGES {
        let page = client.keys(&list).await?;
        let keys = page.items.into_iter().map(|row| row.key);
        matches.extend(keys.filter(|key| are_alike(&key.name, text)));
        match page.next {
            Some(next) => list.after = Some(next),
            None => return Ok(matches),
        }
    }
    Err(Failure::Failed(format!(
        "too many keys are called \"{text}\"; give the key's id"
    )))
}

fn candidate(key: &Key) -> Candidate {
    let project = key.project.as_ref();
    let of = project.map_or(String::new(), |project| format!(" of {}", project.name));
    Candidate {
        id: key.id.to_string(),
        about: match &key.revoked {
            None => format!("{} key{of}, created by {}", key.scope, key.creator.email),
            Some(revoked) => format!("{} key{of}, revoked on {}", key.scope, output::time(revoked.at)),
        },
    }
}

fn looks_like_a_secret(text: &str) -> bool {
    // Long base64 without a space begins with `{"soulId"` when decoded.
    pasted::is_in(text)
        || !matches!(Token::parse(text), Err(NotAToken::Prefix))
        || text.starts_with("eyJzb3VsSWQi")
}

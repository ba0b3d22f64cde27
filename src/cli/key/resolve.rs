//! From what people type to keys: by id, or by a name that no other key has.

use crate::api::{Key, KeyList, MAX_LIMIT, Sort};
use crate::cli::Failure;
use crate::cli::resolve::{is_a_secret, search_text};
use crate::client::Client;
use crate::model::token::NotAToken;
use crate::model::{Token, pasted};

/// The pages that are read for a name; a text that more names contain asks for the id.
const MAX_PAGES: usize = 10;
/// The candidates that an ambiguous name is answered with.
const CANDIDATES: usize = 10;

/// The key with this id, or the only one with this name.
pub async fn key(client: &Client, text: &str) -> Result<Key, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(client.key(id).await?);
    }
    if looks_like_a_secret(text) {
        return Err(is_a_secret());
    }
    let mut matches = named(client, text).await?;
    match matches.len() {
        1 => Ok(matches.remove(0)),
        0 => Err(Failure::Failed(format!(
            "no key that you may see is called \"{text}\""
        ))),
        _ => Err(ambiguous(text, &matches)),
    }
}

async fn named(client: &Client, text: &str) -> Result<Vec<Key>, Failure> {
    let mut list = KeyList {
        q: Some(search_text(text)?),
        sort: Sort::Name,
        limit: Some(MAX_LIMIT),
        ..KeyList::default()
    };
    let mut matches = Vec::new();
    for _ in 0..MAX_PAGES {
        let page = client.keys(&list).await?;
        let keys = page.items.into_iter().map(|row| row.key);
        matches.extend(keys.filter(|key| key.name == text.trim()));
        match page.next {
            Some(next) => list.after = Some(next),
            None => return Ok(matches),
        }
    }
    Err(Failure::Failed(format!(
        "too many keys have \"{text}\" in their name or project; give the key's id"
    )))
}

fn ambiguous(text: &str, matches: &[Key]) -> Failure {
    let candidates = matches.iter().take(CANDIDATES).map(|key| match &key.project {
        Some(project) => format!("{} ({} key of {})", key.id, key.scope, project.name),
        None => format!("{} ({} key)", key.id, key.scope),
    });
    let list = candidates.collect::<Vec<_>>().join(", ");
    let more = if matches.len() > CANDIDATES { ", …" } else { "" };
    Failure::Failed(format!(
        "{} keys are called \"{text}\"; give the id of one: {list}{more}",
        matches.len()
    ))
}

fn looks_like_a_secret(text: &str) -> bool {
    // Long base64 without a space begins with `{"soulId"` when decoded.
    pasted::is_in(text)
        || !matches!(Token::parse(text), Err(NotAToken::Prefix))
        || text.starts_with("eyJzb3VsSWQi")
}

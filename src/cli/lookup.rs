//! Which key a token is of: asked by its hash alone, and told in words.

use jiff::Timestamp;

use super::output;
use crate::api::{Key, LookupAnswer, PersonRef, ProblemType, RefusedSince};
use crate::client::{Client, Error};
use crate::model::{Scope, TokenHash, WhichToken};

/// The key with this hash, among those that the user may see.
pub async fn ask(client: &Client, hash: &TokenHash) -> Result<Option<LookupAnswer>, Error> {
    match client.lookup(hash).await {
        Err(error) if error.problem().is_some_and(|p| p.kind == ProblemType::NotFound) => Ok(None),
        answer => answer.map(Some),
    }
}

/// `Web key "Checkout" of Storefront, created by mira@acme.example`
pub fn active(key: &Key) -> String {
    let project = key.project.as_ref();
    let of = project.map_or(String::new(), |project| format!(" of {}", project.name));
    let (scope, name, creator) = (key.scope, &key.name, &key.creator.email);
    format!("{scope} key \"{name}\"{of}, created by {creator}")
}

/// `the old token, valid until …`; nothing of the only one.
pub fn which(key: &Key, token: WhichToken) -> Option<String> {
    let until = key
        .rotation
        .as_ref()
        .map(|rotation| output::time(rotation.ends_at));
    match token {
        WhichToken::Current => None,
        WhichToken::New => Some("the new token".into()),
        WhichToken::Old => Some(format!(
            "the old token{}",
            until.map_or_else(String::new, |until| format!(", valid until {until}"))
        )),
        WhichToken::Replaced => Some("a token that was replaced".into()),
    }
}

/// `Web key "Checkout", on 2026-11-26 22:05:31 UTC by mira@acme.example (in a public repository); presented 14 times since, last
/// 3 min ago from 203.0.113.24`
pub fn revoked(
    scope: Scope,
    name: &str,
    (at, by): (Timestamp, &PersonRef),
    key: Option<&Key>,
    now: Timestamp,
) -> String {
    let revoked = key.and_then(|key| key.revoked.as_ref());
    let reason = revoked.and_then(|revoked| revoked.reason.as_ref());
    let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    let since = key.and_then(|key| key.refused_since.as_ref());
    let since = since.map_or_else(String::new, |since| format!("; {}", presented(since, now)));
    let (at, by) = (output::time(at), &by.email);
    format!("{scope} key \"{name}\", on {at} by {by}{reason}{since}")
}

/// `presented 14 times since, last 3 min ago from 203.0.113.24`
pub fn presented(since: &RefusedSince, now: Timestamp) -> String {
    let last = since.last.as_ref();
    let last = last.map_or_else(String::new, |last| output::last_use(last, now));
    match since.count {
        0 => "not presented since".into(),
        1 => format!("presented once since{last}"),
        n => format!("presented {n} times since{last}"),
    }
}

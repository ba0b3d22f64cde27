//! Which key a token is of: asked by its hash alone, and told in words.

use jiff::Timestamp;

use super::output;
use crate::api::{Key, LookupAnswer, PersonRef, ProblemType};
use crate::client::{Client, Error};
use crate::model::{Scope, TokenHash};

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

/// `Web key "Checkout", on 2026-11-26 22:05:31 by mira@acme.example`
pub fn revoked(scope: Scope, name: &str, at: Timestamp, by: &PersonRef) -> String {
    format!("{scope} key \"{name}\", on {} by {}", output::time(at), by.email)
}

//! The states of the tokens that were found, from the server.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::walk::ScanResult;
use crate::api::LookupAnswer;
use crate::cli::{Failure, lookup, output};
use crate::client::Client;
use crate::model::TokenHash;

/// Questions under way at the same time.
const AT_ONCE: usize = 8;

/// What is known of a token.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum TokenState {
    Known(LookupAnswer),
    Unresolved(Unresolved),
}

#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Unresolved {
    /// No key here has it.
    Unknown,
    /// It was not checked, or can't be: it may be valid.
    Unchecked,
}

/// By the token's hash. Of one that isn't in here nothing is known.
pub type TokenStates = HashMap<TokenHash, TokenState>;

/// The keys that were found, each once. Only they can be asked for.
pub fn key_hashes(result: &ScanResult) -> HashSet<TokenHash> {
    let findings = result.matches.iter().flat_map(|(_, found)| &found.findings);
    let keys = findings.filter(|finding| finding.secret.of_key().is_some());
    keys.map(|finding| finding.hash).collect()
}

/// Asks for each hash; the answers up to a failure count.
pub async fn ask(
    client: &Client,
    hashes: HashSet<TokenHash>,
    states: &mut TokenStates,
) -> Result<(), Failure> {
    let mut answers = stream::iter(hashes)
        .map(async |hash| (hash, lookup::ask(client, &hash).await))
        .buffer_unordered(AT_ONCE);
    let mut unknown = Vec::new();
    while let Some((hash, answer)) = answers.next().await {
        match answer? {
            Some(answer) => drop(states.insert(hash, TokenState::Known(answer))),
            None => unknown.push(hash),
        }
    }
    // A user who sees only their own keys can't know whether it is somebody else's.
    if unknown.is_empty() {
        return Ok(());
    }
    if !client.me().await?.may.see_all_keys {
        output::notice(
            "you see only your own keys; someone who sees all keys can tell whether the others are active",
        );
        return Ok(());
    }
    states.extend(
        unknown
            .into_iter()
            .map(|hash| (hash, TokenState::Unresolved(Unresolved::Unknown))),
    );
    Ok(())
}

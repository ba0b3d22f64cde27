//! What is asked of the server about keys at work, and what it answers.

use uuid::Uuid;

use crate::api::{Explain, Key, KeyCheck, LookupAnswer, Usage, Verdict};
use crate::client::Error;
use crate::model::TokenHash;

#[derive(Debug)]
pub enum UsageRequest {
    OfKey {
        number: u64,
        key: Uuid,
    },
    /// Would this request be allowed with this key?
    Explain {
        number: u64,
        key: Uuid,
        request: Explain,
    },
    /// Which key has this hash?
    Lookup {
        number: u64,
        hash: TokenHash,
    },
    /// The key, and what is left of it when it was revoked.
    State {
        number: u64,
        key: Uuid,
    },
    /// What does a check of the key say, on each server?
    Check {
        number: u64,
        key: Uuid,
    },
}

#[derive(Debug)]
pub enum UsageReply {
    OfKey {
        number: u64,
        result: Result<Box<Usage>, Error>,
    },
    Explained {
        number: u64,
        result: Result<Verdict, Error>,
    },
    LookedUp {
        number: u64,
        result: Result<LookupAnswer, Error>,
    },
    State {
        number: u64,
        result: Result<Box<Key>, Error>,
    },
    /// These servers are asked.
    Checking { number: u64, servers: Vec<String> },
    /// One of them, by its place, answered.
    Checked {
        number: u64,
        server: usize,
        result: Result<Box<KeyCheck>, Error>,
    },
}

impl UsageReply {
    /// Why it failed.
    pub fn error(&self) -> Option<&Error> {
        match self {
            UsageReply::OfKey { result, .. } => result.as_ref().err(),
            UsageReply::Explained { result, .. } => result.as_ref().err(),
            UsageReply::LookedUp { result, .. } => result.as_ref().err(),
            UsageReply::State { result, .. } => result.as_ref().err(),
            // Each of them is shown where it belongs.
            UsageReply::Checking { .. } | UsageReply::Checked { .. } => None,
        }
    }
}

//! What is asked of the server about keys at work, and what it answers.

use uuid::Uuid;

use crate::api::{Explain, LookupAnswer, Usage, Verdict};
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
}

impl UsageReply {
    /// Why it failed.
    pub fn error(&self) -> Option<&Error> {
        match self {
            UsageReply::OfKey { result, .. } => result.as_ref().err(),
            UsageReply::Explained { result, .. } => result.as_ref().err(),
            UsageReply::LookedUp { result, .. } => result.as_ref().err(),
        }
    }
}

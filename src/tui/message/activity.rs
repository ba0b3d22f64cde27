//! What is asked of the server about the activity log, and what it answers.

use crate::api::{Activity, ActivityPage, ActivityQuery};
use crate::client::Error;
use crate::tui::state::list::Fetch;

#[derive(Debug)]
pub enum ActivityRequest {
    Load {
        generation: u64,
        fetch: Fetch,
        query: ActivityQuery,
    },
    /// The newest rows of one key.
    OfKey { number: u64, query: ActivityQuery },
}

#[derive(Debug)]
pub enum ActivityReply {
    Loaded {
        generation: u64,
        fetch: Fetch,
        result: Result<ActivityPage, Error>,
    },
    OfKey {
        number: u64,
        result: Result<Vec<Activity>, Error>,
    },
}

impl ActivityReply {
    /// Why it failed.
    pub fn error(&self) -> Option<&Error> {
        match self {
            ActivityReply::Loaded { result, .. } => result.as_ref().err(),
            ActivityReply::OfKey { result, .. } => result.as_ref().err(),
        }
    }
}

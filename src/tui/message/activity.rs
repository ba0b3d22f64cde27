//! What is asked of the server about the activity log, and what it answers.

use crate::api::{ActivityPage, ActivityQuery};
use crate::client::Error;
use crate::tui::state::list::Fetch;

#[derive(Debug)]
pub enum ActivityRequest {
    Load {
        generation: u64,
        fetch: Fetch,
        query: ActivityQuery,
    },
}

#[derive(Debug)]
pub enum ActivityReply {
    Loaded {
        generation: u64,
        fetch: Fetch,
        result: Result<ActivityPage, Error>,
    },
}

impl ActivityReply {
    /// Why an answer is none.
    pub fn error(&self) -> Option<&Error> {
        match self {
            ActivityReply::Loaded { result, .. } => result.as_ref().err(),
        }
    }
}

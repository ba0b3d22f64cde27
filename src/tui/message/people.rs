//! What is asked of the server about people, and what it answers.

use crate::api::{Person, UserQuery};
use crate::client::Error;
use crate::tui::state::list::Fetch;

#[derive(Debug)]
pub enum PeopleRequest {
    Load {
        generation: u64,
        fetch: Fetch,
        query: UserQuery,
    },
}

#[derive(Debug)]
pub enum PeopleReply {
    Loaded {
        generation: u64,
        fetch: Fetch,
        result: Result<Vec<Person>, Error>,
    },
}

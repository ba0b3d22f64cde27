//! What is asked of the server about projects, and what it answers.

use crate::api::{Project, ProjectQuery};
use crate::client::Error;
use crate::tui::state::list::Fetch;

#[derive(Debug)]
pub enum ProjectRequest {
    Load {
        generation: u64,
        fetch: Fetch,
        query: ProjectQuery,
    },
}

#[derive(Debug)]
pub enum ProjectReply {
    Loaded {
        generation: u64,
        fetch: Fetch,
        result: Result<Vec<Project>, Error>,
    },
}

impl ProjectReply {
    /// Why an answer is none.
    pub fn error(&self) -> Option<&Error> {
        match self {
            ProjectReply::Loaded { result, .. } => result.as_ref().err(),
        }
    }
}

//! What is asked of the server about projects, and what it answers.

use uuid::Uuid;

use crate::api::{NewProject, Project, ProjectEdit, ProjectQuery, SessionServerEdit};
use crate::client::Error;
use crate::tui::state::list::Fetch;
use crate::tui::state::projects::ProjectTask;

#[derive(Debug)]
pub enum ProjectRequest {
    Load {
        generation: u64,
        fetch: Fetch,
        query: ProjectQuery,
    },
    Do {
        task: ProjectTask,
        change: ProjectChange,
    },
}

/// What is to become of a project.
#[derive(Debug)]
pub enum ProjectChange {
    Add(NewProject),
    Edit(Uuid, ProjectEdit),
    SetSessionServer(Uuid, SessionServerEdit),
    RemoveSessionServer(Uuid),
    Remove(Uuid),
}

#[derive(Debug)]
pub enum ProjectReply {
    Loaded {
        generation: u64,
        fetch: Fetch,
        result: Result<Vec<Project>, Error>,
    },
    /// The project as it is now, when the server tells.
    Done {
        task: ProjectTask,
        result: Result<Option<Box<Project>>, Error>,
    },
}

impl ProjectReply {
    /// Why an answer is none.
    pub fn error(&self) -> Option<&Error> {
        match self {
            ProjectReply::Loaded { result, .. } => result.as_ref().err(),
            ProjectReply::Done { result, .. } => result.as_ref().err(),
        }
    }
}

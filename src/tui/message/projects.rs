//! What is asked of the server about projects, and what it answers.

use uuid::Uuid;

use crate::api::{NewProject, Project, ProjectEdit, ProjectQuery, SessionServerEdit};
use crate::client::Error;
use crate::tui::state::list::Fetch;

/// What is done with projects: by a sheet, after a question, or immediately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectTask {
    Add,
    Rename(Uuid),
    Deploy(Uuid),
    Undeploy(Uuid),
    SetSessionServer(Uuid),
    RemoveSessionServer(Uuid),
    Remove(Uuid),
}

impl ProjectTask {
    /// Which project it is about; `None` for a new one.
    pub fn project(self) -> Option<Uuid> {
        match self {
            ProjectTask::Add => None,
            ProjectTask::Rename(id)
            | ProjectTask::Deploy(id)
            | ProjectTask::Undeploy(id)
            | ProjectTask::SetSessionServer(id)
            | ProjectTask::RemoveSessionServer(id)
            | ProjectTask::Remove(id) => Some(id),
        }
    }
}

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
    /// Why it failed.
    pub fn error(&self) -> Option<&Error> {
        match self {
            ProjectReply::Loaded { result, .. } => result.as_ref().err(),
            ProjectReply::Done { result, .. } => result.as_ref().err(),
        }
    }
}

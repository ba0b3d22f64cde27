//! The screen of projects: what keys are assigned to, and where they connect.

use uuid::Uuid;

use super::list::{List, Listed};
use crate::api::Project;
use crate::tui::message::NamedId;

#[derive(Debug, Default)]
pub struct Projects {
    pub list: List<Project>,
    /// Part of the name, or the beginning of the id.
    pub filter: String,
    /// What something is being done with, by the names that they had when it began.
    pub begun: Vec<NamedId>,
}

impl Projects {
    /// Whether the user may see session servers, so that they are worth a column.
    pub fn shows_session_servers(&self) -> bool {
        let first = self.list.items().first();
        first.is_some_and(|project| project.may.session_server)
    }

    /// Whether it is known that the user may not; nothing is known before there is a project.
    pub fn hides_session_servers(&self) -> bool {
        !self.list.is_empty() && !self.shows_session_servers()
    }
}

impl Listed for Project {
    type Id = Uuid;

    fn id(&self) -> Self::Id {
        self.id
    }

    fn told_apart_by(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// By name and id: others may have nearly the same name.
pub fn name_and_id(project: &Project) -> String {
    format!("“{}” · id {}", project.name, project.id)
}

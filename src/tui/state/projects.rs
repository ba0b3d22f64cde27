//! The screen of projects: what keys are assigned to, and where they connect.

use super::list::{Fetch, List, Listed};
use super::notice::sentence;
use super::{App, Tone};
use crate::api::{Project, ProjectQuery};
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, ProjectReply, ProjectRequest};

/// Rows of a page.
const PAGE: u32 = 100;

/// What a sheet of this screen is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectTask {
    Add,
}

#[derive(Debug, Default)]
pub struct Projects {
    pub list: List<Project>,
    /// Part of the name, or the beginning of the id.
    pub filter: String,
}

impl Listed for Project {
    type Id = uuid::Uuid;

    fn id(&self) -> Self::Id {
        self.id
    }
}

impl App {
    /// Asks for the list from its start.
    pub(super) fn load_projects(&mut self) -> Vec<Effect> {
        self.fetch_projects(Fetch::Start)
    }

    fn fetch_projects(&mut self, fetch: Fetch) -> Vec<Effect> {
        let text = self.projects.filter.trim();
        let last = self.projects.list.last().map(|project| project.id);
        let query = ProjectQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            deployed: None,
            limit: Some(PAGE),
            after: last.filter(|_| fetch == Fetch::More),
        };
        let generation = self.projects.list.ask();
        vec![Effect::Projects(ProjectRequest::Load {
            generation,
            fetch,
            query,
        })]
    }

    pub(super) fn load_more_projects(&mut self) -> Vec<Effect> {
        match self.projects.list.wants_more() {
            true => self.fetch_projects(Fetch::More),
            false => Vec::new(),
        }
    }

    pub(super) fn perform_in_projects(&mut self, action: Action) -> Vec<Effect> {
        if let Some(effects) = self.perform_in_any_list(action) {
            return effects;
        }
        if self.projects.list.moves(action) {
            return self.load_more_projects();
        }
        match action {
            Action::Refresh => self.load_projects(),
            _ => Vec::new(),
        }
    }

    pub(super) fn send_project(&mut self, _task: ProjectTask) -> Vec<Effect> {
        Vec::new()
    }

    pub(super) fn projects_replied(&mut self, reply: ProjectReply) -> Vec<Effect> {
        match reply {
            ProjectReply::Loaded {
                generation,
                fetch,
                result,
            } => {
                let failed = result.as_ref().err().map(sentence);
                let result = result.map(|projects| {
                    let complete = projects.len() < PAGE as usize;
                    (projects, complete)
                });
                self.projects.list.loaded(generation, fetch, result);
                match failed.filter(|_| !self.projects.list.is_empty()) {
                    Some(why) => self.say(Tone::Failed, why),
                    None => Vec::new(),
                }
            }
        }
    }
}

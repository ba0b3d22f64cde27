//! The screen of projects: what keys are assigned to, and where they connect.

use uuid::Uuid;

use super::list::{Fetch, List, Listed};
use super::notice::sentence;
use super::{App, Tone};
use crate::api::{Project, ProjectQuery};
use crate::client::Error;
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, ProjectReply, ProjectRequest};

/// Rows of a page.
const PAGE: u32 = 100;

/// What is done with projects: by a sheet, after a question, or at once.
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

#[derive(Debug, Default)]
pub struct Projects {
    pub list: List<Project>,
    /// Part of the name, or the beginning of the id.
    pub filter: String,
}

impl Projects {
    /// Whether the user may see session servers, so that they are worth a column.
    pub fn shows_session_servers(&self) -> bool {
        let first = self.list.items().first();
        first.is_some_and(|project| project.may.session_server)
    }
}

impl Listed for Project {
    type Id = Uuid;

    fn id(&self) -> Self::Id {
        self.id
    }
}

impl App {
    /// Asks for the list from its start: it is another one.
    pub(super) fn load_projects(&mut self) -> Vec<Effect> {
        let generation = self.projects.list.ask();
        self.fetch_projects(generation, Fetch::Start)
    }

    /// Asks again for the list.
    pub(super) fn refresh_projects(&mut self) -> Vec<Effect> {
        match self.projects.list.ask_again() {
            Some((generation, fetch)) => self.fetch_projects(generation, fetch),
            None => Vec::new(),
        }
    }

    pub(super) fn load_more_projects(&mut self) -> Vec<Effect> {
        if !self.projects.list.wants_more() {
            return Vec::new();
        }
        let generation = self.projects.list.ask();
        self.fetch_projects(generation, Fetch::More)
    }

    fn fetch_projects(&mut self, generation: u64, fetch: Fetch) -> Vec<Effect> {
        let text = self.projects.filter.trim();
        let last = self.projects.list.last().map(|project| project.id);
        let query = ProjectQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            deployed: None,
            limit: Some(PAGE),
            after: last.filter(|_| fetch == Fetch::More),
        };
        vec![Effect::Projects(ProjectRequest::Load {
            generation,
            fetch,
            query,
        })]
    }

    /// Whether an action of this screen can be done now.
    pub(super) fn can_in_projects(&self, action: Action) -> bool {
        let project = self.projects.list.selected();
        let may_edit = project.is_some_and(|project| project.may.edit);
        let session_server = project.filter(|project| project.may.session_server);
        match action {
            Action::Create => self.may(action),
            Action::Edit | Action::Deploy => may_edit,
            Action::Remove => may_edit && project.is_some_and(|project| project.keys == 0),
            Action::SetSessionServer => session_server.is_some(),
            Action::RemoveSessionServer => session_server.is_some_and(|p| p.session_server.is_some()),
            Action::ItsKeys | Action::Details | Action::SwitchFocus => project.is_some(),
            _ => true,
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
            Action::Refresh => self.refresh_projects(),
            Action::Create => self.open_new_project(),
            Action::ItsKeys => self.show_keys_of_project(),
            _ => match self.projects.list.selected().cloned() {
                Some(project) => self.perform_on_project(action, project),
                None => Vec::new(),
            },
        }
    }

    fn show_keys_of_project(&mut self) -> Vec<Effect> {
        match self.projects.list.selected().cloned() {
            Some(project) => self.show_keys_of(|query| query.project = Some(project.into())),
            None => Vec::new(),
        }
    }

    pub(super) fn projects_replied(&mut self, reply: ProjectReply) -> Vec<Effect> {
        match reply {
            ProjectReply::Loaded {
                generation,
                fetch,
                result,
            } => self.projects_loaded(generation, fetch, result),
            ProjectReply::Done { task, result } => self.project_done(task, result),
        }
    }

    fn projects_loaded(
        &mut self,
        generation: u64,
        fetch: Fetch,
        result: Result<Vec<Project>, Error>,
    ) -> Vec<Effect> {
        let failed = result.as_ref().err().map(sentence);
        let result = result.map(|projects| {
            let complete = projects.len() < PAGE as usize;
            (projects, complete)
        });
        self.projects.list.loaded(generation, fetch, result);
        let mut effects = match failed.filter(|_| !self.projects.list.is_empty()) {
            Some(why) => self.say(Tone::Failed, why),
            None => Vec::new(),
        };
        if self.projects.list.is_old() {
            effects.extend(self.refresh_projects());
        }
        effects.extend(self.load_more_projects());
        effects
    }

    /// The server did what was asked, or didn't: either way the list may have changed.
    fn project_done(
        &mut self,
        task: ProjectTask,
        result: Result<Option<Box<Project>>, Error>,
    ) -> Vec<Effect> {
        let mut effects = match result {
            Ok(project) => {
                if let (ProjectTask::Add, Some(project)) = (task, &project) {
                    self.projects.list.want(project.id);
                }
                self.project_changed(task, project)
            }
            Err(error) => self.project_refused(task, &error),
        };
        effects.extend(self.refresh_projects());
        effects
    }
}

//! What is done on the screen of projects.

use uuid::Uuid;

use super::App;
use crate::api::{Project, ProjectQuery};
use crate::client::Error;
use crate::tui::dialogs::add_project;
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, ProjectReply, ProjectRequest, ProjectTask};
use crate::tui::state::list::{Fetch, hides};
use crate::tui::state::notice::sentence;
use crate::tui::state::{Screen, Tone};

/// Rows of a page.
const PAGE: u32 = 100;

impl App {
    pub(super) fn fetch_projects(&mut self, fetch: Fetch) {
        let Some((generation, fetch)) = self.projects.list.begin(fetch) else {
            return;
        };
        let text = self.projects.filter.trim();
        let last = self.projects.list.last().map(|project| project.id);
        let query = ProjectQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            deployed: None,
            limit: Some(PAGE),
            after: last.filter(|_| fetch == Fetch::More),
        };
        self.effects.push(Effect::Projects(ProjectRequest::Load {
            generation,
            fetch,
            query,
        }))
    }

    pub(super) fn perform_in_projects(&mut self, action: Action) {
        if self.perform_in_any_list(action) {
            return;
        }
        if self.projects.list.moves(action) {
            return self.load_more();
        }
        match action {
            Action::Create => self.open(add_project::open()),
            Action::ItsKeys => self.show_keys_of_project(),
            _ => {
                if let Some(project) = self.projects.list.selected().cloned() {
                    self.perform_on_project(action, project);
                }
            }
        }
    }

    fn show_keys_of_project(&mut self) {
        if let Some(project) = self.projects.list.selected().cloned() {
            self.show_keys_of(|query| query.project = Some(project.into()));
        }
    }

    pub(super) fn projects_replied(&mut self, reply: ProjectReply) {
        match reply {
            ProjectReply::Loaded {
                generation,
                fetch,
                result,
            } => self.projects_loaded(generation, fetch, result),
            ProjectReply::Done { task, result } => self.project_done(task, result),
        }
    }

    fn projects_loaded(&mut self, generation: u64, fetch: Fetch, result: Result<Vec<Project>, Error>) {
        let result = result.map(|projects| {
            let complete = projects.len() < PAGE as usize;
            (projects, complete)
        });
        let loaded = self.projects.list.loaded(generation, fetch, result);
        self.list_loaded(Screen::Projects, loaded)
    }

    /// The server did what was asked, or didn't: either way the list may have changed.
    fn project_done(&mut self, task: ProjectTask, result: Result<Option<Box<Project>>, Error>) {
        let named = match (task, &result) {
            (ProjectTask::Add | ProjectTask::Rename(_), Ok(Some(project))) => {
                Some((project.id, project.name.clone()))
            }
            _ => None,
        };
        match result {
            Ok(project) => self.project_changed(task, project),
            Err(error) => self.say(Tone::Failed, sentence(&error)),
        };
        match named {
            // It may stand anywhere now.
            Some((id, name)) => self.find_project(id, &name),
            None => self.fetch_projects(Fetch::Refresh),
        };
    }

    /// Selects a project however far down it is.
    fn find_project(&mut self, id: Uuid, name: &str) {
        if hides(&self.projects.filter, name) {
            self.projects.filter.clear();
        }
        self.projects.list.want(id);
        self.fetch_projects(Fetch::Start)
    }
}

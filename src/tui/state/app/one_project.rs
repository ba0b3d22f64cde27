//! What is done with one project: add, rename, deploy, undeploy, set its session server, remove.

use uuid::Uuid;

use super::App;
use crate::api::{Project, ProjectEdit};
use crate::tui::dialogs::{Confirmation, rename_project, session_server};
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, NamedId, ProjectChange, ProjectRequest, ProjectTask};
use crate::tui::state::Tone;
use crate::tui::state::command::About;
use crate::tui::state::projects::name_and_id;

impl App {
    pub(super) fn perform_on_project(&mut self, action: Action, project: Project) {
        self.projects.begun.retain(|begun| begun.id != project.id);
        self.projects.begun.push(NamedId {
            id: project.id,
            name: project.name.clone(),
        });
        match action {
            Action::Edit => self.open(rename_project::open(&project)),
            Action::Deploy if project.deployed => self.ask_about(
                ProjectTask::Undeploy(project.id),
                &undeploying(&project),
                "Undeploy",
            ),
            Action::Deploy => self.do_with_project(ProjectTask::Deploy(project.id)),
            Action::SetSessionServer => self.open(session_server::open(&project)),
            Action::RemoveSessionServer => self.ask_about(
                ProjectTask::RemoveSessionServer(project.id),
                &format!(
                    "Remove the session server of “{}”? Its private key is destroyed, and {} from then on.",
                    project.name,
                    refuse_to_connect(project.keys)
                ),
                "Remove it",
            ),
            Action::Remove => self.ask_about(
                ProjectTask::Remove(project.id),
                &format!(
                    "Remove the project {}? It can't be brought back.",
                    name_and_id(&project)
                ),
                "Remove it",
            ),
            _ => {}
        }
    }

    fn ask_about(&mut self, task: ProjectTask, text: &str, leave: &'static str) {
        let question = Confirmation::new(About::Project(task), text.to_owned(), "Cancel", leave);
        self.open(question.which(task.project().map(|id| format!("id {id}"))))
    }

    /// It is done; `project` is its new state, unless something was removed.
    pub(super) fn project_changed(&mut self, task: ProjectTask, project: Option<Box<Project>>) {
        let name = match (&project, task.project()) {
            (Some(project), _) => project.name.clone(),
            (None, id) => self.name_of_begun(id),
        };
        match (task, project) {
            (ProjectTask::Remove(id), _) => self.projects.list.remove(&id),
            (_, Some(project)) => self.projects.list.replace(*project),
            _ => {}
        }
        self.say(Tone::Done, what_was_done(task, &name))
    }

    /// What needs nothing typed: it was asked for, and confirmed where it hurts.
    pub(super) fn do_with_project(&mut self, task: ProjectTask) {
        let deploy = |deployed| ProjectEdit {
            deployed: Some(deployed),
            ..ProjectEdit::default()
        };
        let change = match task {
            ProjectTask::Deploy(id) => ProjectChange::Edit(id, deploy(true)),
            ProjectTask::Undeploy(id) => ProjectChange::Edit(id, deploy(false)),
            ProjectTask::RemoveSessionServer(id) => ProjectChange::RemoveSessionServer(id),
            ProjectTask::Remove(id) => ProjectChange::Remove(id),
            ProjectTask::Add | ProjectTask::Rename(_) | ProjectTask::SetSessionServer(_) => return,
        };
        self.effects
            .push(Effect::Projects(ProjectRequest::Do { task, change }));
    }

    /// The list may show others by now.
    fn name_of_begun(&self, id: Option<Uuid>) -> String {
        let begun = self.projects.begun.iter().find(|begun| Some(begun.id) == id);
        begun.map_or_else(String::new, |begun| begun.name.clone())
    }
}

fn undeploying(project: &Project) -> String {
    format!(
        "Undeploy “{}”? From then on {}, and none can be created.",
        project.name,
        refuse_to_connect(project.keys)
    )
}

fn refuse_to_connect(count: u64) -> String {
    match count {
        0 => "its keys can't connect".into(),
        1 => "its key can't connect".into(),
        n => format!("its {n} keys can't connect"),
    }
}

fn what_was_done(task: ProjectTask, name: &str) -> String {
    match task {
        ProjectTask::Add => format!("Created the project “{name}”."),
        ProjectTask::Rename(_) => format!("Renamed the project to “{name}”."),
        ProjectTask::Deploy(_) => format!("Deployed “{name}”. Its keys may connect."),
        ProjectTask::Undeploy(_) => format!("Undeployed “{name}”. Its keys can't connect from now on."),
        ProjectTask::SetSessionServer(_) => {
            format!("Saved the session server of “{name}”. It applies from the next connection.")
        }
        ProjectTask::RemoveSessionServer(_) => {
            format!("“{name}” no longer has a session server. Its keys can't connect.")
        }
        ProjectTask::Remove(_) => format!("Removed the project “{name}”."),
    }
}

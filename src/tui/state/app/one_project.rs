//! What is done with one project: add, rename, deploy, undeploy, set its session server, remove.

use uuid::Uuid;

use super::App;
use crate::api::{NewProject, Project, ProjectEdit, SessionServerEdit};
use crate::client::Error;
use crate::model::{FieldErrors, name, session_server};
use crate::tui::keymap::Action;
use crate::tui::message::ProjectTask;
use crate::tui::message::{Effect, NamedId, ProjectChange, ProjectRequest};
use crate::tui::state::Modal;
use crate::tui::state::fields::SheetField;
use crate::tui::state::notice::sentence;
use crate::tui::state::{About, Sheet, Task, Tone};

const YES: &str = "yes";

impl App {
    pub(super) fn open_new_project(&mut self) -> Vec<Effect> {
        let fields = vec![
            SheetField::text("name", "Name", "", ""),
            SheetField::choice(
                "deployed",
                "Deployed",
                vec![YES, "no"],
                0,
                "keys can be created for a deployed project only",
            ),
        ];
        self.open_sheet(Sheet::new(
            Task::Project(ProjectTask::Add),
            "Add a project",
            "Add",
            fields,
        ))
    }

    pub(super) fn perform_on_project(&mut self, action: Action, project: Project) -> Vec<Effect> {
        self.projects.begun.retain(|begun| begun.id != project.id);
        self.projects.begun.push(NamedId {
            id: project.id,
            name: project.name.clone(),
        });
        match action {
            Action::Edit => self.open_rename(&project),
            Action::Deploy if project.deployed => self.ask_about(
                ProjectTask::Undeploy(project.id),
                &undeploying(&project),
                "Undeploy",
            ),
            Action::Deploy => carry_out(ProjectTask::Deploy(project.id)),
            Action::SetSessionServer => self.open_session_server(&project),
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
                    named(&project)
                ),
                "Remove it",
            ),
            _ => Vec::new(),
        }
    }

    fn ask_about(&mut self, task: ProjectTask, text: &str, leave: &'static str) -> Vec<Effect> {
        self.ask(About::Project(task), text, "Cancel", leave);
        if let Some(Modal::Question(question)) = self.over.last_mut() {
            question.which = task.project().map(|id| format!("id {id}"));
        }
        Vec::new()
    }

    fn open_rename(&mut self, project: &Project) -> Vec<Effect> {
        let task = Task::Project(ProjectTask::Rename(project.id));
        let title = format!("Rename {}", project.name);
        let name = SheetField::text("name", "Name", &project.name, "");
        let sheet = Sheet::new(task, title, "Rename", vec![name]);
        self.open_sheet(sheet.about(named(project)))
    }

    fn open_session_server(&mut self, project: &Project) -> Vec<Effect> {
        let set = project.session_server.as_ref();
        let (url, key_name) = set.map_or(("", ""), |set| (&set.url, &set.key_name));
        let about_key = match set {
            Some(_) => "leave empty to keep the one that is set",
            None => "sealed when it is saved, and never shown again",
        };
        let fields = vec![
            SheetField::text("url", "Address", url, "such as wss://sessions.acme.example"),
            SheetField::text(
                "key_name",
                "Key name",
                key_name,
                "what the private key is called there",
            ),
            SheetField::hidden("private_key", "Private key", about_key),
        ];
        let task = Task::Project(ProjectTask::SetSessionServer(project.id));
        let title = format!("Session server of {}", project.name);
        let sheet = Sheet::new(task, title, "Save", fields).about(named(project));
        self.open_sheet(
            sheet.about("Where its keys connect to, and the private key that signs their tokens."),
        )
    }

    /// What was typed goes to the server, when it can count.
    pub(super) fn send_project(&mut self, task: ProjectTask) -> Vec<Effect> {
        let Some(sheet) = self.sheet_mut() else {
            return Vec::new();
        };
        if task != ProjectTask::Add && !sheet.is_dirty() {
            self.close_sheet(Task::Project(task));
            return self.say(Tone::Note, "Nothing was changed.");
        }
        match typed(task, sheet) {
            Ok(change) => {
                sheet.sends();
                vec![Effect::Projects(ProjectRequest::Do { task, change })]
            }
            Err(errors) => {
                sheet.wrong(&errors);
                Vec::new()
            }
        }
    }

    /// It is done; `project` is its new state, unless something was removed.
    pub(super) fn project_changed(
        &mut self,
        task: ProjectTask,
        project: Option<Box<Project>>,
    ) -> Vec<Effect> {
        self.close_sheet(Task::Project(task));
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

    /// A sheet keeps what was typed and says what is wrong with it; everything else is told in a line.
    pub(super) fn project_refused(&mut self, task: ProjectTask, error: &Error) -> Vec<Effect> {
        match self.sheet_mut() {
            Some(sheet) if sheet.task == Task::Project(task) => {
                sheet.refused(error);
                Vec::new()
            }
            _ => self.say(Tone::Failed, sentence(error)),
        }
    }

    /// The list may show others by now.
    fn name_of_begun(&self, id: Option<Uuid>) -> String {
        let begun = self.projects.begun.iter().find(|begun| Some(begun.id) == id);
        begun.map_or_else(String::new, |begun| begun.name.clone())
    }
}

/// What needs nothing typed: it was asked for, and confirmed where it hurts.
pub(super) fn carry_out(task: ProjectTask) -> Vec<Effect> {
    let deploy = |deployed| ProjectEdit {
        deployed: Some(deployed),
        ..ProjectEdit::default()
    };
    let change = match task {
        ProjectTask::Deploy(id) => ProjectChange::Edit(id, deploy(true)),
        ProjectTask::Undeploy(id) => ProjectChange::Edit(id, deploy(false)),
        ProjectTask::RemoveSessionServer(id) => ProjectChange::RemoveSessionServer(id),
        ProjectTask::Remove(id) => ProjectChange::Remove(id),
        ProjectTask::Add | ProjectTask::Rename(_) | ProjectTask::SetSessionServer(_) => return Vec::new(),
    };
    vec![Effect::Projects(ProjectRequest::Do { task, change })]
}

/// What a sheet asks for, or what is wrong with it.
fn typed(task: ProjectTask, sheet: &Sheet) -> Result<ProjectChange, FieldErrors> {
    let name = || name::parse(sheet.fields.value("name")).map_err(|why| FieldErrors::one("name", why));
    match task {
        ProjectTask::SetSessionServer(id) => {
            let private_key = sheet.fields.secret("private_key");
            let (url, key_name) = (sheet.fields.value("url"), sheet.fields.value("key_name"));
            let valid = session_server::validate(url, key_name, private_key.as_ref())?;
            let edit = SessionServerEdit {
                url: valid.url,
                key_name: valid.key_name,
                private_key: valid.private_key,
            };
            Ok(ProjectChange::SetSessionServer(id, edit))
        }
        ProjectTask::Rename(id) => {
            let edit = ProjectEdit {
                name: Some(name()?),
                ..ProjectEdit::default()
            };
            Ok(ProjectChange::Edit(id, edit))
        }
        _ => Ok(ProjectChange::Add(NewProject {
            name: name()?,
            deployed: sheet.fields.value("deployed") == YES,
        })),
    }
}

/// By name and id: others may have nearly the same name.
fn named(project: &Project) -> String {
    format!("“{}” (id {})", project.name, project.id)
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
        0 => "its keys refuse to connect".into(),
        1 => "its key refuses to connect".into(),
        n => format!("its {n} keys refuse to connect"),
    }
}

fn what_was_done(task: ProjectTask, name: &str) -> String {
    match task {
        ProjectTask::Add => format!("Added the project “{name}”."),
        ProjectTask::Rename(_) => format!("Renamed the project to “{name}”."),
        ProjectTask::Deploy(_) => format!("Deployed “{name}”. Its keys may connect."),
        ProjectTask::Undeploy(_) => format!("Undeployed “{name}”. Its keys refuse to connect from now on."),
        ProjectTask::SetSessionServer(_) => {
            format!("Saved the session server of “{name}”. It counts from the next connection on.")
        }
        ProjectTask::RemoveSessionServer(_) => {
            format!("“{name}” has no session server any more. Its keys can't connect.")
        }
        ProjectTask::Remove(_) => format!("Removed the project “{name}”."),
    }
}

//! Renaming a project.

use uuid::Uuid;

use super::add_project::{outcome_of, typed_name};
use super::sheet::{Sheet, SheetPurpose};
use crate::api::{Project, ProjectEdit};
use crate::client::Error;
use crate::model::FieldErrors;
use crate::tui::message::{Effect, Message, ProjectChange, ProjectRequest, ProjectTask};
use crate::tui::state::form::{Form, FormField};
use crate::tui::state::projects::name_and_id;

#[derive(Debug)]
struct RenameProject(Uuid);

pub fn open(project: &Project) -> Sheet {
    let title = format!("Rename {}", project.name);
    let fields = vec![FormField::text("name", "Name", &project.name, "")];
    Sheet::new(RenameProject(project.id), title, "Rename", fields).about(name_and_id(project))
}

impl SheetPurpose for RenameProject {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let edit = ProjectEdit {
            name: Some(typed_name(form)?),
            ..ProjectEdit::default()
        };
        let change = ProjectChange::Edit(self.0, edit);
        let task = ProjectTask::Rename(self.0);
        Ok(Effect::Projects(ProjectRequest::Do { task, change }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        outcome_of(ProjectTask::Rename(self.0), reply)
    }

    fn edits(&self) -> bool {
        true
    }

    fn rereads_list(&self) -> bool {
        true
    }
}

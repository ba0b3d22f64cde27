//! Adding a project.

use super::sheet::{Sheet, SheetPurpose};
use crate::api::NewProject;
use crate::client::Error;
use crate::model::{FieldErrors, name};
use crate::tui::message::{Effect, Message, ProjectChange, ProjectReply, ProjectRequest, ProjectTask};
use crate::tui::state::form::{Form, FormField};

const NAME: &str = "name";
const DEPLOYED: &str = "deployed";
const YES: &str = "yes";

#[derive(Debug)]
struct AddProject;

pub fn open() -> Sheet {
    let hint = "keys can be created for a deployed project only";
    let fields = vec![
        FormField::text(NAME, "Name", "", ""),
        FormField::choice(DEPLOYED, "Deployed", vec![YES, "no"], 0, hint),
    ];
    Sheet::new(AddProject, "Create a project", "Create", fields)
}

impl SheetPurpose for AddProject {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let change = ProjectChange::Add(NewProject {
            name: typed_name(form)?,
            deployed: form.value(DEPLOYED) == YES,
        });
        let task = ProjectTask::Add;
        Ok(Effect::Projects(ProjectRequest::Do { task, change }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        outcome_of(ProjectTask::Add, reply)
    }

    fn edits(&self) -> bool {
        false
    }

    fn rereads_list(&self) -> bool {
        true
    }
}

/// The name in the field of a project's name.
pub(super) fn typed_name(form: &Form) -> Result<String, FieldErrors> {
    name::parse(form.value(NAME)).map_err(|why| FieldErrors::one(NAME, why))
}

/// What came of this task, where that is what a reply tells.
pub(super) fn outcome_of(of: ProjectTask, reply: &Message) -> Option<Result<(), &Error>> {
    match reply {
        Message::OfProjects(ProjectReply::Done { task, result }) if *task == of => {
            Some(result.as_ref().map(drop))
        }
        _ => None,
    }
}

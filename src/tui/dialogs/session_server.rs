//! Setting the session server of a project.

use uuid::Uuid;

use super::add_project::outcome_of;
use super::sheet::{Sheet, SheetPurpose};
use crate::api::{Project, SessionServerEdit};
use crate::client::Error;
use crate::model::{FieldErrors, session_server};
use crate::tui::message::{Effect, Message, ProjectChange, ProjectRequest, ProjectTask};
use crate::tui::state::form::{Form, FormField};
use crate::tui::state::projects::name_and_id;

const URL: &str = "url";
const KEY_NAME: &str = "key_name";
const PRIVATE_KEY: &str = "private_key";

#[derive(Debug)]
struct SetSessionServer(Uuid);

pub fn open(project: &Project) -> Sheet {
    let set = project.session_server.as_ref();
    let (url, key_name) = set.map_or(("", ""), |set| (&set.url, &set.key_name));
    let about_key = match set {
        Some(_) => "leave empty to keep the one that is set",
        None => "sealed when it is saved, and never shown again",
    };
    let fields = vec![
        FormField::text(URL, "Address", url, "such as wss://sessions.acme.example"),
        FormField::text(
            KEY_NAME,
            "Key name",
            key_name,
            "what the private key is called there",
        ),
        FormField::hidden(PRIVATE_KEY, "Private key", about_key),
    ];
    let title = format!("Session server of {}", project.name);
    Sheet::new(SetSessionServer(project.id), title, "Save", fields)
        .about(name_and_id(project))
        .about("Where its keys connect to, and the private key that signs their tokens.")
}

impl SheetPurpose for SetSessionServer {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let private_key = form.secret(PRIVATE_KEY);
        let (url, key_name) = (form.value(URL), form.value(KEY_NAME));
        let valid = session_server::validate(url, key_name, private_key.as_ref())?;
        let edit = SessionServerEdit {
            url: valid.url,
            key_name: valid.key_name,
            private_key: valid.private_key,
        };
        let change = ProjectChange::SetSessionServer(self.0, edit);
        let task = ProjectTask::SetSessionServer(self.0);
        Ok(Effect::Projects(ProjectRequest::Do { task, change }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        outcome_of(ProjectTask::SetSessionServer(self.0), reply)
    }

    fn edits(&self) -> bool {
        true
    }

    fn rereads_list(&self) -> bool {
        true
    }
}

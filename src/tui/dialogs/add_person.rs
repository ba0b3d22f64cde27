//! Adding a person.

use strum::IntoEnumIterator;

use super::sheet::{Sheet, SheetPurpose};
use crate::api::NewUser;
use crate::client::Error;
use crate::model::{FieldErrors, Role, email};
use crate::tui::message::{Effect, Message, PeopleReply, PeopleRequest};
use crate::tui::state::form::{Form, FormField};

const EMAIL: &str = "email";
const ROLE: &str = "role";

#[derive(Debug)]
struct AddPerson;

pub fn open() -> Sheet {
    let email = FormField::text(EMAIL, "Email", "", "It identifies them; nothing is sent there.");
    let fields = vec![email, role_field(Role::Editor)];
    Sheet::new(AddPerson, "Add a person", "Add", fields)
        .about("They sign in with a token, which is shown to you once when you have added them.")
}

impl SheetPurpose for AddPerson {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let email = email::parse(form.value(EMAIL)).map_err(|why| FieldErrors::one(EMAIL, why))?;
        let role = chosen_role(form);
        let new = NewUser { email, role };
        Ok(Effect::People(PeopleRequest::Add { new }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        match reply {
            Message::OfPeople(PeopleReply::Added(result)) => Some(result.as_ref().map(drop)),
            _ => None,
        }
    }

    fn edits(&self) -> bool {
        false
    }
}

/// A choice of the four roles.
pub(super) fn role_field(chosen: Role) -> FormField {
    let options = Role::iter().map(Role::label).collect();
    let index = Role::iter().position(|role| role == chosen).unwrap_or(0);
    FormField::choice(ROLE, "Role", options, index, "").explained(Role::iter().map(Role::duties).collect())
}

pub(super) fn chosen_role(form: &Form) -> Role {
    // The options are the labels of the four roles, which parse.
    form.value(ROLE).parse().unwrap_or(Role::Editor)
}

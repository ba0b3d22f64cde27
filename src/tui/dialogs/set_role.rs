//! Changing a person's role.

use uuid::Uuid;

use super::add_person::{chosen_role, role_field};
use super::sheet::{Sheet, SheetPurpose};
use crate::api::User;
use crate::client::Error;
use crate::model::FieldErrors;
use crate::tui::message::{Effect, Message, PeopleReply, PeopleRequest};
use crate::tui::state::form::Form;

#[derive(Debug)]
struct SetRole(Uuid);

pub fn open(user: &User, is_me: bool) -> Sheet {
    let about = match is_me {
        true => "This is you. What you may do changes immediately.".to_owned(),
        false => format!(
            "{} is {}. A new role applies from their next request.",
            user.email, user.role
        ),
    };
    let fields = vec![role_field(user.role)];
    Sheet::new(SetRole(user.id), "Change the role", "Change", fields).about(about)
}

impl SheetPurpose for SetRole {
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors> {
        let (id, role) = (self.0, chosen_role(form));
        Ok(Effect::People(PeopleRequest::SetRole { id, role }))
    }

    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>> {
        match reply {
            Message::OfPeople(PeopleReply::RoleSet { id, result }) if *id == self.0 => {
                Some(result.as_ref().map(drop))
            }
            _ => None,
        }
    }

    fn edits(&self) -> bool {
        true
    }
}

//! Adding a person, changing a role, and making a new sign-in token.

use strum::IntoEnumIterator;
use uuid::Uuid;

use super::reference;
use crate::api::{CreatedUser, NewUser, Person, PersonRef, User};
use crate::client::Error;
use crate::model::{FieldErrors, Role, Secret, email};
use crate::tui::message::{Effect, PeopleRequest};
use crate::tui::state::fields::SheetField;
use crate::tui::state::list::{Fetch, hides};
use crate::tui::state::notice::sentence;
use crate::tui::state::people::PersonTask;
use crate::tui::state::{About, App, Modal, NewSecret, SecretOf, Sheet, Task, Tone};

const EMAIL: &str = "email";
const ROLE: &str = "role";

impl App {
    pub(super) fn open_add_person(&mut self) -> Vec<Effect> {
        let email = SheetField::text(EMAIL, "Email", "", "They are known by it; nothing is sent there.");
        let fields = vec![email, role_field(Role::Editor)];
        let sheet = Sheet::new(Task::Person(PersonTask::Add), "Add a person", "Add", fields)
            .about("They sign in with a token, which is shown to you once when you have added them.");
        self.open_sheet(sheet)
    }

    pub(super) fn open_set_role(&mut self) -> Vec<Effect> {
        let Some(Person { user, .. }) = self.people.list.selected() else {
            return Vec::new();
        };
        let task = Task::Person(PersonTask::SetRole(user.id));
        let about = match self.is_me(user.id) {
            true => "This is you. What you may do changes at once.".to_owned(),
            false => format!(
                "{} is {}. A new role counts from their next request on.",
                user.email, user.role
            ),
        };
        let sheet = Sheet::new(task, "Change the role", "Change", vec![role_field(user.role)]).about(about);
        self.open_sheet(sheet)
    }

    pub(in crate::tui::state) fn send_person(&mut self, task: PersonTask) -> Vec<Effect> {
        let Some(sheet) = self.sheet_mut() else {
            return Vec::new();
        };
        let role = chosen_role(sheet);
        let request = match task {
            PersonTask::Add => match email::parse(sheet.fields.value(EMAIL)) {
                Ok(email) => PeopleRequest::Add {
                    new: NewUser { email, role },
                },
                Err(message) => {
                    sheet.wrong(&FieldErrors::one(EMAIL, message));
                    return Vec::new();
                }
            },
            PersonTask::SetRole(_) if !sheet.is_dirty() => {
                self.close_sheet(Task::Person(task));
                return self.say(Tone::Note, "Nothing was changed.");
            }
            PersonTask::SetRole(id) => PeopleRequest::SetRole { id, role },
        };
        sheet.sends();
        vec![Effect::People(request)]
    }

    pub(super) fn person_added(&mut self, result: Result<CreatedUser, Error>) -> Vec<Effect> {
        let task = Task::Person(PersonTask::Add);
        let CreatedUser { user, token } = match result {
            Ok(created) => created,
            Err(error) => return self.sheet_refused(task, &error),
        };
        self.close_sheet(task);
        if hides(&self.people.filter, &user.email) {
            self.people.filter.clear();
        }
        self.people.list.want(user.id);
        let effects = self.fetch_people(Fetch::Start);
        let person = PersonRef {
            id: user.id,
            email: user.email,
        };
        self.show_token(person, token);
        effects
    }

    pub(super) fn role_set(&mut self, id: Uuid, result: Result<User, Error>) -> Vec<Effect> {
        let task = Task::Person(PersonTask::SetRole(id));
        let user = match result {
            Ok(user) => user,
            Err(error) => return self.sheet_refused(task, &error),
        };
        self.close_sheet(task);
        let text = format!("{} is {} from the next request on.", user.email, user.role);
        let mut effects = self.say(Tone::Done, text);
        if self.is_me(id) {
            effects.push(Effect::LoadMe);
        }
        if let Some(person) = self.people.list.find(&id) {
            let keys = person.keys;
            self.people.list.replace(Person { user, keys });
        }
        effects.extend(self.fetch_people(Fetch::Refresh));
        effects
    }

    /// What was refused stands in the sheet; where that was left, in a line.
    fn sheet_refused(&mut self, task: Task, error: &Error) -> Vec<Effect> {
        match self.sheet_mut().filter(|sheet| sheet.task == task) {
            Some(sheet) => {
                sheet.refused(error);
                Vec::new()
            }
            None => self.say(Tone::Failed, sentence(error)),
        }
    }

    pub(super) fn ask_for_new_token(&mut self) -> Vec<Effect> {
        let Some(person) = self.people.list.selected().map(reference) else {
            return Vec::new();
        };
        let text = match self.is_me(person.id) {
            true => "Make yourself a new sign-in token? Your present one stops working at once, here too: start keydeck again with the new one.".to_owned(),
            false => format!(
                "Make a new sign-in token for {}? Their present token stops working at once.",
                person.email
            ),
        };
        self.ask(About::NewToken(person), &text, "Cancel", "New token");
        Vec::new()
    }

    pub(super) fn token_made(&mut self, person: PersonRef, result: Result<Secret, Error>) -> Vec<Effect> {
        match result {
            Ok(token) => {
                self.show_token(person, Some(token));
                Vec::new()
            }
            Err(error) => self.say(Tone::Failed, sentence(&error)),
        }
    }

    fn show_token(&mut self, person: PersonRef, token: Option<Secret>) {
        let of = SecretOf::Person(person);
        self.over.push(Modal::NewSecret(NewSecret::new(of, token)));
    }
}

fn role_field(chosen: Role) -> SheetField {
    let options = Role::iter().map(Role::label).collect();
    let index = Role::iter().position(|role| role == chosen).unwrap_or(0);
    SheetField::choice(ROLE, "Role", options, index, "").explained(Role::iter().map(Role::duties).collect())
}

fn chosen_role(sheet: &Sheet) -> Role {
    // The options are the labels of the four roles, which parse.
    sheet.fields.value(ROLE).parse().unwrap_or(Role::Editor)
}

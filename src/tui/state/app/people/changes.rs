//! Adding a person, changing a role, and making a new sign-in token.

use uuid::Uuid;

use super::reference;
use crate::api::{CreatedUser, Person, PersonRef, User};
use crate::client::Error;
use crate::model::Secret;
use crate::tui::dialogs::{NewSecret, SecretOf, set_role};
use crate::tui::message::Effect;
use crate::tui::state::command::About;
use crate::tui::state::list::{Fetch, hides};
use crate::tui::state::notice::sentence;
use crate::tui::state::{App, Tone};

impl App {
    pub(super) fn open_set_role(&mut self) {
        let Some(Person { user, .. }) = self.people.list.selected() else {
            return;
        };
        self.open(set_role::open(user, self.is_me(user.id)))
    }

    pub(super) fn person_added(&mut self, result: Result<CreatedUser, Error>) {
        let CreatedUser { user, token } = match result {
            Ok(created) => created,
            Err(error) => return self.say(Tone::Failed, sentence(&error)),
        };
        if hides(&self.people.filter, &user.email) {
            self.people.filter.clear();
        }
        self.people.list.want(user.id);
        self.fetch_people(Fetch::Start);
        let person = PersonRef {
            id: user.id,
            email: user.email,
        };
        self.show_token(person, token);
    }

    pub(super) fn role_set(&mut self, id: Uuid, result: Result<User, Error>) {
        let user = match result {
            Ok(user) => user,
            Err(error) => return self.say(Tone::Failed, sentence(&error)),
        };
        let text = format!("{} is {} from their next request.", user.email, user.role);
        self.say(Tone::Done, text);
        if self.is_me(id) {
            self.effects.push(Effect::LoadMe);
        }
        if let Some(person) = self.people.list.find(&id) {
            let keys = person.keys;
            self.people.list.replace(Person { user, keys });
        }
        self.fetch_people(Fetch::Refresh);
    }

    pub(super) fn ask_for_new_token(&mut self) {
        let Some(person) = self.people.list.selected().map(reference) else {
            return;
        };
        let text = match self.is_me(person.id) {
            true => "Create a new sign-in token for yourself? Your current one stops working immediately, here too: start keydeck again with the new one.".to_owned(),
            false => format!(
                "Create a new sign-in token for {}? Their current token stops working immediately.",
                person.email
            ),
        };
        self.ask(About::NewToken(person), &text, "Cancel", "New token")
    }

    pub(super) fn token_made(&mut self, person: PersonRef, result: Result<Secret, Error>) {
        match result {
            Ok(token) => self.show_token(person, Some(token)),
            Err(error) => self.say(Tone::Failed, sentence(&error)),
        }
    }

    fn show_token(&mut self, person: PersonRef, token: Option<Secret>) {
        self.open(NewSecret::new(SecretOf::Person(person), token))
    }
}

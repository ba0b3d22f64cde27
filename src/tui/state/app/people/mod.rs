//! What is done on the screen of people.

mod changes;

use uuid::Uuid;

use super::App;
use crate::api::{Person, PersonRef, UserQuery};
use crate::client::Error;
use crate::tui::dialogs::{RemovalDialog, add_person};
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, PeopleReply, PeopleRequest};
use crate::tui::state::Screen;
use crate::tui::state::list::{Fetch, Listed};

/// Rows of a page.
const PAGE: u32 = 100;

impl App {
    pub(in crate::tui::state) fn fetch_people(&mut self, fetch: Fetch) {
        let Some((generation, fetch)) = self.people.list.begin(fetch) else {
            return;
        };
        let text = self.people.filter.trim();
        let last = self.people.list.last().map(Listed::id);
        let query = UserQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            limit: Some(PAGE),
            after: last.filter(|_| fetch == Fetch::More),
        };
        self.effects.push(Effect::People(PeopleRequest::Load {
            generation,
            fetch,
            query,
        }))
    }

    pub(super) fn perform_in_people(&mut self, action: Action) {
        if self.perform_in_any_list(action) {
            return;
        }
        if self.people.list.moves(action) {
            return self.load_more();
        }
        match action {
            Action::Create => self.open(add_person::open()),
            Action::Edit => self.open_set_role(),
            Action::NewToken => self.ask_for_new_token(),
            Action::Remove => self.open_removal(),
            Action::ItsKeys => self.show_keys_of_person(),
            Action::ItsActivity => self.show_activity_of_person(),
            _ => {}
        }
    }

    fn open_removal(&mut self) {
        let Some(person) = self.people.list.selected().cloned() else {
            return;
        };
        let is_me = self.is_me(person.user.id);
        self.open(RemovalDialog::new(person, is_me))
    }

    fn show_keys_of_person(&mut self) {
        if let Some(person) = self.people.list.selected().map(reference) {
            self.show_keys_of(|query| query.creator = Some(person));
        }
    }

    fn show_activity_of_person(&mut self) {
        if let Some(person) = self.people.list.selected().map(reference) {
            self.activity_of_person(&person);
        }
    }

    pub(super) fn people_replied(&mut self, reply: PeopleReply) {
        match reply {
            PeopleReply::Loaded {
                generation,
                fetch,
                result,
            } => self.people_loaded(generation, fetch, result),
            PeopleReply::Added(result) => self.person_added(result),
            PeopleReply::RoleSet { id, result } => self.role_set(id, result),
            PeopleReply::TokenMade { person, result } => self.token_made(person, result),
            // Of dialogs that are gone.
            PeopleReply::KeysLoaded { .. } | PeopleReply::SuccessorsFound { .. } => {}
            PeopleReply::Removing { .. } | PeopleReply::Removed { .. } => {}
        }
    }

    fn people_loaded(&mut self, generation: u64, fetch: Fetch, result: Result<Vec<Person>, Error>) {
        let result = result.map(|people| {
            let complete = people.len() < PAGE as usize;
            (people, complete)
        });
        let loaded = self.people.list.loaded(generation, fetch, result);
        self.list_loaded(Screen::People, loaded)
    }

    /// Whether this is who is signed in.
    fn is_me(&self, id: Uuid) -> bool {
        self.me.as_ref().is_some_and(|me| me.user.id == id)
    }
}

fn reference(person: &Person) -> PersonRef {
    PersonRef {
        id: person.user.id,
        email: person.user.email.clone(),
    }
}

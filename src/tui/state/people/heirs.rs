//! Who gets the keys of the person who is removed: a typeahead over people, which the server searches.

use crossterm::event::KeyEvent;
use uuid::Uuid;

use crate::api::{Person, UserQuery};
use crate::client::Error;
use crate::tui::message::{Effect, PeopleRequest};
use crate::tui::state::list::{Fetch, List};
use crate::tui::state::text::TextField;

/// What the server takes.
const MAX_FILTER_CHARS: usize = 100;

/// People that are offered; more are found by typing.
const MOST: u32 = 20;

#[derive(Debug)]
pub struct SuccessorPicker {
    /// Who is removed, and so never offered.
    removed: Uuid,
    /// Part of the email address.
    pub text: TextField,
    pub list: List<Person>,
    question: u64,
}

impl SuccessorPicker {
    /// Opens it for the keys of this person; the effect asks for the first people.
    pub fn of(removed: Uuid) -> (Self, Effect) {
        let mut heirs = Self {
            removed,
            text: TextField::limited("", MAX_FILTER_CHARS),
            list: List::default(),
            question: 0,
        };
        let effect = heirs.search();
        (heirs, effect)
    }

    pub(in crate::tui::state) fn query(&self) -> UserQuery {
        let text = self.text.sought();
        UserQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            // One more, for the one who is removed.
            limit: Some(MOST + 1),
            after: None,
        }
    }

    pub(in crate::tui::state) fn search(&mut self) -> Effect {
        if let Some((question, _)) = self.list.begin(Fetch::Start) {
            self.question = question;
        }
        Effect::People(PeopleRequest::FindHeirs { query: self.query() })
    }

    /// `None` when the key edits no text.
    pub fn handle(&mut self, key: KeyEvent) -> Option<Vec<Effect>> {
        let before = self.text.value().to_owned();
        let taken = self.text.handle(key);
        let changed = self.text.value() != before;
        taken.then(|| changed.then(|| self.search()).into_iter().collect())
    }

    pub fn paste(&mut self, pasted: &str) -> Vec<Effect> {
        self.text.paste(pasted);
        vec![self.search()]
    }

    /// Takes the answer to what is typed now; others are late.
    pub(in crate::tui::state) fn found(&mut self, query: &UserQuery, result: Result<Vec<Person>, Error>) {
        if *query != self.query() {
            return;
        }
        let result = result.map(|mut people| {
            people.retain(|person| person.user.id != self.removed);
            people.truncate(MOST as usize);
            (people, true)
        });
        self.list.loaded(self.question, Fetch::Start, result);
    }
}

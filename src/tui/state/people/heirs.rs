//! Who gets the keys of the person who is removed: a typeahead over people, which the server searches.

use crossterm::event::KeyEvent;
use uuid::Uuid;

use crate::api::{Person, UserQuery};
use crate::client::Error;
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, PeopleRequest};
use crate::tui::state::list::{Fetch, List};
use crate::tui::state::text::TextField;
use crate::tui::state::{App, Over, Tone};

/// What the server takes.
const MAX_FILTER_CHARS: usize = 100;
/// People that are offered; more are found by typing.
const MOST: u32 = 20;

#[derive(Debug)]
pub struct Heirs {
    /// Who is removed, and so never offered.
    removed: Uuid,
    /// Part of the email address.
    pub text: TextField,
    pub list: List<Person>,
    question: u64,
}

impl Heirs {
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

    fn query(&self) -> UserQuery {
        let text = self.text.sought();
        UserQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            // One more, for the one who is removed.
            limit: Some(MOST + 1),
            after: None,
        }
    }

    fn search(&mut self) -> Effect {
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
    fn found(&mut self, query: &UserQuery, result: Result<Vec<Person>, Error>) {
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

impl App {
    pub(super) fn heirs_found(
        &mut self,
        query: &UserQuery,
        result: Result<Vec<Person>, Error>,
    ) -> Vec<Effect> {
        let heirs = self.over.iter_mut().find_map(|over| match over {
            Over::Heirs(heirs) => Some(heirs),
            _ => None,
        });
        if let Some(heirs) = heirs {
            heirs.found(query, result);
        }
        Vec::new()
    }

    pub(in crate::tui::state) fn perform_among_heirs(&mut self, action: Action) -> Vec<Effect> {
        let Some(Over::Heirs(heirs)) = self.over.last_mut() else {
            return Vec::new();
        };
        match action {
            Action::Back => {
                self.over.pop();
            }
            // What is shown is not what was typed: who was shown before must not get the keys.
            Action::Accept if heirs.list.is_waiting() => {
                return self.say(Tone::Note, "Still searching; choose when the answer is there.");
            }
            Action::Accept if heirs.list.why_old().is_none() => {
                if let Some(heir) = heirs.list.selected().cloned() {
                    self.confirm_heir(&heir);
                }
            }
            _ => {
                heirs.list.moves(action);
            }
        }
        Vec::new()
    }
}

//! Who gets the keys of the person who is removed: a typeahead over people, which the server searches.

use crossterm::event::KeyEvent;
use uuid::Uuid;

use super::wish::Wish;
use super::{Dialog, Turn};
use crate::api::{Person, UserQuery};
use crate::client::Error;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, PeopleReply, PeopleRequest};
use crate::tui::state::list::{Fetch, List};
use crate::tui::state::reason::Reason;
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
    /// For the keys of this person.
    pub(in crate::tui::state) fn of(removed: Uuid) -> Self {
        Self {
            removed,
            text: TextField::limited("", MAX_FILTER_CHARS),
            list: List::default(),
            question: 0,
        }
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

    fn search(&mut self, turn: &mut Turn) {
        if let Some((question, _)) = self.list.begin(Fetch::Start) {
            self.question = question;
        }
        let query = self.query();
        turn.effect(Effect::People(PeopleRequest::FindHeirs { query }));
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

impl Dialog for SuccessorPicker {
    fn layer(&self) -> Layer {
        Layer::Successors
    }

    /// Nobody is chosen whom what is typed doesn't find: who was shown before must not get the keys.
    fn available(&self, action: Action) -> Result<(), Reason> {
        let is_choosable = self.list.why_old().is_none() && self.list.selected().is_some();
        match action {
            Action::Accept if self.list.is_waiting() => Err(Reason::Searching),
            Action::Accept if !is_choosable => Err(Reason::NothingToDo),
            _ => Ok(()),
        }
    }

    fn opened(&mut self, turn: &mut Turn) {
        self.search(turn);
    }

    fn typed(&mut self, key: KeyEvent, turn: &mut Turn) -> bool {
        let before = self.text.value().to_owned();
        let taken = self.text.handle(key);
        if self.text.value() != before {
            self.search(turn);
        }
        taken
    }

    fn pasted(&mut self, text: &str, turn: &mut Turn) {
        self.text.paste(text);
        self.search(turn);
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        match action {
            Action::Back => turn.close(),
            Action::Accept => turn
                .wishes
                .extend(self.list.selected().cloned().map(Wish::Choose)),
            _ => {
                self.list.moves(action);
            }
        }
    }

    fn replied(&mut self, reply: Message, _turn: &mut Turn) -> Option<Message> {
        match reply {
            Message::OfPeople(PeopleReply::HeirsFound { query, result }) => {
                self.found(&query, result);
                None
            }
            other => Some(other),
        }
    }
}

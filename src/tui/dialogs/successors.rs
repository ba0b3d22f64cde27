//! Who gets the keys of the person who is removed: a search over people, which the server answers.

mod view;

use crossterm::event::KeyEvent;
use uuid::Uuid;

use crate::api::{Person, UserQuery};
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, PeopleReply, PeopleRequest};
use crate::tui::state::command::DialogAnswer;
use crate::tui::state::dialog::{Context, Dialog};
use crate::tui::state::picker::{Picker, Typing};
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
    /// What is handed over, in words.
    what: String,
    /// Searches by a part of the email address.
    pub picker: Picker<Person>,
}

impl SuccessorPicker {
    /// For the keys of this person.
    pub(in crate::tui) fn of(removed: Uuid, what: String) -> Self {
        let text = TextField::limited("", MAX_FILTER_CHARS);
        Self {
            removed,
            what,
            picker: Picker::new(text, Vec::new()),
        }
    }

    fn search(&mut self, cx: &mut Context) {
        let text = self.picker.text.sought();
        let query = UserQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            // One more, for the one who is removed.
            limit: Some(MOST + 1),
            after: None,
        };
        let number = cx.number();
        self.picker.search(number);
        cx.effect(Effect::People(PeopleRequest::FindSuccessors { number, query }));
    }
}

impl Dialog for SuccessorPicker {
    fn layer(&self) -> Layer {
        Layer::Successors
    }

    /// Nobody is chosen whom what is typed doesn't find: who was shown before must not get the keys.
    fn available(&self, action: Action) -> Result<(), Reason> {
        match action {
            Action::Accept if self.picker.is_searching() => Err(Reason::Searching),
            Action::Accept if self.picker.selected().is_none() => Err(Reason::NothingToDo),
            _ => Ok(()),
        }
    }

    /// The next step after the choice of what becomes of the keys.
    fn is_step(&self) -> bool {
        true
    }

    fn opened(&mut self, cx: &mut Context) {
        self.search(cx);
    }

    fn typed(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        let typing = self.picker.typed(key);
        if typing == Typing::Changed {
            self.search(cx);
        }
        typing != Typing::Other
    }

    fn pasted(&mut self, text: &str, cx: &mut Context) {
        cx.say_of_paste(self.picker.text.paste(text));
        self.search(cx);
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            Action::Up => self.picker.move_by(-1),
            Action::Down => self.picker.move_by(1),
            Action::Back => cx.close(),
            Action::Accept => {
                if let Some(person) = self.picker.selected() {
                    cx.answer(DialogAnswer::Chosen(person.clone()));
                }
            }
            _ => {}
        }
    }

    fn replied(&mut self, reply: Message, _cx: &mut Context) -> Option<Message> {
        match reply {
            Message::OfPeople(PeopleReply::SuccessorsFound { number, result }) => {
                let result = result.map(|mut people| {
                    people.retain(|person| person.user.id != self.removed);
                    people.truncate(MOST as usize);
                    people
                });
                self.picker.found(number, result);
                None
            }
            other => Some(other),
        }
    }
}

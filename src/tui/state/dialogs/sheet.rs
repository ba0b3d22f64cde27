//! A small form with a few fields: what people and projects are added and edited with. Whoever opens
//! one says what is to be done with what was typed.

use crossterm::event::KeyEvent;

use super::wish::{About, Task, Wish};
use super::{AtStake, Dialog, Turn};
use crate::client::Error;
use crate::model::FieldErrors;
use crate::tui::keymap::{Action, Layer};
use crate::tui::state::fields::{Fields, SheetField};
use crate::tui::state::notice::sentence;
use crate::tui::state::reason::Reason;

#[derive(Debug)]
pub struct Sheet {
    pub task: Task,
    pub title: String,
    /// Sentences above the fields.
    pub about: Vec<String>,
    pub fields: Fields,
    /// The label of the button: "Add".
    pub verb: &'static str,
    pub sending: bool,
    /// A refusal that belongs to no field.
    pub error: Option<String>,
}

impl Sheet {
    pub fn new(task: Task, title: impl Into<String>, verb: &'static str, fields: Vec<SheetField>) -> Self {
        Self {
            task,
            title: title.into(),
            about: Vec::new(),
            fields: Fields::new(fields),
            verb,
            sending: false,
            error: None,
        }
    }

    #[must_use]
    pub fn about(mut self, sentence: impl Into<String>) -> Self {
        self.about.push(sentence.into());
        self
    }

    pub fn is_dirty(&self) -> bool {
        self.fields.list.iter().any(SheetField::is_dirty)
    }

    /// The button stands behind the last field.
    pub fn is_on_button(&self) -> bool {
        self.fields.focus >= self.fields.list.len()
    }

    fn choose(&mut self, step: isize) {
        if let Some(field) = self.fields.focused_mut() {
            field.choose(step);
        }
    }

    /// It is on its way to the server: nothing is wrong with it until the answer says so.
    pub fn sends(&mut self) {
        self.sending = true;
        self.error = None;
    }

    /// Puts what is wrong beside the fields; the first of them gets the focus.
    pub fn wrong(&mut self, errors: &FieldErrors) {
        self.sending = false;
        if let Some(elsewhere) = self.fields.mark(errors) {
            self.error = Some(elsewhere);
        }
        self.fields.focus_first_error();
    }

    /// What the server refused; everything typed stays.
    pub fn refused(&mut self, error: &Error) {
        self.sending = false;
        match error.problem().filter(|problem| !problem.errors.is_empty()) {
            Some(problem) => self.wrong(&FieldErrors(problem.errors.clone())),
            None => self.error = Some(sentence(error)),
        }
    }
}

impl Dialog for Sheet {
    fn layer(&self) -> Layer {
        Layer::Sheet
    }

    /// What comes of it is waited for: the answer belongs to this sheet and no later one.
    fn available(&self, _action: Action) -> Result<(), Reason> {
        match self.sending {
            true => Err(Reason::Unanswered),
            false => Ok(()),
        }
    }

    fn typed(&mut self, key: KeyEvent, _turn: &mut Turn) -> bool {
        !self.sending && self.fields.handle_text(key)
    }

    fn pasted(&mut self, text: &str, _turn: &mut Turn) {
        if !self.sending {
            self.fields.handle_paste(text);
        }
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        let stops = self.fields.list.len() + 1;
        match action {
            Action::Submit => turn.wish(Wish::Submit(self.task)),
            Action::Accept if self.is_on_button() => turn.wish(Wish::Submit(self.task)),
            Action::Back if self.is_dirty() => turn.ask_whether_to_discard(),
            Action::Back => turn.close(),
            Action::NextField | Action::Down | Action::Accept => self.fields.move_focus(1, stops),
            Action::PreviousField | Action::Up => self.fields.move_focus(-1, stops),
            Action::Left => self.choose(-1),
            Action::Right => self.choose(1),
            _ => {}
        }
    }

    fn at_stake(&self) -> Option<AtStake> {
        self.is_dirty().then_some(AtStake::Typed)
    }

    fn confirmed(&mut self, about: &About, turn: &mut Turn) -> bool {
        turn.closes_if(*about == About::DiscardForm)
    }
}

//! A small form with a few fields: what people and projects are added and edited with. What one of them is for is a
//! [`SheetPurpose`], a file of its own.

mod view;

use std::fmt;

use crossterm::event::KeyEvent;
use uuid::Uuid;

use crate::api::Key;
use crate::client::Error;
use crate::model::FieldErrors;
use crate::tui::keymap::{Action, Keymap, Layer};
use crate::tui::message::{Effect, Message};
use crate::tui::state::command::{About, DialogAnswer, DialogCommand};
use crate::tui::state::dialog::{AtStake, Context, Dialog};
use crate::tui::state::form::{Asked, Form, FormField};
use crate::tui::state::notice::{Tone, sentence};
use crate::tui::state::reason::Reason;

/// Above what is known of the key now.
const CHANGED: &str = "Someone changed this key meanwhile. Nothing was saved; below is how it is now, and {submit} tries again.";

/// What a sheet is for: what it asks the server for, and which reply is to that.
pub trait SheetPurpose: fmt::Debug {
    /// What is asked for, or what is wrong with what was typed.
    fn request(&self, form: &Form) -> Result<Effect, FieldErrors>;

    /// What came of it, where that is what a reply tells.
    fn outcome<'a>(&self, reply: &'a Message) -> Option<Result<(), &'a Error>>;

    /// Whether it edits what is there, so that without a change there is nothing to ask for.
    fn edits(&self) -> bool;

    /// Whether the list on the screen is asked for again after a refusal, which may be about what changed there.
    fn rereads_list(&self) -> bool {
        false
    }

    /// The key that it is about. When that is gone, so is the sheet.
    fn about_key(&self) -> Option<Uuid> {
        None
    }

    /// Somebody changed that key meanwhile: takes it as it is now, and says so above the fields; or closes.
    fn key_changed(&mut self, _current: &Key, _cx: &mut Context) -> Vec<String> {
        Vec::new()
    }
}

#[derive(Debug)]
pub struct Sheet {
    purpose: Box<dyn SheetPurpose>,
    pub title: String,
    /// Sentences above the fields.
    pub about: Vec<String>,
    pub form: Form,
}

impl Sheet {
    /// `verb` is the label of its button: "Add".
    pub fn new(
        purpose: impl SheetPurpose + 'static,
        title: impl Into<String>,
        verb: &'static str,
        fields: Vec<FormField>,
    ) -> Self {
        Self {
            purpose: Box::new(purpose),
            title: title.into(),
            about: Vec::new(),
            form: Form::new(fields, Some(verb)),
        }
    }

    #[must_use]
    pub fn about(mut self, sentence: impl Into<String>) -> Self {
        self.about.push(sentence.into());
        self
    }

    /// Everything typed stays, and is compared with the key as it is now.
    fn refused(&mut self, error: &Error, cx: &mut Context) {
        if let Some(key) = self.purpose.about_key().filter(|_| error.is_gone()) {
            cx.close();
            cx.say(Tone::Note, sentence(error));
            return cx.command(DialogCommand::KeyGone(key));
        }
        self.form.refused(error, cx);
        let current = error.problem().and_then(|problem| problem.current.as_deref());
        if let Some(current) = current {
            self.about = self.purpose.key_changed(current, cx);
            self.form.banner = Some(Keymap::told_of_fixed(Layer::Form, CHANGED));
        }
        if self.purpose.rereads_list() {
            cx.command(DialogCommand::RefreshList);
        }
    }

    fn submit(&mut self, cx: &mut Context) {
        if self.purpose.edits() && !self.form.is_dirty() {
            cx.close();
            return cx.say(Tone::Note, "Nothing was changed.");
        }
        match self.purpose.request(&self.form) {
            Ok(effect) => {
                self.form.sends();
                cx.effect(effect);
            }
            Err(errors) => {
                self.form.banner = self.form.refuse(errors.0);
                self.form.focus_first_error(cx);
            }
        }
    }
}

impl Dialog for Sheet {
    fn layer(&self) -> Layer {
        Layer::Form
    }

    /// The reply belongs to this sheet and no later one: it stays until that is there.
    fn available(&self, action: Action) -> Result<(), Reason> {
        match self.form.sending {
            true => Err(Reason::Unanswered),
            false if action == Action::NextScope => Err(Reason::NothingToDo),
            false => Ok(()),
        }
    }

    fn typed(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        self.form.typed(key, cx)
    }

    fn pasted(&mut self, text: &str, cx: &mut Context) {
        self.form.pasted(text, cx);
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match self.form.perform(action, cx) {
            Asked::Nothing => {}
            Asked::Submit => self.submit(cx),
            Asked::Cancel if self.form.is_dirty() => cx.ask_whether_to_discard(),
            Asked::Cancel => cx.close(),
        }
    }

    /// The screen says what was done, too; a refusal is shown here.
    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match self.purpose.outcome(&reply).filter(|_| self.form.sending) {
            None => Some(reply),
            Some(Ok(())) => {
                cx.close();
                Some(reply)
            }
            Some(Err(error)) => {
                self.refused(error, cx);
                None
            }
        }
    }

    fn answered(&mut self, answer: &DialogAnswer, cx: &mut Context) -> bool {
        cx.closes_if(matches!(answer, DialogAnswer::Confirmed(About::DiscardForm)))
    }

    fn at_stake(&self) -> Option<AtStake> {
        self.form.is_dirty().then_some(AtStake::Typed)
    }
}

//! The form of a key as a dialog.

use crossterm::event::KeyEvent;

use super::wish::{About, Wish};
use super::{AtStake, Dialog, Turn};
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::Message;
use crate::tui::state::form::{Form, Outcome};
use crate::tui::state::reason::Reason;

impl Dialog for Form {
    fn layer(&self) -> Layer {
        Layer::Form
    }

    /// What comes of it is waited for: the answer belongs to this form and no later one.
    fn available(&self, _action: Action) -> Result<(), Reason> {
        match self.sending {
            true => Err(Reason::Unanswered),
            false => Ok(()),
        }
    }

    fn typed(&mut self, key: KeyEvent, turn: &mut Turn) -> bool {
        if self.sending {
            return false;
        }
        let effects = self.handle_text(key);
        let taken = effects.is_some();
        turn.effects.extend(effects.into_iter().flatten());
        taken
    }

    fn pasted(&mut self, text: &str, turn: &mut Turn) {
        if !self.sending {
            turn.effects.extend(self.handle_paste(text));
        }
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        match Form::perform(self, action) {
            Outcome::Stay(effects) => turn.effects.extend(effects),
            Outcome::Submit => turn.wish(Wish::SubmitForm),
            Outcome::Cancel if self.is_dirty() => turn.ask_whether_to_discard(),
            Outcome::Cancel => turn.close(),
        }
    }

    fn replied(&mut self, reply: Message, _turn: &mut Turn) -> Option<Message> {
        match reply {
            Message::Projects { question, result } => self.project.found(question, result),
            Message::ProjectCreated { question, result } => self.project_created(question, result),
            other => return Some(other),
        }
        None
    }

    fn at_stake(&self) -> Option<AtStake> {
        self.is_dirty().then_some(AtStake::Typed)
    }

    fn confirmed(&mut self, about: &About, turn: &mut Turn) -> bool {
        turn.closes_if(*about == About::DiscardForm)
    }
}

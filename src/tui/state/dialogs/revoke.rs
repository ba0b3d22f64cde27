//! "Yes, Delete": names what stops. Cancel has the focus; no single letter deletes.

use super::dialog::scrolls;
use super::wish::Wish;
use super::{Dialog, Turn};
use crate::api::{Key, Usage};
use crate::client::Error;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, UsageReply, UsageRequest};
use crate::tui::state::loadable::Loadable;
use crate::tui::state::notice::{Tone, sentence};
use crate::tui::state::reason::Reason;

#[derive(Debug)]
pub struct RevokeDialog {
    pub key: Box<Key>,
    /// What will stop.
    pub usage: Loadable<Usage>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    /// The focus is on "Yes, Delete".
    pub yes: bool,
    pub sending: bool,
    pub error: Option<String>,
}

impl RevokeDialog {
    pub(in crate::tui::state) fn new(key: Key) -> Self {
        Self {
            key: Box::new(key),
            usage: Loadable::default(),
            scroll: 0,
            yes: false,
            sending: false,
            error: None,
        }
    }

    fn revoked(&mut self, result: Result<(), Error>, turn: &mut Turn) {
        let (tone, text) = match result {
            Ok(()) => {
                let (name, hint) = (&self.key.name, &self.key.hint);
                let text = format!("Revoked “{name}” ({hint}). It is refused from now on.");
                (Tone::Done, text)
            }
            Err(error) if error.is_gone() => (Tone::Note, sentence(&error)),
            Err(error) => {
                self.sending = false;
                self.error = Some(sentence(&error));
                return;
            }
        };
        turn.close();
        turn.say(tone, text);
        turn.wish(Wish::KeyGone(self.key.id));
    }
}

impl Dialog for RevokeDialog {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn title(&self) -> &'static str {
        "revoke"
    }

    /// What is sent can't be taken back; the dialog can still be read.
    fn available(&self, action: Action) -> Result<(), Reason> {
        match self.sending && !scrolls(action) {
            true => Err(Reason::Unanswered),
            false => Ok(()),
        }
    }

    fn opened(&mut self, turn: &mut Turn) {
        let (number, key) = (turn.number(), self.key.id);
        self.usage.turn_to(key, number);
        turn.effect(Effect::Usage(UsageRequest::OfKey { number, key }));
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        match action {
            _ if scrolls(action) => self.scroll = turn.scrolled(self.scroll, action),
            Action::Left | Action::Right => self.yes = !self.yes,
            Action::Accept if self.yes => {
                self.sending = true;
                self.error = None;
                turn.effect(Effect::Revoke { id: self.key.id });
            }
            Action::Accept | Action::Back => turn.close(),
            _ => {}
        }
    }

    fn replied(&mut self, reply: Message, turn: &mut Turn) -> Option<Message> {
        match reply {
            Message::Revoked { id, result } if id == self.key.id => self.revoked(result, turn),
            Message::OfUsage(UsageReply::OfKey { number, result }) if self.usage.awaits(number) => {
                self.usage.loaded(number, result.map(|usage| *usage));
            }
            other => return Some(other),
        }
        None
    }
}

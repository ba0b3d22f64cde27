//! "Yes, Delete": names what stops. Cancel has the focus; no single letter deletes.

mod view;

use crate::api::{Key, Usage};
use crate::client::Error;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, UsageReply, UsageRequest};
use crate::tui::state::buttons::ButtonRow;
use crate::tui::state::command::DialogCommand;
use crate::tui::state::dialog::{Context, Dialog, scrolls};
use crate::tui::state::loadable::Loadable;
use crate::tui::state::notice::{Tone, sentence};
use crate::tui::state::reason::Reason;

/// What a button means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    Cancel,
    Delete,
}

#[derive(Debug)]
pub struct RevokeDialog {
    pub key: Box<Key>,
    /// What will stop.
    pub usage: Loadable<Usage>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    pub buttons: ButtonRow<Pressed>,
    pub sending: bool,
    pub error: Option<String>,
}

impl RevokeDialog {
    pub(in crate::tui) fn new(key: Key) -> Self {
        Self {
            key: Box::new(key),
            usage: Loadable::default(),
            scroll: 0,
            buttons: ButtonRow::default()
                .button(Pressed::Cancel, "Cancel")
                .danger(Pressed::Delete, "Yes, Delete"),
            sending: false,
            error: None,
        }
    }

    fn revoked(&mut self, result: Result<(), Error>, cx: &mut Context) {
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
        cx.close();
        cx.say(tone, text);
        cx.command(DialogCommand::KeyGone(self.key.id));
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

    fn opened(&mut self, cx: &mut Context) {
        let (number, key) = (cx.number(), self.key.id);
        self.usage.turn_to(key, number);
        cx.effect(Effect::Usage(UsageRequest::OfKey { number, key }));
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            _ if scrolls(action) => self.scroll = cx.scrolled(self.scroll, action),
            Action::Left => self.buttons.move_by(-1),
            Action::Right => self.buttons.move_by(1),
            Action::Accept if self.buttons.focused() == Some(Pressed::Delete) => {
                self.sending = true;
                self.error = None;
                cx.effect(Effect::Revoke { id: self.key.id });
            }
            Action::Accept | Action::Back => cx.close(),
            _ => {}
        }
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::Revoked { id, result } if id == self.key.id => self.revoked(result, cx),
            Message::OfUsage(UsageReply::OfKey { number, result }) if self.usage.awaits(number) => {
                self.usage.loaded(number, result.map(|usage| *usage));
            }
            other => return Some(other),
        }
        None
    }
}

//! "Yes, Delete": names what stops, and asks why. Cancel has the focus; no single letter deletes. A key that is not
//! needed any more, as far as one knows, can be disabled first: who needs it after all is counted, and it can be enabled
//! again.

mod view;

use crossterm::event::KeyEvent;

use crate::api::{Disabling, Key, ProblemType, Usage};
use crate::client::Error;
use crate::model::KeyState;
use crate::model::name::{MAX_REASON, paragraph};
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message, UsageReply, UsageRequest};
use crate::tui::state::buttons::ButtonRow;
use crate::tui::state::command::DialogCommand;
use crate::tui::state::dialog::{Context, Dialog, scrolls};
use crate::tui::state::loadable::Loadable;
use crate::tui::state::notice::{Tone, sentence};
use crate::tui::state::reason::Reason;
use crate::tui::state::text::TextField;

/// What a button means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    Cancel,
    Delete,
    DisableFirst,
}

#[derive(Debug)]
pub struct RevokeDialog {
    pub key: Box<Key>,
    /// What will stop.
    pub usage: Loadable<Usage>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    /// Why the key ends, or is disabled; may be empty.
    pub reason: TextField,
    /// None of them has the focus while the reason is typed.
    pub buttons: ButtonRow<Pressed>,
    pub sending: bool,
    pub error: Option<String>,
}

impl RevokeDialog {
    pub(in crate::tui) fn new(key: Key) -> Self {
        let buttons = ButtonRow::default()
            .button(Pressed::Cancel, "Cancel")
            .danger(Pressed::Delete, "Yes, Delete");
        // What refuses already has nothing to show.
        let buttons = match key.state {
            KeyState::Active => buttons.with(Pressed::DisableFirst, "Disable first", "Disable", false),
            _ => buttons,
        };
        Self {
            key: Box::new(key),
            usage: Loadable::default(),
            scroll: 0,
            reason: TextField::limited("", MAX_REASON),
            buttons,
            sending: false,
            error: None,
        }
    }

    pub fn offers_to_disable(&self) -> bool {
        let mut buttons = self.buttons.buttons().iter();
        buttons.any(|button| button.means == Pressed::DisableFirst)
    }

    pub fn is_in_reason(&self) -> bool {
        self.buttons.focus().is_none()
    }

    fn press(&mut self, button: Option<Pressed>, cx: &mut Context) {
        match button {
            // Enter after the reason leads to Cancel.
            None => self.buttons.reset(),
            Some(Pressed::Cancel) => cx.close(),
            Some(sent) => self.send(sent, cx),
        }
    }

    fn send(&mut self, button: Pressed, cx: &mut Context) {
        let reason = match paragraph(self.reason.value(), MAX_REASON) {
            Ok(reason) => reason,
            Err(message) => {
                self.error = Some(format!("The reason: {message}"));
                return self.buttons.focus_on(None);
            }
        };
        self.sending = true;
        self.error = None;
        let id = self.key.id;
        cx.effect(match button {
            Pressed::DisableFirst => {
                let disabling = Disabling { reason };
                Effect::Lifecycle(LifecycleRequest::Disable { id, disabling })
            }
            _ => Effect::Revoke { id, reason },
        });
    }

    fn revoked(&mut self, result: Result<Box<Key>, Error>, cx: &mut Context) {
        let (tone, text) = match &result {
            Ok(_) => {
                let (name, hint) = (&self.key.name, &self.key.hint);
                let text = format!("Revoked “{name}” ({hint}). It is refused from now on.");
                (Tone::Done, text)
            }
            Err(error) if error.is_gone() => (Tone::Note, sentence(error)),
            Err(error) => return self.failed(error),
        };
        cx.close();
        cx.say(tone, text);
        cx.command(DialogCommand::KeyGone(self.key.id));
        let left = result.map_or_else(|error| what_is_left(&error, &self.key), Some);
        if let Some(left) = left {
            cx.command(DialogCommand::ShowRevoked(left));
        }
    }

    fn failed(&mut self, error: &Error) {
        self.sending = false;
        self.error = Some(sentence(error));
    }
}

impl Dialog for RevokeDialog {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn title(&self) -> &'static str {
        "revoke"
    }

    fn help(&self) -> &'static [&'static str] {
        &["{left} leads to the reason, and {accept} back to Cancel."]
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

    fn typed(&mut self, key: KeyEvent, _cx: &mut Context) -> bool {
        self.is_in_reason() && !self.sending && self.reason.handle(key)
    }

    fn pasted(&mut self, text: &str, cx: &mut Context) {
        if self.is_in_reason() && !self.sending {
            cx.say_of_paste(self.reason.paste(text));
        }
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            _ if scrolls(action) => self.scroll = cx.scrolled(self.scroll, action),
            Action::Left => self.buttons.move_with_field(-1),
            Action::Right => self.buttons.move_with_field(1),
            Action::Accept => self.press(self.buttons.focused(), cx),
            Action::Back => cx.close(),
            _ => {}
        }
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::Revoked { id, result } if id == self.key.id => self.revoked(result, cx),
            Message::OfLifecycle(LifecycleReply::Disabled { id, result })
                if id == self.key.id && self.sending =>
            {
                match result {
                    Err(error) if !error.is_gone() => self.failed(&error),
                    // The screen shows the outcome.
                    result => {
                        cx.close();
                        return Some(Message::OfLifecycle(LifecycleReply::Disabled { id, result }));
                    }
                }
            }
            Message::OfUsage(UsageReply::OfKey { number, result }) if self.usage.awaits(number) => {
                self.usage.loaded(number, result.map(|usage| *usage));
            }
            other => return Some(other),
        }
        None
    }
}

/// Of a key that somebody else has revoked meanwhile, as far as it is known; `None` when nothing is known of it any more.
fn what_is_left(error: &Error, key: &Key) -> Option<Box<Key>> {
    let problem = error.problem();
    let problem = problem.filter(|problem| problem.kind == ProblemType::Revoked)?;
    let known = || {
        Box::new(Key {
            state: KeyState::Revoked,
            ..key.clone()
        })
    };
    Some(problem.current.clone().unwrap_or_else(known))
}

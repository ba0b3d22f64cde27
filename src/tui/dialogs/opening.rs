//! Another profile is being opened.

mod view;

use crate::tui::keymap::{Action, Layer};
use crate::tui::message::Message;
use crate::tui::state::dialog::{Context, Dialog};
use crate::tui::state::notice::Tone;

/// Another profile is being opened. It takes the keys, so that nothing is begun that going there would
/// throw away.
#[derive(Debug)]
pub struct Opening {
    pub label: String,
    /// Tells it from earlier ones, which one no longer waits for.
    pub(in crate::tui) number: u64,
}

impl Dialog for Opening {
    fn layer(&self) -> Layer {
        Layer::Opening
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        if action == Action::Back {
            cx.close();
        }
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::NotSwitched { number, why } if number == self.number => {
                cx.close();
                cx.say(Tone::Failed, format!("Can't open {}: {why}", self.label));
                None
            }
            other => Some(other),
        }
    }
}

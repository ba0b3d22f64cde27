//! How a key is used, over the whole screen.

mod view;

use crate::api::{Key, Usage};
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message, UsageReply, UsageRequest};
use crate::tui::state::dialog::{Context, Dialog};
use crate::tui::state::loadable::Loadable;
use crate::tui::state::scroll::scrolled;

/// Lines that are there whatever a key was used for, in the narrowest terminal.
const FRAME_LINES: usize = 60;

/// Lines that a rule with its sentence takes at most there.
const RULE_LINES: usize = 6;

/// The usage of one key, over the whole screen.
#[derive(Debug)]
pub struct LargeUsage {
    pub key: Box<Key>,
    pub usage: Loadable<Usage>,
    pub scroll: u16,
}

impl LargeUsage {
    /// At least as many lines as there are to scroll through.
    fn lines(&self) -> u16 {
        let Some(Ok(usage)) = self.usage.of(self.key.id) else {
            return 0;
        };
        let sources = usage.origins.len() + usage.addresses.len();
        let refused = usage.refused_origins.len() + usage.refused_addresses.len();
        let rules = usage.refused_by.len() + refused;
        let lines = FRAME_LINES + RULE_LINES * rules + 2 * sources;
        u16::try_from(lines).unwrap_or(u16::MAX)
    }

    fn ask(&mut self, cx: &mut Context) {
        let (number, key) = (cx.number(), self.key.id);
        self.usage.turn_to(key, number);
        cx.effect(Effect::Usage(UsageRequest::OfKey { number, key }));
    }
}

impl Dialog for LargeUsage {
    fn layer(&self) -> Layer {
        Layer::Usage
    }

    fn opened(&mut self, cx: &mut Context) {
        self.ask(cx);
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        if action == Action::Refresh {
            return self.ask(cx);
        }
        match scrolled(self.scroll, action, cx.page(), self.lines()) {
            Some(scroll) => self.scroll = scroll,
            None => cx.close(),
        }
    }

    fn replied(&mut self, reply: Message, _cx: &mut Context) -> Option<Message> {
        match reply {
            Message::OfUsage(UsageReply::OfKey { number, result }) if self.usage.awaits(number) => {
                self.usage.loaded(number, result.map(|usage| *usage));
                None
            }
            other => Some(other),
        }
    }
}

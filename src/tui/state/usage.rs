//! How a key is used, large, and who waits for an answer about it.

use super::scroll::scrolled;
use super::{App, Known, Over};
use crate::api::{Key, Usage};
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, UsageReply, UsageRequest};

/// Lines that are there whatever a key was used for, in the narrowest terminal.
const FRAME_LINES: usize = 50;
/// Lines that a rule with its sentence takes at most there.
const RULE_LINES: usize = 6;

/// The usage of one key, over the whole screen.
#[derive(Debug)]
pub struct LargeUsage {
    pub key: Box<Key>,
    pub usage: Known<Usage>,
    pub scroll: u16,
}

impl LargeUsage {
    /// At least as many lines as there are to scroll through.
    fn lines(&self) -> u16 {
        let Some(Ok(usage)) = self.usage.of(self.key.id) else {
            return 0;
        };
        let sources = usage.origins.len() + usage.addresses.len();
        let lines = FRAME_LINES + RULE_LINES * usage.refused_by.len() + 2 * sources;
        u16::try_from(lines).unwrap_or(u16::MAX)
    }
}

impl App {
    /// Opens with what the details know already, and asks anew.
    pub(super) fn open_usage(&mut self) -> Vec<Effect> {
        let Some(key) = self.selected().cloned() else {
            return Vec::new();
        };
        self.over.push(Over::Usage(Box::new(LargeUsage {
            key: Box::new(key),
            usage: self.key_usage.clone(),
            scroll: 0,
        })));
        self.ask_usage()
    }

    /// Asks for the usage of the key that the top layer is about.
    pub(super) fn ask_usage(&mut self) -> Vec<Effect> {
        let number = self.next_number();
        let (key, usage) = match self.over.last_mut() {
            Some(Over::Usage(large)) => (large.key.id, &mut large.usage),
            Some(Over::Revoke(dialog)) => (dialog.key.id, &mut dialog.usage),
            _ => return Vec::new(),
        };
        usage.turn_to(key, number);
        vec![Effect::Usage(UsageRequest::OfKey { number, key })]
    }

    pub(super) fn perform_in_usage(&mut self, action: Action) -> Vec<Effect> {
        let page = self.size.1 / 2;
        let Some(Over::Usage(large)) = self.over.last_mut() else {
            return Vec::new();
        };
        if action == Action::Refresh {
            return self.ask_usage();
        }
        match scrolled(large.scroll, action, page, large.lines()) {
            Some(scroll) => large.scroll = scroll,
            None => drop(self.over.pop()),
        }
        Vec::new()
    }

    pub(super) fn usage_replied(&mut self, reply: UsageReply) -> Vec<Effect> {
        match reply {
            UsageReply::OfKey { number, result } => {
                if let Some(usage) = self.who_awaits_usage(number) {
                    usage.loaded(number, result.map(|usage| *usage));
                }
                Vec::new()
            }
            UsageReply::Explained { number, result } => self.explained(number, result),
            UsageReply::LookedUp { number, result } => self.looked_up(number, result),
        }
    }

    fn who_awaits_usage(&mut self, number: u64) -> Option<&mut Known<Usage>> {
        let layers = self.over.iter_mut().filter_map(|over| match over {
            Over::Usage(large) => Some(&mut large.usage),
            Over::Revoke(dialog) => Some(&mut dialog.usage),
            _ => None,
        });
        layers
            .chain(std::iter::once(&mut self.key_usage))
            .find(|usage| usage.awaits(number))
    }
}

//! The usage of a key, asked for and shown large.

use super::{App, Modal};
use crate::api::Usage;
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, UsageReply, UsageRequest};
use crate::tui::state::Loadable;
use crate::tui::state::scroll::scrolled;
use crate::tui::state::usage::LargeUsage;

impl App {
    /// Opens with what the details know already, and asks anew.
    pub(super) fn open_usage(&mut self) -> Vec<Effect> {
        let Some(key) = self.selected().cloned() else {
            return Vec::new();
        };
        self.over.push(Modal::Usage(Box::new(LargeUsage {
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
            Some(Modal::Usage(large)) => (large.key.id, &mut large.usage),
            Some(Modal::Revoke(dialog)) => (dialog.key.id, &mut dialog.usage),
            _ => return Vec::new(),
        };
        usage.turn_to(key, number);
        vec![Effect::Usage(UsageRequest::OfKey { number, key })]
    }

    pub(super) fn perform_in_usage(&mut self, action: Action) -> Vec<Effect> {
        let page = self.size.1 / 2;
        let Some(Modal::Usage(large)) = self.over.last_mut() else {
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

    fn who_awaits_usage(&mut self, number: u64) -> Option<&mut Loadable<Usage>> {
        let layers = self.over.iter_mut().filter_map(|over| match over {
            Modal::Usage(large) => Some(&mut large.usage),
            Modal::Revoke(dialog) => Some(&mut dialog.usage),
            _ => None,
        });
        layers
            .chain(std::iter::once(&mut self.key_usage))
            .find(|usage| usage.awaits(number))
    }
}

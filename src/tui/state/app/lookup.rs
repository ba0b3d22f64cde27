//! "Which key is this?": what is typed or pasted into the filter, and the key that a secret turns out to be
//! of. Only the secret's hash is sent.

use super::App;
use crate::api::Key;
use crate::tui::dialogs::{FilterLine, Modal};
use crate::tui::state::{Screen, Tone};

impl App {
    pub(super) fn open_filter(&mut self) {
        let Some(line) = self.filter_text().map(|text| FilterLine::new(text)) else {
            return;
        };
        self.details_focused = false;
        self.open(line)
    }

    pub(super) fn filter_by(&mut self, typed: String) {
        let Some(text) = self.filter_text() else {
            return;
        };
        let is_same = typed.trim() == text.trim();
        *text = typed;
        if !is_same {
            self.filtered();
        }
    }

    /// Keeps a filter that can be read.
    pub(super) fn keep_filter(&mut self) {
        if self.screen != Screen::Keys || self.browse.unread().is_none() {
            self.over.retain(|over| !matches!(over, Modal::Filter(_)));
        }
    }

    /// Among all keys, with this one selected.
    pub(super) fn show_key(&mut self, key: &Key) {
        if self.screen != Screen::Keys {
            self.go(Screen::Keys);
        }
        self.browse.show_among_all(key.id, &mut self.effects);
        self.say(Tone::Done, format!("This is the secret of “{}”.", key.name));
    }
}

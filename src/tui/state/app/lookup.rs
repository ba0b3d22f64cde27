//! "Which key is this?": what is typed or pasted into the filter, and the key that a secret turns out to be
//! of, whether it has ended or not. Only the secret's hash is sent.

use jiff::tz::TimeZone;

use super::App;
use crate::api::Key;
use crate::model::{KeyState, WhichToken, expiry};
use crate::tui::dialogs::{FilterLine, Modal};
use crate::tui::state::query::EndedView;
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

    /// Among all keys of the view where it stands, with this one selected: no other one is taken for it.
    pub(super) fn show_key(&mut self, key: &Key, token: WhichToken) {
        if self.screen != Screen::Keys {
            self.go(Screen::Keys);
        }
        match EndedView::of(key) {
            None => self.browse.show_among_all(key.id, &mut self.effects),
            Some(view) => self.browse.show_among_ended(view, key.id, &mut self.effects),
        }
        let words = whose_secret(key, token, &self.moment.zone);
        self.say(Tone::Done, words);
    }
}

/// Which of the key's tokens it is, and whether that is refused.
fn whose_secret(key: &Key, token: WhichToken, zone: &TimeZone) -> String {
    let name = &key.name;
    let whose = match (token, &key.rotation) {
        (WhichToken::Old, Some(rotation)) => format!(
            "This is the old secret of “{name}”, valid until {}.",
            expiry::told(rotation.ends_at, zone)
        ),
        (WhichToken::Old | WhichToken::Replaced, _) => {
            format!("This is an old secret of “{name}”, which was rotated.")
        }
        (WhichToken::New, _) => format!("This is the new secret of “{name}”, which is being rotated."),
        (WhichToken::Current, _) => format!("This is the secret of “{name}”."),
    };
    match key.state {
        KeyState::Active => whose,
        KeyState::Disabled => format!("{whose} The key is disabled."),
        KeyState::Expired => format!("{whose} The key has expired."),
        KeyState::Revoked => format!("{whose} The key was revoked."),
    }
}

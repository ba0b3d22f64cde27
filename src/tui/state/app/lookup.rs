//! "Which key is this?": what is typed or pasted into the filter, and the key that a secret turns out to be
//! of, whether it has ended or not. Only the secret's hash is sent.

use jiff::tz::TimeZone;

use super::App;
use crate::api::Key;
use crate::client::Error;
use crate::model::filter::KnownValues;
use crate::model::{KeyState, WhichToken, expiry};
use crate::tui::dialogs::filter::Completing;
use crate::tui::dialogs::{FilterLine, Modal};
use crate::tui::state::query::EndedView;
use crate::tui::state::{Screen, Tone};

impl App {
    pub(super) fn open_filter(&mut self) {
        let Some(line) = self.filter_text().map(|text| FilterLine::new(text)) else {
            return;
        };
        self.details_focused = false;
        let words = (self.screen == Screen::Keys).then(|| self.completing());
        self.open(match words {
            None => line,
            Some(words) => line.with_words(words),
        })
    }

    /// What the keys on the screen have, for the words of the filter.
    fn completing(&self) -> Completing {
        let mut known = KnownValues {
            people: vec!["me".into()],
            ..KnownValues::default()
        };
        let add = |names: &mut Vec<String>, name: &str| {
            if !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
        };
        for (_, row) in self.browse.rows.visible() {
            add(&mut known.people, &row.key.creator.email);
            if let Some(project) = &row.key.project {
                add(&mut known.projects, &project.name);
            }
            row.key
                .settings
                .labels
                .iter()
                .for_each(|label| add(&mut known.labels, label));
        }
        let may_ask = self.me.as_ref().is_some_and(|me| me.may.manage_users);
        Completing::new(known, may_ask)
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

    /// Why the server refuses what is typed into the filter: a name that nobody has, or several.
    pub fn refused_filter(&self) -> Option<&Error> {
        let is_typed = matches!(self.over.last(), Some(Modal::Filter(_)));
        let refused = |error: &&Error| error.problem().is_some_and(|problem| !problem.errors.is_empty());
        self.browse
            .why_old()
            .filter(|_| is_typed && self.screen == Screen::Keys)
            .filter(refused)
    }

    /// Keeps a filter that can be read.
    pub(super) fn keep_filter(&mut self) {
        let is_read = match self.screen {
            Screen::Keys => self.browse.unread().is_none() && self.refused_filter().is_none(),
            Screen::Activity => self.activity.unread.is_none(),
            Screen::Projects | Screen::People => true,
        };
        if is_read {
            self.over.retain(|over| !matches!(over, Modal::Filter(_)));
        }
    }

    /// Among all keys of its view, with this one selected: no other one is taken for it.
    pub(super) fn show_key(&mut self, key: &Key, token: WhichToken) {
        if let Some(tour) = &mut self.tour {
            tour.looked_up(key.id);
        }
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
            format!("This is a former secret of “{name}”, which was rotated: it is refused.")
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

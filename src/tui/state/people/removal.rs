//! Removing a person: what becomes of their keys is shown and asked first. Cancel has the focus; no
//! single letter acts.

use crate::api::{KeyList, KeysFate, Person, PersonRef, RemovalProgress, Sort, UserRemoval};
use crate::client::Error;
use crate::tui::message::Holding;
use crate::tui::message::{Effect, PeopleRequest};
use crate::tui::state::notice::sentence;

/// The most keys that are shown by name.
const SHOWN: u32 = 10;

/// A button of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Cancel,
    /// Of somebody without keys.
    Remove,
    HandOver,
    RevokeAll,
}

#[derive(Debug)]
pub struct RemovalDialog {
    pub person: Person,
    /// One may remove oneself, and is signed out then.
    pub is_me: bool,
    /// Their keys; absent while they are not known.
    pub holding: Option<Holding>,
    /// The newest look at them that is not answered; answers to older ones are void.
    pub(in crate::tui::state) looking: Option<u64>,
    pub(in crate::tui::state) focus: usize,
    pub sending: bool,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    /// How far it is, when that takes so long that the server tells.
    pub progress: Option<RemovalProgress>,
    pub error: Option<String>,
    /// Who gets the keys, once that is decided.
    pub(in crate::tui::state) heir: Option<PersonRef>,
}

impl RemovalDialog {
    pub(in crate::tui::state) fn new(person: Person, is_me: bool) -> Self {
        Self {
            person,
            is_me,
            holding: None,
            looking: None,
            focus: 0,
            sending: false,
            scroll: 0,
            progress: None,
            error: None,
            heir: None,
        }
    }

    pub fn choices(&self) -> &'static [Choice] {
        match &self.holding {
            None => &[Choice::Cancel],
            Some(holding) if holding.total == 0 => &[Choice::Cancel, Choice::Remove],
            Some(_) => &[Choice::Cancel, Choice::HandOver, Choice::RevokeAll],
        }
    }

    pub fn focused(&self) -> Choice {
        self.choices().get(self.focus).copied().unwrap_or(Choice::Cancel)
    }

    pub(in crate::tui::state) fn move_focus(&mut self, step: isize) {
        let count = self.choices().len() as isize;
        self.focus = (self.focus as isize + step).rem_euclid(count) as usize;
    }

    /// Their keys are on their way, maybe once more; what is to become of them can't be decided then.
    pub fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    /// Whether the focused button is about keys that are on their way.
    pub(in crate::tui::state) fn awaits_keys(&self) -> bool {
        self.is_looking() && self.focused() != Choice::Cancel
    }

    pub(in crate::tui::state) fn look(&mut self, number: u64) -> Effect {
        self.looking = Some(number);
        Effect::People(PeopleRequest::LookAtKeys {
            number,
            list: KeyList {
                creator: Some(self.person.user.id),
                sort: Sort::LastUsedAt,
                limit: Some(SHOWN),
                ..KeyList::default()
            },
        })
    }

    /// Whether what is shown now is something else than before, about which nothing is decided.
    pub(in crate::tui::state) fn looked(&mut self, result: Result<Holding, Error>) -> bool {
        let before = self.holding.take();
        match result {
            Ok(holding) => self.holding = Some(holding),
            Err(error) => self.error = Some(sentence(&error)),
        }
        let is_other = match (&before, &self.holding) {
            (Some(before), Some(now)) => !before.is_same(now),
            (before, _) => before.is_some(),
        };
        if is_other {
            self.focus = 0;
        }
        if is_other && self.holding.is_some() {
            self.error = Some("Their keys have changed. Choose what becomes of them.".into());
        }
        is_other
    }

    pub(in crate::tui::state) fn send(&mut self, fate: Option<KeysFate>) -> Effect {
        self.sending = true;
        self.error = None;
        Effect::People(PeopleRequest::Remove {
            id: self.person.user.id,
            removal: UserRemoval {
                keys: fate,
                to: self.heir.as_ref().map(|heir| heir.id),
            },
        })
    }

    /// `Removed nina@acme.example; 12 keys and 1 project handed over to omar@acme.example.` And how many of these
    /// got a number, as omar had some of the same name.
    pub(in crate::tui::state) fn told(&self, progress: &RemovalProgress) -> String {
        let removed = progress.removed;
        let email = &self.person.user.email;
        let keys = counted(removed.keys_handed_over, "key");
        let projects = match removed.projects_handed_over {
            0 => String::new(),
            number => format!(" and {}", counted(number, "project")),
        };
        // It goes on in the server when nobody asks it any more.
        let left = match progress.left {
            0 => String::new(),
            left => format!(" so far; the server goes on with {left} more"),
        };
        match &self.heir {
            Some(heir) => {
                let renamed = match removed.renamed {
                    0 => String::new(),
                    number => format!(" {number} got a number after the name; A says which."),
                };
                format!(
                    "Removed {email}; {keys}{projects} handed over to {}{left}.{renamed}",
                    heir.email
                )
            }
            None if removed.keys_revoked > 0 => {
                format!(
                    "Removed {email}; {} revoked{left}.",
                    counted(removed.keys_revoked, "key")
                )
            }
            None => format!("Removed {email}."),
        }
    }
}

/// `1 key`, `12 keys`.
pub(in crate::tui::state) fn counted(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

//! Removing a person: what becomes of their keys is shown and asked first. Cancel has the focus; no
//! single letter acts.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Heirs, reference};
use crate::api::{
    Key, KeyList, KeysFate, Person, PersonRef, ProblemType, RemovalProgress, Sort, UserRemoval,
};
use crate::client::Error;
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, PeopleRequest};
use crate::tui::state::list::Fetch;
use crate::tui::state::notice::sentence;
use crate::tui::state::scroll::scrolled_in_dialog;
use crate::tui::state::{About, App, Over, Tone};

/// The most keys that are shown by name.
const SHOWN: u32 = 10;

/// The first of a person's active keys, those used last in front, and how many there are.
#[derive(Debug, Clone)]
pub struct Holding {
    pub keys: Vec<Key>,
    pub total: u64,
}

impl Holding {
    fn is_same(&self, other: &Self) -> bool {
        let ids = |holding: &Self| holding.keys.iter().map(|key| key.id).collect::<HashSet<_>>();
        self.total == other.total && ids(self) == ids(other)
    }
}

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
pub struct Removal {
    pub person: Person,
    /// One may remove oneself, and is signed out then.
    pub is_me: bool,
    /// Their keys; absent while they are not known.
    pub holding: Option<Holding>,
    /// The newest look at them that is not answered; answers to older ones are void.
    looking: Option<u64>,
    focus: usize,
    pub sending: bool,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    /// How far it is, when that takes so long that the server tells.
    pub progress: Option<RemovalProgress>,
    pub error: Option<String>,
    /// Who gets the keys, once that is decided.
    heir: Option<PersonRef>,
}

impl Removal {
    fn new(person: Person, is_me: bool) -> Self {
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

    fn move_focus(&mut self, step: isize) {
        let count = self.choices().len() as isize;
        self.focus = (self.focus as isize + step).rem_euclid(count) as usize;
    }

    /// Their keys are on their way, maybe once more; what is to become of them can't be decided then.
    pub fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    fn look(&mut self, number: u64) -> Effect {
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
    fn looked(&mut self, result: Result<Holding, Error>) -> bool {
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

    fn send(&mut self, fate: Option<KeysFate>) -> Effect {
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
    fn told(&self, progress: &RemovalProgress) -> String {
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

impl App {
    pub(super) fn open_removal(&mut self) -> Vec<Effect> {
        let Some(person) = self.people.list.selected().cloned() else {
            return Vec::new();
        };
        let is_me = self.is_me(person.user.id);
        let mut removal = Removal::new(person, is_me);
        let effect = removal.look(self.next_number());
        self.over.push(Over::Removal(Box::new(removal)));
        vec![effect]
    }

    pub(in crate::tui::state) fn perform_in_removal(&mut self, action: Action) -> Vec<Effect> {
        let page = self.size.1 / 2;
        let Some(Over::Removal(removal)) = self.over.last_mut() else {
            return Vec::new();
        };
        if matches!(action, Action::PageUp | Action::PageDown) {
            removal.scroll = scrolled_in_dialog(removal.scroll, action, page);
            return Vec::new();
        }
        match (action, removal.focused()) {
            _ if removal.sending => Vec::new(),
            (Action::Accept, choice) if removal.is_looking() && choice != Choice::Cancel => Vec::new(),
            (Action::Left, _) => {
                removal.move_focus(-1);
                Vec::new()
            }
            (Action::Right, _) => {
                removal.move_focus(1);
                Vec::new()
            }
            (Action::Accept, Choice::Remove) => vec![removal.send(None)],
            (Action::Accept, Choice::RevokeAll) => vec![removal.send(Some(KeysFate::Revoke))],
            (Action::Accept, Choice::HandOver) => self.open_heirs(),
            (Action::Accept, Choice::Cancel) | (Action::Back, _) => {
                self.over.pop();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn open_heirs(&mut self) -> Vec<Effect> {
        let Some(Over::Removal(removal)) = self.over.last() else {
            return Vec::new();
        };
        let (heirs, effect) = Heirs::of(removal.person.user.id);
        self.over.push(Over::Heirs(Box::new(heirs)));
        vec![effect]
    }

    /// The last question before keys change hands.
    pub(super) fn confirm_heir(&mut self, heir: &Person) {
        let Some(removal) = self.removal_mut() else {
            return;
        };
        let keys = removal.holding.as_ref().map_or(0, |holding| holding.total);
        let last = match removal.is_me {
            true => "This is you: you'll be signed out.".to_owned(),
            false => format!("{} can't sign in any more.", removal.person.user.email),
        };
        let text = format!(
            "Remove {} and hand over {} to {}? The keys go on working, and the projects go along. {last}",
            removal.person.user.email,
            counted(keys, "key"),
            heir.user.email,
        );
        self.ask(
            About::HandOver(reference(heir)),
            &text,
            "Cancel",
            "Yes, Hand over",
        );
    }

    pub(in crate::tui::state) fn hand_over(&mut self, heir: PersonRef) -> Vec<Effect> {
        let Some(removal) = self.removal_mut() else {
            return Vec::new();
        };
        if removal.is_looking() {
            return Vec::new();
        }
        removal.heir = Some(heir);
        let effect = removal.send(Some(KeysFate::HandOver));
        self.cover(is_removal, None);
        vec![effect]
    }

    /// Something was done to keys, maybe to those that are shown.
    pub(in crate::tui::state) fn look_at_keys_again(&mut self) -> Vec<Effect> {
        let number = self.next_number();
        let removal = self.removal_mut().filter(|removal| !removal.sending);
        removal.map(|removal| removal.look(number)).into_iter().collect()
    }

    pub(super) fn keys_looked_at(&mut self, number: u64, result: Result<Holding, Error>) -> Vec<Effect> {
        let Some(removal) = self
            .removal_mut()
            .filter(|removal| removal.looking == Some(number))
        else {
            return Vec::new();
        };
        removal.looking = None;
        if removal.looked(result) {
            // A question that is open is about what was shown before.
            self.cover(is_removal, None);
        }
        Vec::new()
    }

    pub(super) fn person_going(&mut self, id: Uuid, progress: RemovalProgress) -> Vec<Effect> {
        if let Some(removal) = self.removal_mut().filter(|removal| removal.person.user.id == id) {
            removal.progress = Some(progress);
        }
        Vec::new()
    }

    pub(super) fn person_removed(&mut self, id: Uuid, result: Result<RemovalProgress, Error>) -> Vec<Effect> {
        let Some(removal) = self.removal_mut().filter(|removal| removal.person.user.id == id) else {
            return Vec::new();
        };
        let kind = result
            .as_ref()
            .err()
            .and_then(|error| Some(error.problem()?.kind));
        let (tone, text) = match (&result, kind) {
            (Ok(removed), _) => (Tone::Done, removal.told(removed)),
            (Err(error), Some(ProblemType::NotFound)) => (Tone::Note, sentence(error)),
            (Err(error), kind) => {
                removal.heir = None;
                (removal.sending, removal.progress) = (false, None);
                if kind == Some(ProblemType::InUse) {
                    removal.error = Some("They have keys by now. Choose what becomes of them.".into());
                    (removal.holding, removal.focus) = (None, 0);
                    return self.look_at_keys_again();
                }
                removal.error = Some(sentence(error));
                return Vec::new();
            }
        };
        let is_me = removal.is_me;
        self.take_away(is_removal);
        self.people.list.remove(&id);
        let mut effects = self.say(tone, text);
        effects.extend(is_me.then_some(Effect::LoadMe));
        effects.extend(self.fetch_people(Fetch::Refresh));
        effects
    }

    fn removal_mut(&mut self) -> Option<&mut Removal> {
        self.over.iter_mut().find_map(|over| match over {
            Over::Removal(removal) => Some(removal.as_mut()),
            _ => None,
        })
    }
}

fn is_removal(over: &Over) -> bool {
    matches!(over, Over::Removal(_))
}

/// `1 key`, `12 keys`.
fn counted(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

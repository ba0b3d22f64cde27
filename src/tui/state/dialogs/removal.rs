//! Removing a person: what becomes of their keys is shown and asked first. Cancel has the focus; no
//! single letter acts.

use super::dialog::scrolls;
use super::wish::{About, Wish};
use super::{Dialog, Turn};
use crate::api::{
    KeyDisposition, KeyList, Person, PersonRef, ProblemType, RemovalProgress, Sort, UserRemoval,
};
use crate::client::Error;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Holding, Message, PeopleReply, PeopleRequest};
use crate::tui::state::notice::{Tone, sentence};
use crate::tui::state::reason::Reason;

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

    fn move_focus(&mut self, step: isize) {
        let count = self.choices().len() as isize;
        self.focus = (self.focus as isize + step).rem_euclid(count) as usize;
    }

    /// Their keys are on their way, maybe once more; what is to become of them can't be decided then.
    pub fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    /// Whether the focused button is about keys that are on their way.
    fn awaits_keys(&self) -> bool {
        self.is_looking() && self.focused() != Choice::Cancel
    }

    fn look(&mut self, turn: &mut Turn) {
        let number = turn.number();
        self.looking = Some(number);
        turn.effect(Effect::People(PeopleRequest::LookAtKeys {
            number,
            list: KeyList {
                creator: Some(self.person.user.id),
                sort: Sort::LastUsedAt,
                limit: Some(SHOWN),
                ..KeyList::default()
            },
        }));
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

    fn send(&mut self, fate: Option<KeyDisposition>, turn: &mut Turn) {
        self.sending = true;
        self.error = None;
        turn.effect(Effect::People(PeopleRequest::Remove {
            id: self.person.user.id,
            removal: UserRemoval {
                keys: fate,
                to: self.heir.as_ref().map(|heir| heir.id),
            },
        }));
    }

    fn removed(&mut self, result: Result<RemovalProgress, Error>, turn: &mut Turn) {
        let (tone, text) = match result {
            Ok(removed) => (Tone::Done, self.told(&removed)),
            Err(error) if is(&error, ProblemType::NotFound) => (Tone::Note, sentence(&error)),
            Err(error) => return self.refused(&error, turn),
        };
        turn.close();
        turn.say(tone, text);
        turn.wish(Wish::PersonGone {
            id: self.person.user.id,
            is_me: self.is_me,
        });
    }

    fn refused(&mut self, error: &Error, turn: &mut Turn) {
        self.heir = None;
        (self.sending, self.progress) = (false, None);
        if is(error, ProblemType::InUse) {
            self.error = Some("They have keys by now. Choose what becomes of them.".into());
            (self.holding, self.focus) = (None, 0);
            return self.look(turn);
        }
        self.error = Some(sentence(error));
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

impl Dialog for RemovalDialog {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn title(&self) -> &'static str {
        "remove a person"
    }

    /// Nothing is decided about keys that are on their way, and what is sent can't be taken back.
    fn available(&self, action: Action) -> Result<(), Reason> {
        let waits = self.sending || (action == Action::Accept && self.awaits_keys());
        match waits && !scrolls(action) {
            true => Err(Reason::Unanswered),
            false => Ok(()),
        }
    }

    fn opened(&mut self, turn: &mut Turn) {
        self.look(turn);
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        match (action, self.focused()) {
            _ if scrolls(action) => self.scroll = turn.scrolled(self.scroll, action),
            (Action::Left, _) => self.move_focus(-1),
            (Action::Right, _) => self.move_focus(1),
            (Action::Accept, Choice::Remove) => self.send(None, turn),
            (Action::Accept, Choice::RevokeAll) => self.send(Some(KeyDisposition::Revoke), turn),
            (Action::Accept, Choice::HandOver) => turn.wish(Wish::ChooseSuccessor(self.person.user.id)),
            (Action::Accept, Choice::Cancel) | (Action::Back, _) => turn.close(),
            _ => {}
        }
    }

    fn replied(&mut self, reply: Message, turn: &mut Turn) -> Option<Message> {
        let person = self.person.user.id;
        match reply {
            Message::OfPeople(PeopleReply::KeysLookedAt { number, result })
                if self.looking == Some(number) =>
            {
                self.looking = None;
                if self.looked(result) {
                    // A question that is open is about what was shown before.
                    turn.wish(Wish::Uncover);
                }
            }
            Message::OfPeople(PeopleReply::Removing { id, progress }) if id == person => {
                self.progress = Some(progress);
            }
            Message::OfPeople(PeopleReply::Removed { id, result }) if id == person => {
                self.removed(result, turn);
            }
            other => return Some(other),
        }
        None
    }

    fn keys_changed(&mut self, turn: &mut Turn) {
        if !self.sending {
            self.look(turn);
        }
    }

    /// The last question before keys change hands.
    fn chosen(&mut self, heir: Person, turn: &mut Turn) {
        let email = &self.person.user.email;
        let keys = self.holding.as_ref().map_or(0, |holding| holding.total);
        let last = match self.is_me {
            true => "This is you: you'll be signed out.".to_owned(),
            false => format!("{email} can't sign in any more."),
        };
        let text = format!(
            "Remove {email} and hand over {} to {}? The keys go on working, and the projects go along. {last}",
            counted(keys, "key"),
            heir.user.email,
        );
        let heir = PersonRef {
            id: heir.user.id,
            email: heir.user.email,
        };
        turn.wish(Wish::Ask {
            about: About::HandOver(heir),
            text,
            stay: "Cancel",
            leave: "Yes, Hand over",
        });
    }

    fn confirmed(&mut self, about: &About, turn: &mut Turn) -> bool {
        let About::HandOver(heir) = about else {
            return false;
        };
        if !self.is_looking() {
            self.heir = Some(heir.clone());
            self.send(Some(KeyDisposition::HandOver), turn);
            turn.wish(Wish::Uncover);
        }
        true
    }
}

fn is(error: &Error, kind: ProblemType) -> bool {
    error.problem().is_some_and(|problem| problem.kind == kind)
}

/// `1 key`, `12 keys`.
fn counted(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

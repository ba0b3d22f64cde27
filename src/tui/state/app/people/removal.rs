//! The removal of a person, step by step.

use uuid::Uuid;

use super::reference;
use crate::api::{KeysFate, Person, PersonRef, ProblemType, RemovalProgress};
use crate::client::Error;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::message::Holding;
use crate::tui::state::SuccessorPicker;
use crate::tui::state::list::Fetch;
use crate::tui::state::notice::sentence;
use crate::tui::state::people::{Choice, RemovalDialog, counted};
use crate::tui::state::scroll::scrolled_in_dialog;
use crate::tui::state::{About, App, Modal, Tone};

impl App {
    pub(super) fn open_removal(&mut self) -> Vec<Effect> {
        let Some(person) = self.people.list.selected().cloned() else {
            return Vec::new();
        };
        let is_me = self.is_me(person.user.id);
        let mut removal = RemovalDialog::new(person, is_me);
        let effect = removal.look(self.next_number());
        self.over.push(Modal::Removal(Box::new(removal)));
        vec![effect]
    }

    pub(in crate::tui::state) fn perform_in_removal(&mut self, action: Action) -> Vec<Effect> {
        let page = self.size.1 / 2;
        let Some(Modal::Removal(removal)) = self.over.last_mut() else {
            return Vec::new();
        };
        if matches!(action, Action::PageUp | Action::PageDown) {
            removal.scroll = scrolled_in_dialog(removal.scroll, action, page);
            return Vec::new();
        }
        match (action, removal.focused()) {
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
        let Some(Modal::Removal(removal)) = self.over.last() else {
            return Vec::new();
        };
        let (heirs, effect) = SuccessorPicker::of(removal.person.user.id);
        self.over.push(Modal::Heirs(Box::new(heirs)));
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

    fn removal_mut(&mut self) -> Option<&mut RemovalDialog> {
        self.over.iter_mut().find_map(|over| match over {
            Modal::Removal(removal) => Some(removal.as_mut()),
            _ => None,
        })
    }
}

fn is_removal(over: &Modal) -> bool {
    matches!(over, Modal::Removal(_))
}

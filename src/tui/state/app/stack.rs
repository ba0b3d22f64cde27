//! The dialogs over a screen: what comes in goes to the one that it is for, and what that wants is done. One goes
//! with what belongs to it, but never with a new secret, which nobody could show again.

use super::App;
use crate::tui::message::{Effect, Message};
use crate::tui::state::dialogs::{About, Dialog, Turn, Wish};
use crate::tui::state::list::Fetch;
use crate::tui::state::{Confirmation, Modal, SuccessorPicker};

impl App {
    /// Opens a dialog, which asks its first questions.
    pub(super) fn open(&mut self, modal: Modal) -> Vec<Effect> {
        self.over.push(modal);
        self.in_top_dialog(|dialog, turn| dialog.opened(turn)).1
    }

    /// Lets the top dialog have a turn, where there is one.
    pub(super) fn in_top_dialog<T: Default>(
        &mut self,
        act: impl FnOnce(&mut dyn Dialog, &mut Turn) -> T,
    ) -> (T, Vec<Effect>) {
        let top = self.over.len().saturating_sub(1);
        self.in_dialog(top, act).unwrap_or_default()
    }

    /// Lets one dialog have a turn, and does what it wants; `None` where there is none.
    fn in_dialog<T>(
        &mut self,
        at: usize,
        act: impl FnOnce(&mut dyn Dialog, &mut Turn) -> T,
    ) -> Option<(T, Vec<Effect>)> {
        let mut turn = Turn::new(self.count, self.size.1 / 2);
        let dialog = self.over.get_mut(at)?.dialog_mut();
        let result = act(dialog, &mut turn);
        self.count = turn.count;
        let mut effects = turn.effects;
        for wish in turn.wishes {
            effects.extend(self.fulfil(at, wish));
        }
        Some((result, effects))
    }

    /// Does what the dialog at this place wants.
    fn fulfil(&mut self, at: usize, wish: Wish) -> Vec<Effect> {
        match wish {
            Wish::Close => drop(self.over.drain(at..self.end_of(at))),
            Wish::Uncover => drop(self.over.drain(at + 1..self.end_of(at))),
            Wish::Say(tone, text) => return self.say(tone, text),
            Wish::Ask {
                about,
                text,
                stay,
                leave,
            } => self.ask(about, &text, stay, leave),
            Wish::Confirm(about) => return self.leave(about),
            Wish::Submit(task) => return self.send_sheet(task),
            Wish::SubmitForm => return self.send_form(),
            Wish::SettleConflict => return self.settle_conflict(),
            Wish::PerformOnScreen(action) => return self.perform_on_screen(action),
            Wish::Filter(typed) => return self.filter_by(typed),
            Wish::KeepFilter => self.keep_filter(),
            Wish::DropNotice => self.notice = None,
            Wish::ShowKey(key) => return self.go_to_key(&key),
            Wish::Perform(action) => return self.perform(action),
            Wish::GoTo(label) => return self.switch_profile(label),
            Wish::OnlyAction(action) => return self.only_action(action),
            Wish::ChooseSuccessor(removed) => {
                return self.open(Modal::Successors(Box::new(SuccessorPicker::of(removed))));
            }
            Wish::Choose(person) => {
                let below = at.checked_sub(1);
                let chosen =
                    below.and_then(|at| self.in_dialog(at, |dialog, turn| dialog.chosen(person, turn)));
                return chosen.map_or_else(Vec::new, |(_, effects)| effects);
            }
            Wish::KeyGone(key) => return self.browse.forget(key),
            Wish::PersonGone { id, is_me } => {
                self.people.list.remove(&id);
                let mut effects: Vec<Effect> = is_me.then_some(Effect::LoadMe).into_iter().collect();
                effects.extend(self.fetch_people(Fetch::Refresh));
                return effects;
            }
        }
        Vec::new()
    }

    /// Gives an answer to the dialog that waits for it, and back what none took.
    pub(super) fn offer_to_dialogs(&mut self, reply: Message) -> (Option<Message>, Vec<Effect>) {
        let (mut reply, mut effects) = (Some(reply), Vec::new());
        for at in 0..self.over.len() {
            let turn = self.in_dialog(at, |dialog, turn| {
                reply = reply.take().and_then(|reply| dialog.replied(reply, turn));
            });
            effects.extend(turn.into_iter().flat_map(|(_, effects)| effects));
            if reply.is_none() {
                break;
            }
        }
        (reply, effects)
    }

    /// Something was done to keys, maybe to those that a dialog shows.
    pub(super) fn look_at_keys_again(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for at in 0..self.over.len() {
            let turn = self.in_dialog(at, |dialog, turn| dialog.keys_changed(turn));
            effects.extend(turn.into_iter().flat_map(|(_, effects)| effects));
        }
        effects
    }

    /// A question was answered: the dialog below that it is about goes on.
    pub(super) fn confirmed(&mut self, about: &About) -> Vec<Effect> {
        for at in (0..self.over.len()).rev() {
            if let Some((true, effects)) = self.in_dialog(at, |dialog, turn| dialog.confirmed(about, turn)) {
                return effects;
            }
        }
        Vec::new()
    }

    /// Opens a question with the harmless answer focused.
    pub(super) fn ask(&mut self, about: About, text: &str, stay: &'static str, leave: &'static str) {
        self.over.push(Modal::Question(Confirmation {
            about,
            text: text.to_owned(),
            which: None,
            stay,
            leave,
            leaving: false,
            scroll: 0,
        }));
    }

    /// Takes a layer away, and what lies over it, such as a question about leaving it.
    pub(super) fn take_away(&mut self, is_it: impl Fn(&Modal) -> bool) {
        if let Some(at) = self.over.iter().position(is_it) {
            self.over.drain(at..self.end_of(at));
        }
    }

    /// Takes away what lies over a layer, and puts `others` there.
    pub(super) fn cover(&mut self, is_it: impl Fn(&Modal) -> bool, others: Option<Modal>) {
        if let Some(at) = self.over.iter().position(is_it) {
            let covering = at + 1..self.end_of(at);
            self.over.splice(covering, others);
        }
    }

    /// Behind the last layer that belongs to this one: a secret that came meanwhile does not, nor what
    /// lies over that.
    fn end_of(&self, at: usize) -> usize {
        let is_secret = |over: &Modal| matches!(over, Modal::NewSecret(_));
        let above = self.over.iter().skip(at + 1);
        at + 1 + above.take_while(|over| !is_secret(over)).count()
    }
}

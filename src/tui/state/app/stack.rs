//! The dialogs over a screen: what comes in goes to the one that it is for, and what that asks for is done. A dialog
//! goes with what belongs to it, but never with a new secret, which nobody could show again.

use super::App;
use crate::tui::dialogs::{
    Confirmation, Conflict, Modal, RevokeDialog, RevokedCard, RotationDialog, SuccessorPicker, dismiss_leak,
    extend_rotation, rotate,
};
use crate::tui::message::{Effect, LifecycleRequest, Message, PeopleRequest};
use crate::tui::state::command::{About, DialogAnswer, DialogCommand};
use crate::tui::state::dialog::{AtStake, Context, Dialog, Stacking};
use crate::tui::state::list::Fetch;

impl App {
    /// Opens a dialog, which asks its first questions.
    pub(super) fn open(&mut self, modal: impl Into<Modal>) {
        self.over.push(modal.into());
        self.in_top_dialog(|dialog, cx| dialog.opened(cx));
    }

    /// The dialog that takes the keys.
    pub(super) fn top_dialog(&self) -> Option<&dyn Dialog> {
        self.over.last().map(Modal::dialog)
    }

    /// Whether the screen can be used, whatever lies over it.
    pub fn is_on_screen(&self) -> bool {
        self.top_dialog()
            .is_none_or(|dialog| dialog.stacking() == Stacking::OnScreen)
    }

    pub(super) fn is_at_stake(&self, what: AtStake) -> bool {
        let mut dialogs = self.over.iter().map(Modal::dialog);
        dialogs.any(|dialog| dialog.at_stake() == Some(what))
    }

    /// Calls the top dialog, where there is one.
    pub(super) fn in_top_dialog<T: Default>(
        &mut self,
        act: impl FnOnce(&mut dyn Dialog, &mut Context) -> T,
    ) -> T {
        let top = self.over.len().saturating_sub(1);
        self.in_dialog(top, act).unwrap_or_default()
    }

    /// Calls one dialog, and does what it asks for; `None` where there is none.
    fn in_dialog<T>(&mut self, at: usize, act: impl FnOnce(&mut dyn Dialog, &mut Context) -> T) -> Option<T> {
        let mut cx = Context::new(self.count, self.run, self.size.1 / 2).at(&self.moment);
        let dialog = self.over.get_mut(at)?.dialog_mut();
        let result = act(dialog, &mut cx);
        self.count = cx.count;
        self.effects.extend(cx.effects);
        for command in cx.commands {
            self.carry_out(at, command);
        }
        Some(result)
    }

    /// Does what the dialog at this place asks for.
    fn carry_out(&mut self, at: usize, command: DialogCommand) {
        match command {
            DialogCommand::Close => drop(self.over.drain(at..self.end_of(at))),
            DialogCommand::Uncover => drop(self.over.drain(at + 1..self.end_of(at))),
            DialogCommand::Say(tone, text) => self.say(tone, text),
            DialogCommand::Ask {
                about,
                text,
                stay,
                leave,
            } => self.open(Confirmation::new(about, text, stay, leave)),
            DialogCommand::Answer(answer) => self.answer(at, &answer),
            DialogCommand::Confirm(about) => self.confirmed(about),
            DialogCommand::Compare(current) => {
                if let Some(Modal::Form(form)) = self.over.get(at) {
                    let conflict = Conflict::new(form, current).into();
                    self.over.splice(at + 1..self.end_of(at), [conflict]);
                }
            }
            DialogCommand::ChooseSuccessor { removed, what } => {
                self.open(SuccessorPicker::of(removed, what));
            }
            DialogCommand::Perform(action) => self.perform(action),
            DialogCommand::PerformOnScreen(action) => self.perform_on_screen(action),
            DialogCommand::Filter(typed) => self.filter_by(typed),
            DialogCommand::KeepFilter => self.keep_filter(),
            DialogCommand::DropNotice => self.notice = None,
            DialogCommand::ShowKey { key, token } => self.show_key(&key, token),
            DialogCommand::ShowRevoked(key) => self.open(RevokedCard::new(*key)),
            DialogCommand::RevokeKey(key) => self.open(RevokeDialog::new(*key)),
            DialogCommand::RotateLeaked(key) => match key.rotation {
                Some(_) => self.open(RotationDialog::new(*key)),
                None => self.open(rotate::open_of_leaked(&key)),
            },
            DialogCommand::DismissLeak(leak) => self.open(dismiss_leak::open(&leak)),
            DialogCommand::ShowActivity(key) => self.activity_of_key(key.id, key.name),
            DialogCommand::ManageRotation(key) => self.open(RotationDialog::new(*key)),
            DialogCommand::ExtendRotation(key) => self.open(extend_rotation::open(&key)),
            DialogCommand::SwitchProfile(label) => self.switch_profile(label),
            DialogCommand::OnlyAction(action) => self.only_action(action),
            DialogCommand::RefreshList => self.refresh_list(),
            DialogCommand::Marks(command) => self.do_with_marks(command),
            DialogCommand::KeyGone(key) => self.key_gone(key),
            DialogCommand::PersonGone { id, is_me } => {
                self.people.list.remove(&id);
                self.effects.extend(is_me.then_some(Effect::LoadMe));
                self.fetch_people(Fetch::Refresh);
            }
        }
    }

    /// Tells the dialog below that waits for it what the one at this place was asked for.
    fn answer(&mut self, at: usize, answer: &DialogAnswer) {
        for below in (0..at.min(self.over.len())).rev() {
            if self.in_dialog(below, |dialog, cx| dialog.answered(answer, cx)) == Some(true) {
                return;
            }
        }
    }

    /// A question that the screen asked got the answer that loses something.
    fn confirmed(&mut self, about: About) {
        match about {
            About::NewToken(person) => self
                .effects
                .push(Effect::People(PeopleRequest::NewToken { person })),
            About::Quit => self.quit_now(),
            About::Project(task) => self.do_with_project(task),
            About::EnableKey(id) => self
                .effects
                .push(Effect::Lifecycle(LifecycleRequest::Enable { id })),
            About::DiscardForm
            | About::RefuseRecent
            | About::LoseSecret
            | About::HandOver(_)
            | About::FinishRotation(_) => {}
        }
    }

    /// Gives a reply to the dialog that waits for it, and back what none took.
    pub(super) fn offer_to_dialogs(&mut self, reply: Message) -> Option<Message> {
        let mut reply = Some(reply);
        for at in 0..self.over.len() {
            self.in_dialog(at, |dialog, cx| {
                reply = reply.take().and_then(|reply| dialog.replied(reply, cx));
            });
            if reply.is_none() {
                break;
            }
        }
        reply
    }

    /// Something was done to keys, maybe to those that a dialog shows.
    pub(super) fn reload_keys_in_dialogs(&mut self) {
        for at in 0..self.over.len() {
            self.in_dialog(at, |dialog, cx| dialog.keys_changed(cx));
        }
    }

    /// Opens a question with the harmless answer focused.
    pub(super) fn ask(&mut self, about: About, text: &str, stay: &'static str, leave: &'static str) {
        self.open(Confirmation::new(about, text.to_owned(), stay, leave));
    }

    /// After the last layer that belongs to this one: a secret that came meanwhile does not, nor what
    /// lies over that.
    fn end_of(&self, at: usize) -> usize {
        let belongs = |over: &&Modal| over.dialog().stacking() != Stacking::Alone;
        let above = self.over.iter().skip(at + 1);
        at + 1 + above.take_while(belongs).count()
    }
}

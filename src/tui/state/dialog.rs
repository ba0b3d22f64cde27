//! What a dialog is to the stack, which only routes: keys, pastes and replies come in, and what is to be done
//! outside the dialog is collected in a [`Context`].

use crossterm::event::KeyEvent;
use uuid::Uuid;

use super::command::{About, DialogAnswer, DialogCommand};
use super::moment::Moment;
use super::notice::Tone;
use super::reason::Reason;
use super::scroll::scrolled_in_dialog;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message};

/// A dialog owns its state, its keys and the replies to what it asked. What it doesn't take, it leaves alone.
pub trait Dialog {
    /// Which bindings it has.
    fn layer(&self) -> Layer;

    /// What help calls it.
    fn title(&self) -> &'static str {
        self.layer().title()
    }

    /// What help says beside the keys.
    fn help(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether an action can be done in it now; what can't is never performed.
    fn available(&self, _action: Action) -> Result<(), Reason> {
        Ok(())
    }

    /// It has just been opened: it asks its first questions.
    fn opened(&mut self, _cx: &mut Context) {}

    /// Gives a focused text field its key first; `false` when the key means something else.
    fn typed(&mut self, _key: KeyEvent, _cx: &mut Context) -> bool {
        false
    }

    fn pasted(&mut self, _text: &str, _cx: &mut Context) {}

    fn perform(&mut self, action: Action, cx: &mut Context);

    /// Takes a reply, or gives back what others wait for.
    fn replied(&mut self, reply: Message, _cx: &mut Context) -> Option<Message> {
        Some(reply)
    }

    /// Takes what a dialog over it was asked for; `false` when that was for another one.
    fn answered(&mut self, _answer: &DialogAnswer, _cx: &mut Context) -> bool {
        false
    }

    /// Something was done to keys, maybe to those that it shows.
    fn keys_changed(&mut self, _cx: &mut Context) {}

    /// What would be lost with it, so that quitting asks first.
    fn at_stake(&self) -> Option<AtStake> {
        None
    }

    /// Whether an action is about something that is on its way, for which it waits.
    fn awaits(&self, _action: Action) -> bool {
        false
    }

    /// Whether it is drawn in place of the dialogs below it, as one step of several.
    fn is_step(&self) -> bool {
        false
    }

    /// Its relation to what lies below and above.
    fn stacking(&self) -> Stacking {
        Stacking::OverAll
    }
}

/// A dialog's relation to what lies below and above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stacking {
    OverAll,
    /// Its commands are those that the role allows: it goes when the role changes.
    OfRole,
    /// It goes with the role, too, and the screen below can be used meanwhile.
    OnScreen,
    /// It belongs to nothing below: what it holds would be lost with it.
    Alone,
}

/// What a dialog holds that nobody has elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtStake {
    /// A secret that is shown only now.
    Secret,
    /// What was typed.
    Typed,
}

/// What a dialog may use in one call, and what it wants done.
#[derive(Debug)]
pub struct Context {
    /// How far a page scrolls.
    page: u16,
    /// Random; new ids are made from it.
    run: Uuid,
    moment: Moment,
    /// The last number that was given to a question.
    pub(super) count: u64,
    pub(super) effects: Vec<Effect>,
    pub(super) commands: Vec<DialogCommand>,
}

impl Context {
    pub(super) fn new(count: u64, run: Uuid, page: u16) -> Self {
        Self {
            page,
            run,
            moment: Moment::default(),
            count,
            effects: Vec::new(),
            commands: Vec::new(),
        }
    }

    pub(super) fn at(self, moment: &Moment) -> Self {
        Self {
            moment: moment.clone(),
            ..self
        }
    }

    pub fn moment(&self) -> &Moment {
        &self.moment
    }

    /// Of a new question: answers to older ones are ignored.
    pub fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// An id that nothing else has.
    pub fn new_id(&mut self) -> Uuid {
        let number = self.number();
        Uuid::from_u128(self.run.as_u128().wrapping_add(u128::from(number)))
    }

    pub fn page(&self) -> u16 {
        self.page
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub fn command(&mut self, command: DialogCommand) {
        self.commands.push(command);
    }

    pub fn close(&mut self) {
        self.command(DialogCommand::Close);
    }

    pub fn answer(&mut self, answer: DialogAnswer) {
        self.command(DialogCommand::Answer(answer));
    }

    /// Closes the dialog where a question about leaving it was answered.
    pub fn closes_if(&mut self, is_about_it: bool) -> bool {
        if is_about_it {
            self.close();
        }
        is_about_it
    }

    pub fn ask_whether_to_discard(&mut self) {
        self.command(DialogCommand::Ask {
            about: About::DiscardForm,
            text: "What you typed has not been saved.".into(),
            stay: "Keep editing",
            leave: "Discard",
        });
    }

    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.command(DialogCommand::Say(tone, text.into()));
    }

    /// Says what became of a paste that is not in its field as it was pasted.
    pub fn say_of_paste(&mut self, said: Option<String>) {
        if let Some(said) = said {
            self.say(Tone::Note, said);
        }
    }

    /// Where a dialog with buttons scrolls to.
    pub fn scrolled(&self, scroll: u16, action: Action) -> u16 {
        scrolled_in_dialog(scroll, action, self.page)
    }
}

/// Scrolling, which is possible while an answer is waited for.
pub fn scrolls(action: Action) -> bool {
    matches!(action, Action::PageUp | Action::PageDown)
}

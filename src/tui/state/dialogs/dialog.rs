//! What a dialog is to the stack, which only routes: keys, pastes and answers come in, and what is to be done
//! outside the dialog is collected in a [`Turn`].

use crossterm::event::KeyEvent;

use super::wish::{About, Wish};
use crate::api::Person;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, Message};
use crate::tui::state::notice::Tone;
use crate::tui::state::reason::Reason;
use crate::tui::state::scroll::scrolled_in_dialog;

/// A dialog owns its state, its keys and the answers to what it asked. What it doesn't take, it leaves alone.
pub trait Dialog {
    /// Which bindings it has.
    fn layer(&self) -> Layer;

    /// What help calls it.
    fn title(&self) -> &'static str {
        self.layer().title()
    }

    /// Whether an action can be done in it now; what can't is never performed.
    fn available(&self, _action: Action) -> Result<(), Reason> {
        Ok(())
    }

    /// It has just been opened: it asks its first questions.
    fn opened(&mut self, _turn: &mut Turn) {}

    /// Gives a focused text field its key first; `false` when the key means something else.
    fn typed(&mut self, _key: KeyEvent, _turn: &mut Turn) -> bool {
        false
    }

    fn pasted(&mut self, _text: &str, _turn: &mut Turn) {}

    fn perform(&mut self, action: Action, turn: &mut Turn);

    /// Takes an answer, or gives back what others wait for.
    fn replied(&mut self, reply: Message, _turn: &mut Turn) -> Option<Message> {
        Some(reply)
    }

    /// What would be lost with it, so that quitting asks first.
    fn at_stake(&self) -> Option<AtStake> {
        None
    }

    /// Something was done to keys, maybe to those that it shows.
    fn keys_changed(&mut self, _turn: &mut Turn) {}

    /// A person was chosen in the picker over it.
    fn chosen(&mut self, _person: Person, _turn: &mut Turn) {}

    /// A question over it was answered; `false` when it was another's.
    fn confirmed(&mut self, _about: &About, _turn: &mut Turn) -> bool {
        false
    }
}

/// What a dialog holds that nobody has elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtStake {
    /// A secret that is shown only now.
    Secret,
    /// What was typed.
    Typed,
}

/// One turn of a dialog: what it may use, and what it wants.
#[derive(Debug)]
pub struct Turn {
    /// How far a page scrolls.
    pub page: u16,
    /// The last number that was given to a question.
    pub(in crate::tui::state) count: u64,
    pub(in crate::tui::state) effects: Vec<Effect>,
    pub(in crate::tui::state) wishes: Vec<Wish>,
}

impl Turn {
    pub(in crate::tui::state) fn new(count: u64, page: u16) -> Self {
        Self {
            page,
            count,
            effects: Vec::new(),
            wishes: Vec::new(),
        }
    }

    /// Of a new question: answers to older ones are void.
    pub fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub fn wish(&mut self, wish: Wish) {
        self.wishes.push(wish);
    }

    pub fn close(&mut self) {
        self.wish(Wish::Close);
    }

    /// Closes the dialog where a question that was answered is about that.
    pub fn closes_if(&mut self, is_about_it: bool) -> bool {
        if is_about_it {
            self.close();
        }
        is_about_it
    }

    pub fn ask_whether_to_discard(&mut self) {
        self.wish(Wish::Ask {
            about: About::DiscardForm,
            text: "What you typed has not been saved.".into(),
            stay: "Keep editing",
            leave: "Discard",
        });
    }

    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.wish(Wish::Say(tone, text.into()));
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

//! A question with two answers; the harmless one has the focus.

use super::dialog::scrolls;
use super::wish::{About, Wish};
use super::{Dialog, Turn};
use crate::tui::keymap::{Action, Layer};

#[derive(Debug)]
pub struct Confirmation {
    pub about: About,
    pub text: String,
    /// What tells the thing that it is about from another of nearly the same name.
    pub which: Option<String>,
    pub stay: &'static str,
    pub leave: &'static str,
    /// The focus is on the answer that loses something.
    pub leaving: bool,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
}

impl Dialog for Confirmation {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        match action {
            _ if scrolls(action) => self.scroll = turn.scrolled(self.scroll, action),
            Action::Left | Action::Right => self.leaving = !self.leaving,
            Action::Back => turn.close(),
            Action::Accept => {
                turn.close();
                if self.leaving {
                    turn.wish(Wish::Confirm(self.about.clone()));
                }
            }
            _ => {}
        }
    }
}

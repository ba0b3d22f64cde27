//! A question with two answers; the harmless one has the focus.

mod view;

use crate::tui::keymap::{Action, Layer};
use crate::tui::state::buttons::ButtonRow;
use crate::tui::state::command::{About, DialogAnswer, DialogCommand};
use crate::tui::state::dialog::{Context, Dialog, scrolls};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Stay,
    Leave,
}

#[derive(Debug)]
pub struct Confirmation {
    pub about: About,
    pub text: String,
    /// What tells the thing that it is about from another of nearly the same name.
    pub which: Option<String>,
    pub buttons: ButtonRow<Decision>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
}

impl Confirmation {
    pub(in crate::tui) fn new(about: About, text: String, stay: &'static str, leave: &'static str) -> Self {
        Self {
            about,
            text,
            which: None,
            buttons: ButtonRow::default()
                .button(Decision::Stay, stay)
                .danger(Decision::Leave, leave),
            scroll: 0,
        }
    }

    /// With what tells the thing that it is about from another of nearly the same name.
    #[must_use]
    pub(in crate::tui) fn which(mut self, which: Option<String>) -> Self {
        self.which = which;
        self
    }

    /// The dialog below goes on, or the screen where it asked.
    fn confirm(&self, cx: &mut Context) {
        let about = self.about.clone();
        match about {
            About::NewToken(_) | About::Quit | About::Project(_) | About::EnableKey(_) => {
                cx.command(DialogCommand::Confirm(about));
            }
            About::DiscardForm
            | About::RefuseRecent
            | About::LoseSecret
            | About::HandOver(_)
            | About::FinishRotation(_) => {
                cx.answer(DialogAnswer::Confirmed(about));
            }
        }
    }
}

impl Dialog for Confirmation {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    /// The last one before keys change hands.
    fn is_step(&self) -> bool {
        matches!(self.about, About::HandOver(_))
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            _ if scrolls(action) => self.scroll = cx.scrolled(self.scroll, action),
            Action::Left => self.buttons.move_by(-1),
            Action::Right => self.buttons.move_by(1),
            Action::Back => cx.close(),
            Action::Accept => {
                cx.close();
                if self.buttons.focused() == Some(Decision::Leave) {
                    self.confirm(cx);
                }
            }
            _ => {}
        }
    }
}

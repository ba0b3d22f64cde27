//! Two versions of a key side by side, as a dialog over the form.

use super::wish::Wish;
use super::{Dialog, Turn};
use crate::tui::keymap::{Action, Layer};
use crate::tui::state::conflict::{Conflict, Side};

impl Dialog for Conflict {
    fn layer(&self) -> Layer {
        Layer::Conflict
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        match action {
            Action::Up => self.move_by(-1),
            Action::Down => self.move_by(1),
            Action::Left => self.choose(Side::Mine),
            Action::Right => self.choose(Side::Theirs),
            Action::Back => turn.close(),
            Action::Submit => turn.wish(Wish::SettleConflict),
            _ => {}
        }
    }
}

//! The keys of the layer that it was opened from.

use super::{Dialog, Turn};
use crate::tui::keymap::{self, Action, Layer};
use crate::tui::state::scroll::scrolled;

#[derive(Debug)]
pub struct Help {
    pub of: Layer,
    /// What that is called.
    pub title: &'static str,
    pub scroll: u16,
}

impl Dialog for Help {
    fn layer(&self) -> Layer {
        Layer::Help
    }

    fn perform(&mut self, action: Action, turn: &mut Turn) {
        let most = keymap::of_layer(self.of).count() as u16;
        match scrolled(self.scroll, action, turn.page, most) {
            Some(scroll) => self.scroll = scroll,
            None => turn.close(),
        }
    }
}

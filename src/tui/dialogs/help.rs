//! The keys of the layer that it was opened from.

mod view;

use crate::tui::keymap::{self, Action, Layer};
use crate::tui::state::dialog::{Context, Dialog};
use crate::tui::state::scroll::scrolled;

#[derive(Debug)]
pub struct Help {
    pub of: Layer,
    /// What that is called.
    pub title: &'static str,
    /// What is said beside the keys.
    pub notes: &'static [&'static str],
    pub scroll: u16,
}

impl Dialog for Help {
    fn layer(&self) -> Layer {
        Layer::Help
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        let most = keymap::of_layer(self.of).count() as u16;
        match scrolled(self.scroll, action, cx.page(), most) {
            Some(scroll) => self.scroll = scroll,
            None => cx.close(),
        }
    }
}

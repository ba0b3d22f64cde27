//! A filter that can't be read.

use crate::tui::keymap::{Keymap, Layer};

/// Why what was typed into the filter can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadFilter {
    /// What is wrong with a word.
    Words(String),
    /// It asks for keys of another view; keys to press are named by their actions.
    View(String),
}

impl UnreadFilter {
    /// As it is shown.
    pub fn told(&self, keymap: &Keymap) -> String {
        match self {
            UnreadFilter::Words(why) => why.clone(),
            UnreadFilter::View(why) => keymap.told(Layer::Keys, why),
        }
    }
}

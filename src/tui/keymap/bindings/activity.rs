//! The screen of the activity log.

use crate::tui::keymap::Binding;

pub const BINDINGS: &[Binding] = &[];

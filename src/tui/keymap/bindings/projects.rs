//! The screen of projects.

use super::bind;
use crate::tui::keymap::pattern::ch;
use crate::tui::keymap::{Action, Binding, Layer};

pub const BINDINGS: &[Binding] = &[bind!(
    &[Layer::Projects],
    [ch('/')],
    Filter,
    "filter",
    "filter by name or id"
)];

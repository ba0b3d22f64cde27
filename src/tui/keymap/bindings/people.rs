//! The screen of people.

use super::bind;
use crate::tui::keymap::pattern::ch;
use crate::tui::keymap::{Action, Binding, Layer};

pub const BINDINGS: &[Binding] = &[bind!(
    &[Layer::People],
    [ch('/')],
    Filter,
    "filter",
    "filter by email address"
)];

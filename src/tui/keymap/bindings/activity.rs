//! The screen of the activity log.

use super::bind;
use crate::tui::keymap::pattern::ch;
use crate::tui::keymap::{Action, Binding, Layer};

const ACTIVITY: &[Layer] = &[Layer::Activity];

pub const BINDINGS: &[Binding] = &[
    bind!(
        ACTIVITY,
        [ch('w')],
        SamePerson,
        "only this person",
        "only what this person did, or what everybody did"
    ),
    bind!(
        ACTIVITY,
        [ch('t')],
        ChooseAction,
        "only an action",
        "only one kind of action, chosen from a list"
    ),
];

//! The screen of the activity log.

use crossterm::event::KeyCode;

use super::bind;
use crate::tui::keymap::pattern::{ch, code};
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
    bind!(
        ACTIVITY,
        [ch('/')],
        Filter,
        "filter",
        "filter by text, day and person: since:today, on:2026-11-20, @mira"
    ),
    bind!(
        ACTIVITY,
        [code(KeyCode::Backspace)],
        DropFilter,
        "drop a filter",
        "take the last filter away; {back} takes all"
    ),
];

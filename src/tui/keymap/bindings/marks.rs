//! Marking keys, and what is done with those that are marked.

use super::bind;
use crate::tui::keymap::pattern::ch;
use crate::tui::keymap::{Action, Binding, Layer};

const KEYS: &[Layer] = &[Layer::Keys];

pub const BINDINGS: &[Binding] = &[
    bind!(
        KEYS,
        [ch('v')],
        MarkRange,
        "range",
        "mark all keys from here on, until {mark-range} or {back}"
    ),
    bind!(
        KEYS,
        [ch('*')],
        MarkAll,
        "mark all",
        "mark all keys that match (10,000 at most)"
    ),
    bind!(
        KEYS,
        [ch('b')],
        WithMarked,
        "more",
        "disable, enable, end or label marked keys"
    ),
    bind!(
        KEYS,
        [ch('+')],
        ShowHidden,
        "show hidden",
        "show the marked keys that are not shown"
    ),
    bind!(
        KEYS,
        [ch('-')],
        DropHidden,
        "drop hidden",
        "drop the marks of keys that are not shown"
    ),
];

//! Help, and the ways out.

use crossterm::event::KeyCode;
use strum::VariantArray;

use super::bind;
use crate::tui::keymap::pattern::{ch, code, ctrl};
use crate::tui::keymap::{Action, Binding, Layer};
use Layer::{Activity, Asking, Conflict, Details, Keys, NewSecret, Opening, People, Projects, Usage};

pub const BINDINGS: &[Binding] = &[
    bind!(
        &[
            Keys, Details, Projects, People, Activity, Asking, Usage, NewSecret, Conflict, Opening
        ],
        [ch('?'), code(KeyCode::F(1))],
        Help,
        "help",
        "this help"
    ),
    bind!(
        &[Keys, Details, Projects, People, Activity],
        [ch('q')],
        Quit,
        "quit",
        "quit"
    ),
    bind!(Layer::VARIANTS, [ctrl('c')], Quit, "", "quit"),
    bind!(
        Layer::VARIANTS,
        [ctrl('z')],
        Suspend,
        "",
        "suspend to the shell (fg comes back)"
    ),
];

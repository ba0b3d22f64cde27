//! Help, and the ways out.

use crossterm::event::KeyCode;
use strum::VariantArray;

use super::bind;
use crate::tui::keymap::pattern::{ch, code, ctrl};
use crate::tui::keymap::{Action, Binding, Layer};
use Layer::{
    Activity, Asking, Conflict, Details, Ended, Keys, NewSecret, Opening, People, Projects, Revoked, Usage,
};

pub const BINDINGS: &[Binding] = &[
    bind!(
        &[
            Keys, Details, Ended, Projects, People, Activity, Asking, Usage, NewSecret, Revoked, Conflict,
            Opening
        ],
        [ch('?'), code(KeyCode::F(1))],
        Help,
        "help",
        "this help"
    ),
    bind!(
        &[Keys, Details, Ended, Projects, People, Activity],
        [ch('q')],
        Quit,
        "quit",
        "quit"
    ),
    bind!(Layer::VARIANTS, [ctrl('c')], Quit, "", "quit"),
    bind!(
        Layer::VARIANTS,
        [ctrl('l')],
        SayAgain,
        "where am I",
        "say where you are once more, and in full"
    ),
    bind!(
        Layer::VARIANTS,
        [ctrl('z')],
        Suspend,
        "",
        "suspend to the shell (fg comes back)"
    ),
];

//! The screen of people.

use crossterm::event::KeyCode;

use super::bind;
use crate::tui::keymap::pattern::{ch, code};
use crate::tui::keymap::{Action, Binding, Layer};

const PEOPLE: &[Layer] = &[Layer::People];

pub const BINDINGS: &[Binding] = &[
    bind!(PEOPLE, [ch('n')], Create, "add", "add a person"),
    bind!(PEOPLE, [ch('e')], Edit, "role", "change the role"),
    bind!(
        PEOPLE,
        [ch('t')],
        NewToken,
        "token",
        "new sign-in token (asks first)"
    ),
    bind!(danger PEOPLE, [ch('d'), code(KeyCode::Delete)], Remove, "remove", "remove the person (asks first)"),
    bind!(PEOPLE, [ch('/')], Filter, "filter", "filter by email address"),
    bind!(
        PEOPLE,
        [code(KeyCode::Enter), ch('o')],
        ItsKeys,
        "keys",
        "keys of the person; {back} comes back"
    ),
    bind!(
        PEOPLE,
        [ch('a')],
        ItsActivity,
        "activity",
        "activity of the person: what they did"
    ),
];

//! The bindings themselves.

use crossterm::event::KeyCode;

use super::pattern::{ch, code, ctrl};
use super::{Action, Binding, Layer};
use Layer::{Conflict, Details, Filter, Form, Help, Keys, NewSecret, Palette, Question, Revoke};

const BROWSE: &[Layer] = &[Keys, Details];

macro_rules! bind {
    ($layers:expr, [$($key:expr),+], $action:ident, $hint:literal, $help:literal) => {
        Binding { layers: $layers, keys: &[$($key),+], action: Action::$action, hint: $hint, help: $help, danger: false }
    };
    (danger $layers:expr, [$($key:expr),+], $action:ident, $hint:literal, $help:literal) => {
        Binding { layers: $layers, keys: &[$($key),+], action: Action::$action, hint: $hint, help: $help, danger: true }
    };
}

/// Every binding, in the order of footer and help.
pub const BINDINGS: &[Binding] = &[
    bind!(BROWSE, [ch('n'), ch('a')], Create, "create", "create a key"),
    bind!(
        BROWSE,
        [ch('e')],
        Edit,
        "edit",
        "edit name, toggles and UI domains"
    ),
    bind!(danger BROWSE, [ch('d'), code(KeyCode::Delete)], Revoke, "revoke", "revoke the key (asks first)"),
    bind!(
        BROWSE,
        [ch('c'), ch('y')],
        Copy,
        "copy",
        "copy the secret to the clipboard"
    ),
    bind!(
        BROWSE,
        [ch('x')],
        Reveal,
        "reveal",
        "show or hide the secret for 30 seconds"
    ),
    bind!(&[Keys], [ch('s')], NextSort, "sort", "sort by the next column"),
    bind!(&[Keys], [ch('S')], ReverseSort, "", "reverse the sort"),
    bind!(
        BROWSE,
        [ch('/')],
        Filter,
        "filter",
        "filter by name, project or domain"
    ),
    bind!(&[Keys], [ch('1')], ScopeWeb, "", "only Web keys"),
    bind!(&[Keys], [ch('2')], ScopeMobile, "", "only Mobile keys"),
    bind!(&[Keys], [ch('3')], ScopeAnalytics, "", "only Analytics keys"),
    bind!(&[Keys], [ch('0')], ScopeAll, "", "keys of all scopes"),
    bind!(
        &[Keys],
        [code(KeyCode::Enter)],
        Details,
        "details",
        "open the details"
    ),
    bind!(
        BROWSE,
        [code(KeyCode::Tab), code(KeyCode::BackTab)],
        SwitchFocus,
        "",
        "move between table and details"
    ),
    bind!(
        &[Details],
        [code(KeyCode::Esc), code(KeyCode::Enter)],
        Back,
        "back",
        "back to the table"
    ),
    bind!(&[Keys], [code(KeyCode::Esc)], Back, "", "clear the filter"),
    bind!(
        &[Keys, Details, Help, Conflict],
        [code(KeyCode::Up), ch('k')],
        Up,
        "",
        "up"
    ),
    bind!(
        &[Keys, Details, Help, Conflict],
        [code(KeyCode::Down), ch('j')],
        Down,
        "",
        "down"
    ),
    bind!(&[Filter, Palette], [code(KeyCode::Up), ctrl('p')], Up, "", "up"),
    bind!(
        &[Filter, Palette],
        [code(KeyCode::Down), ctrl('n')],
        Down,
        "",
        "down"
    ),
    bind!(
        &[Keys, Details, Help],
        [code(KeyCode::PageUp), ctrl('b')],
        PageUp,
        "",
        "a page up"
    ),
    bind!(
        &[Keys, Details, Help],
        [code(KeyCode::PageDown), ctrl('f')],
        PageDown,
        "",
        "a page down"
    ),
    bind!(&[Filter], [code(KeyCode::PageUp)], PageUp, "", "a page up"),
    bind!(&[Filter], [code(KeyCode::PageDown)], PageDown, "", "a page down"),
    bind!(
        &[Keys, Details, Help],
        [ch('g'), code(KeyCode::Home)],
        Top,
        "",
        "to the first"
    ),
    bind!(
        &[Keys, Details, Help],
        [ch('G'), code(KeyCode::End)],
        Bottom,
        "",
        "to the last"
    ),
    bind!(BROWSE, [ch('r'), ctrl('r')], Refresh, "", "ask the server again"),
    bind!(BROWSE, [ch(':')], Palette, "", "palette: every command by name"),
    bind!(
        &[Filter],
        [code(KeyCode::Enter)],
        Accept,
        "keep",
        "keep the filter"
    ),
    bind!(&[Filter], [code(KeyCode::Esc)], Back, "clear", "clear the filter"),
    bind!(&[Form], [ctrl('s')], Submit, "save", "save"),
    bind!(&[Form], [code(KeyCode::Tab)], NextField, "next", "next field"),
    bind!(
        &[Form],
        [code(KeyCode::BackTab)],
        PreviousField,
        "previous",
        "previous field"
    ),
    bind!(&[Form], [code(KeyCode::Down)], Down, "", "next choice or line"),
    bind!(&[Form], [code(KeyCode::Up)], Up, "", "previous choice or line"),
    bind!(&[Form], [code(KeyCode::Left)], Left, "", "previous choice"),
    bind!(&[Form], [code(KeyCode::Right)], Right, "", "next choice"),
    bind!(
        &[Form],
        [code(KeyCode::Enter)],
        Accept,
        "",
        "choose, toggle, next line, or press the button"
    ),
    bind!(
        &[Form],
        [code(KeyCode::Esc)],
        Back,
        "cancel",
        "cancel (asks when something was typed)"
    ),
    bind!(
        &[Revoke, Question],
        [code(KeyCode::Tab), code(KeyCode::Right), code(KeyCode::Down)],
        Right,
        "choose",
        "the other button"
    ),
    bind!(
        &[Revoke, Question],
        [code(KeyCode::BackTab), code(KeyCode::Left), code(KeyCode::Up)],
        Left,
        "",
        "the other button"
    ),
    bind!(
        &[Revoke, Question],
        [code(KeyCode::Enter)],
        Accept,
        "press",
        "press the focused button"
    ),
    bind!(
        &[Revoke, Question],
        [code(KeyCode::Esc)],
        Back,
        "cancel",
        "cancel"
    ),
    bind!(
        &[NewSecret],
        [ch('c'), ch('y')],
        Copy,
        "copy",
        "copy the secret to the clipboard"
    ),
    bind!(
        &[NewSecret],
        [code(KeyCode::Enter), code(KeyCode::Esc)],
        Back,
        "close",
        "close (asks when it would be lost)"
    ),
    bind!(
        &[Conflict],
        [code(KeyCode::Left), ch('h')],
        Left,
        "mine",
        "keep what you typed"
    ),
    bind!(
        &[Conflict],
        [code(KeyCode::Right), ch('l')],
        Right,
        "theirs",
        "take what they saved"
    ),
    bind!(
        &[Conflict],
        [code(KeyCode::Enter), ctrl('s')],
        Submit,
        "save",
        "save with these choices"
    ),
    bind!(
        &[Conflict],
        [code(KeyCode::Esc)],
        Back,
        "back",
        "back to the form"
    ),
    bind!(
        &[Palette],
        [code(KeyCode::Enter)],
        Accept,
        "run",
        "run the command"
    ),
    bind!(&[Palette], [code(KeyCode::Esc)], Back, "close", "close"),
    bind!(
        &[Help],
        [code(KeyCode::Esc), ch('q'), ch('?'), code(KeyCode::F(1))],
        Back,
        "close",
        "close help"
    ),
    bind!(
        &[Keys, Details, Revoke, NewSecret, Conflict, Question],
        [ch('?'), code(KeyCode::F(1))],
        Help,
        "help",
        "this help"
    ),
    bind!(
        &[Filter, Form, Palette],
        [code(KeyCode::F(1))],
        Help,
        "help",
        "this help"
    ),
    bind!(BROWSE, [ch('q')], Quit, "quit", "quit"),
    bind!(&Layer::ALL, [ctrl('c')], Quit, "", "quit"),
    bind!(
        &Layer::ALL,
        [ctrl('z')],
        Suspend,
        "",
        "suspend to the shell (fg comes back)"
    ),
];

//! What lies over a screen: filter, forms, dialogs, palette, help.

use crossterm::event::KeyCode;

use super::bind;
use crate::tui::keymap::pattern::{ch, code, ctrl};
use crate::tui::keymap::{Action, Binding, Layer};
use Layer::{
    Asking, Conflict, Explain, Filter, Form, Help, NewSecret, Opening, Palette, Revoked, Sheet, Successors,
    Usage,
};

pub const BINDINGS: &[Binding] = &[
    bind!(
        &[Filter, Palette, Successors],
        [code(KeyCode::Up), ctrl('p')],
        Up,
        "",
        "up"
    ),
    bind!(
        &[Filter, Palette, Successors],
        [code(KeyCode::Down), ctrl('n')],
        Down,
        "",
        "down"
    ),
    bind!(&[Filter], [code(KeyCode::PageUp)], PageUp, "", "a page up"),
    bind!(&[Filter], [code(KeyCode::PageDown)], PageDown, "", "a page down"),
    bind!(
        &[Filter],
        [code(KeyCode::Enter)],
        Accept,
        "keep",
        "keep the filter"
    ),
    bind!(&[Filter], [code(KeyCode::Esc)], Back, "clear", "clear the filter"),
    bind!(
        &[Filter],
        [code(KeyCode::Tab)],
        Complete,
        "complete",
        "complete the word; again: the next one"
    ),
    bind!(&[Form, Sheet], [ctrl('s')], Submit, "save", "save"),
    bind!(
        &[Form, Sheet],
        [code(KeyCode::Tab)],
        NextField,
        "next",
        "next field"
    ),
    bind!(
        &[Form, Sheet],
        [code(KeyCode::BackTab)],
        PreviousField,
        "previous",
        "previous field"
    ),
    bind!(
        &[Form],
        [ctrl('t')],
        NextScope,
        "scope",
        "the next scope, from any field"
    ),
    bind!(
        &[Form, Sheet],
        [code(KeyCode::Down)],
        Down,
        "",
        "next choice or line"
    ),
    bind!(
        &[Form, Sheet],
        [code(KeyCode::Up)],
        Up,
        "",
        "previous choice or line"
    ),
    bind!(&[Form, Sheet], [code(KeyCode::Left)], Left, "", "previous choice"),
    bind!(&[Form, Sheet], [code(KeyCode::Right)], Right, "", "next choice"),
    bind!(
        &[Form, Sheet],
        [code(KeyCode::Enter)],
        Accept,
        "",
        "choose, toggle, next line, or press the button"
    ),
    bind!(
        &[Form, Sheet],
        [code(KeyCode::Esc)],
        Back,
        "cancel",
        "cancel (asks when something was typed)"
    ),
    bind!(
        &[Asking],
        [code(KeyCode::Tab), code(KeyCode::Right), code(KeyCode::Down)],
        Right,
        "choose",
        "the other button"
    ),
    bind!(
        &[Asking],
        [code(KeyCode::BackTab), code(KeyCode::Left), code(KeyCode::Up)],
        Left,
        "",
        "the other button"
    ),
    bind!(
        &[Asking],
        [code(KeyCode::Enter)],
        Accept,
        "press",
        "press the focused button"
    ),
    bind!(&[Asking], [code(KeyCode::Esc)], Back, "cancel", "cancel"),
    bind!(
        &[Asking],
        [code(KeyCode::PageUp)],
        PageUp,
        "",
        "the lines above, where not all fit"
    ),
    bind!(
        &[Asking],
        [code(KeyCode::PageDown)],
        PageDown,
        "",
        "the lines below, where not all fit"
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
        &[Revoked],
        [code(KeyCode::Esc), ch('q')],
        Back,
        "close",
        "back to the table"
    ),
    bind!(
        &[Revoked],
        [ch('c'), ch('y')],
        CopyId,
        "copy id",
        "copy the key's id to the clipboard"
    ),
    bind!(
        &[Revoked],
        [ch('a')],
        ItsActivity,
        "activity",
        "activity of the key: who did what to it"
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
        "choose",
        "choose the selected line"
    ),
    bind!(&[Palette], [code(KeyCode::Esc)], Back, "close", "close"),
    bind!(&[Opening], [code(KeyCode::Esc)], Back, "stay here", "stay here"),
    bind!(
        &[Successors],
        [code(KeyCode::Enter)],
        Accept,
        "choose",
        "choose this person (asks once more)"
    ),
    bind!(
        &[Successors],
        [code(KeyCode::Esc)],
        Back,
        "back",
        "back to what happens to the keys"
    ),
    bind!(
        &[Usage],
        [code(KeyCode::Esc), ch('u'), ch('q')],
        Back,
        "close",
        "back to the table"
    ),
    bind!(
        &[Explain],
        [code(KeyCode::Enter), ctrl('s')],
        Submit,
        "ask",
        "ask whether it would be allowed"
    ),
    bind!(
        &[Explain],
        [code(KeyCode::Tab), code(KeyCode::Down)],
        NextField,
        "next",
        "next field (asks)"
    ),
    bind!(
        &[Explain],
        [code(KeyCode::BackTab), code(KeyCode::Up)],
        PreviousField,
        "",
        "previous field (asks)"
    ),
    bind!(
        &[Explain],
        [code(KeyCode::Esc)],
        Back,
        "close",
        "back to the table"
    ),
    bind!(&[Help], [ch('/')], Filter, "find", "find among the keys"),
    bind!(&[Help], [code(KeyCode::Enter)], Accept, "", "keep what was found"),
    bind!(
        &[Help],
        [code(KeyCode::Esc), ch('q'), ch('?'), code(KeyCode::F(1))],
        Back,
        "close",
        "close help"
    ),
    bind!(
        &[Filter, Form, Sheet, Explain, Palette, Successors],
        [code(KeyCode::F(1))],
        Help,
        "help",
        "this help"
    ),
];

//! The table of keys and the details of the selected one.

use crossterm::event::KeyCode;

use super::bind;
use crate::tui::keymap::pattern::{ch, code};
use crate::tui::keymap::{Action, Binding, Layer};
use Layer::{Details, Keys};

const BROWSE: &[Layer] = &[Keys, Details];

pub const BINDINGS: &[Binding] = &[
    bind!(BROWSE, [ch('n')], Create, "create", "create a key"),
    bind!(
        BROWSE,
        [ch('e')],
        Edit,
        "edit",
        "edit name, UI domains, note and labels"
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
        "reveal the secret for 30 seconds, or hide it"
    ),
    bind!(&[Keys], [ch('s')], NextSort, "sort", "sort by the next column"),
    bind!(&[Keys], [ch('S')], ReverseSort, "", "reverse the sort"),
    bind!(
        BROWSE,
        [ch('/')],
        Filter,
        "filter",
        "filter by name, project, UI domain or use"
    ),
    bind!(
        BROWSE,
        [ch('u')],
        Usage,
        "usage",
        "usage: how often, from where, refusals"
    ),
    bind!(
        BROWSE,
        [ch('w')],
        Explain,
        "allowed?",
        "would this be allowed? try an origin"
    ),
    bind!(
        BROWSE,
        [ch('m')],
        Mine,
        "mine",
        "only your own keys, or all again"
    ),
    bind!(
        BROWSE,
        [ch('a')],
        ItsActivity,
        "activity",
        "activity of the key: who did what to it"
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
];

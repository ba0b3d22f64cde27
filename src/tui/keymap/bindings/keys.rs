//! The table of keys and the details of the selected one.

use crossterm::event::KeyCode;

use super::bind;
use crate::tui::keymap::pattern::{ch, code};
use crate::tui::keymap::{Action, Binding, Layer};
use Layer::{Details, Ended, Keys};

const BROWSE: &[Layer] = &[Keys, Details];
const ALL: &[Layer] = &[Keys, Details, Ended];
const TABLES: &[Layer] = &[Keys, Ended];

pub const BINDINGS: &[Binding] = &[
    bind!(BROWSE, [ch('n')], Create, "new", "create a key"),
    bind!(
        BROWSE,
        [ch('e')],
        Edit,
        "edit",
        "edit name, UI domains, networks, note, labels"
    ),
    bind!(
        BROWSE,
        [ch('c'), ch('y')],
        Copy,
        "copy",
        "copy the secret to the clipboard"
    ),
    bind!(
        &[Ended],
        [ch('c'), ch('y')],
        CopyId,
        "copy id",
        "copy the key's id to the clipboard"
    ),
    bind!(danger ALL, [ch('d'), code(KeyCode::Delete)], Revoke, "revoke", "revoke the key or all marked (asks first)"),
    bind!(
        ALL,
        [ch('u')],
        Usage,
        "usage",
        "usage: how often, from where, refusals"
    ),
    bind!(
        BROWSE,
        [ch('w')],
        Explain,
        "test",
        "would this be allowed? try an origin"
    ),
    bind!(
        &[Ended],
        [ch('w')],
        Prove,
        "refused?",
        "is the revoked key refused? each server checks it"
    ),
    bind!(ALL, [ch('L')], Leaks, "", "decide about leaked keys"),
    bind!(
        &[Keys],
        [ch(' ')],
        Mark,
        "mark",
        "mark the key, or take its mark away"
    ),
    bind!(
        ALL,
        [ch('/')],
        Filter,
        "filter",
        "filter by name, project, UI domain or use"
    ),
    bind!(
        TABLES,
        [code(KeyCode::Backspace)],
        DropFilter,
        "",
        "take the last filter away"
    ),
    bind!(TABLES, [ch('s')], NextSort, "sort", "sort by the next column"),
    bind!(
        BROWSE,
        [ch('E')],
        Enable,
        "enable",
        "enable the key again (asks first)"
    ),
    bind!(
        BROWSE,
        [ch('x')],
        Reveal,
        "reveal",
        "reveal the secret for 30 seconds, or hide it"
    ),
    bind!(TABLES, [ch('S')], ReverseSort, "", "reverse the sort"),
    bind!(ALL, [ch('m')], Mine, "mine", "only your own keys, or all again"),
    bind!(
        ALL,
        [ch('a')],
        ItsActivity,
        "activity",
        "activity of the key: who did what to it"
    ),
    bind!(
        ALL,
        [ch('p')],
        ItsProject,
        "project's keys",
        "all keys of its project; {back} comes back"
    ),
    bind!(
        ALL,
        [ch('o')],
        ItsPerson,
        "person's keys",
        "all keys of the person who created it; {back} comes back"
    ),
    bind!(
        BROWSE,
        [ch('t')],
        Rotate,
        "rotate",
        "rotate: a new token beside the old one"
    ),
    bind!(
        ALL,
        [ch('l')],
        SetExpiry,
        "lifetime",
        "lifetime: set its expiry, or renew it"
    ),
    bind!(
        BROWSE,
        [ch('D')],
        Disable,
        "disable",
        "disable the key until it is enabled"
    ),
    bind!(TABLES, [ch('1')], ScopeWeb, "", "only Web keys"),
    bind!(TABLES, [ch('2')], ScopeMobile, "", "only Mobile keys"),
    bind!(TABLES, [ch('3')], ScopeAnalytics, "", "only Analytics keys"),
    bind!(
        TABLES,
        [ch('4')],
        ShowEnded,
        "",
        "keys that have ended: revoked or expired"
    ),
    bind!(TABLES, [ch('0')], ScopeAll, "", "keys of all scopes"),
    bind!(
        TABLES,
        [code(KeyCode::Enter)],
        Details,
        "details",
        "open the details"
    ),
    bind!(
        ALL,
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
    bind!(
        &[Keys],
        [code(KeyCode::Esc)],
        Back,
        "",
        "end range, clear all filters, drop marks"
    ),
    bind!(
        &[Ended],
        [code(KeyCode::Esc)],
        Back,
        "back",
        "out of details and filter, then to the active keys"
    ),
];

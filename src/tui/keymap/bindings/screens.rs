//! What all screens have in common.

use crossterm::event::KeyCode;

use super::bind;
use crate::tui::keymap::pattern::{ch, code, ctrl};
use crate::tui::keymap::{Action, Binding, Layer};
use Layer::{Activity, Conflict, Details, Ended, Help, Keys, People, Projects, Revoked, Usage};

const LISTS: &[Layer] = &[Projects, People, Activity];
const SCREENS: &[Layer] = &[Keys, Details, Ended, Projects, People, Activity];
const SCROLLED: &[Layer] = &[
    Keys, Details, Ended, Projects, People, Activity, Help, Usage, Revoked,
];
const BY_LINES: &[Layer] = &[
    Keys, Details, Ended, Projects, People, Activity, Help, Usage, Revoked, Conflict,
];

pub const BINDINGS: &[Binding] = &[
    bind!(BY_LINES, [code(KeyCode::Up), ch('k')], Up, "", "up"),
    bind!(BY_LINES, [code(KeyCode::Down), ch('j')], Down, "", "down"),
    bind!(
        SCROLLED,
        [code(KeyCode::PageUp), ctrl('b')],
        PageUp,
        "",
        "a page up"
    ),
    bind!(
        SCROLLED,
        [code(KeyCode::PageDown), ctrl('f')],
        PageDown,
        "",
        "a page down"
    ),
    bind!(SCROLLED, [ch('g'), code(KeyCode::Home)], Top, "", "to the first"),
    bind!(SCROLLED, [ch('G'), code(KeyCode::End)], Bottom, "", "to the last"),
    bind!(
        &[Activity],
        [code(KeyCode::Enter)],
        Details,
        "details",
        "open or close the details"
    ),
    bind!(
        LISTS,
        [code(KeyCode::Tab), code(KeyCode::BackTab)],
        SwitchFocus,
        "",
        "move between list and details"
    ),
    bind!(
        LISTS,
        [code(KeyCode::Esc)],
        Back,
        "back",
        "out of details and filter, then to the keys"
    ),
    bind!(SCREENS, [ch('K')], ShowKeys, "", "keys: the table of keys"),
    bind!(
        SCREENS,
        [ch('P')],
        ShowProjects,
        "",
        "projects: what keys are assigned to"
    ),
    bind!(
        SCREENS,
        [ch('U')],
        ShowPeople,
        "",
        "people: users and their roles"
    ),
    bind!(SCREENS, [ch('A')], ShowActivity, "", "activity: who did what"),
    bind!(&[Usage], [ch('r'), ctrl('r')], Refresh, "refresh", "refresh"),
    bind!(
        &[Revoked],
        [ch('r'), ctrl('r')],
        Refresh,
        "check again",
        "check again, at each server"
    ),
    bind!(SCREENS, [ch('r'), ctrl('r')], Refresh, "", "refresh"),
    bind!(
        SCREENS,
        [ch(':')],
        Palette,
        "commands",
        "palette: every command by name"
    ),
];

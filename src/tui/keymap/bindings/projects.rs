//! The screen of projects.

use crossterm::event::KeyCode;

use super::bind;
use crate::tui::keymap::pattern::{ch, code};
use crate::tui::keymap::{Action, Binding, Layer};

const PROJECTS: &[Layer] = &[Layer::Projects];

pub const BINDINGS: &[Binding] = &[
    bind!(PROJECTS, [ch('n')], Create, "create", "create a project"),
    bind!(PROJECTS, [ch('e')], Edit, "rename", "rename the project"),
    bind!(
        PROJECTS,
        [ch('p')],
        Deploy,
        "deploy",
        "deploy the project, or undeploy it (asks first)"
    ),
    bind!(
        PROJECTS,
        [ch('v')],
        SetSessionServer,
        "server",
        "set the session server"
    ),
    bind!(danger PROJECTS, [ch('V')], RemoveSessionServer, "", "remove the session server (asks first)"),
    bind!(danger PROJECTS, [ch('d'), code(KeyCode::Delete)], Remove, "remove", "remove the project (asks first)"),
    bind!(
        PROJECTS,
        [code(KeyCode::Enter), ch('o')],
        ItsKeys,
        "keys",
        "keys of the project; {back} comes back"
    ),
    bind!(PROJECTS, [ch('/')], Filter, "filter", "filter by name or id"),
];

//! The screen of projects.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::details::field;
use super::list::{self, Column, Empty};
use super::{Look, text, time};
use crate::api::Project;
use crate::tui::state::App;
use crate::tui::state::columns::Fit;

const COLUMNS: [Column<Project>; 3] = [
    Column {
        label: "NAME",
        fit: Fit::rest(16),
        cell: |project, look| (project.name.clone(), look.theme.text()),
    },
    Column {
        label: "DEPLOYED",
        fit: Fit::fixed(8, 1),
        cell: |project, look| match project.deployed {
            true => ("yes".into(), look.theme.good()),
            false => ("no".into(), look.theme.faint()),
        },
    },
    Column {
        label: "KEYS",
        fit: Fit::fixed(7, 2),
        cell: |project, look| (text::number(project.keys), look.theme.text()),
    },
];

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let empty = || Empty {
        headline: "No projects".into(),
        way_out: "Esc goes back to the keys.".into(),
    };
    list::render(buffer, screen, app, &app.projects.list, &COLUMNS, empty, look);
}

pub fn details(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let selected = app.projects.list.selected();
    let title = selected.map_or("Details", |project| project.name.as_str());
    let lines = |width| selected.map_or_else(Vec::new, |project| lines(project, width, look));
    list::details(buffer, area, app, title, lines, look);
}

fn lines(project: &Project, width: usize, look: &Look) -> Vec<Line<'static>> {
    let created = time::long_date(project.created_at, &look.zone);
    [
        field("Id", &project.id.to_string(), width, look),
        field("Creator", &project.creator.email, width, look),
        field("Created", &created, width, look),
    ]
    .concat()
}

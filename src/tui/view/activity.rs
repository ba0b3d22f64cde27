//! The screen of the activity log.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::details::field;
use super::list::{self, Column, Empty};
use super::{Look, time};
use crate::api::Activity;
use crate::tui::state::App;
use crate::tui::state::columns::Fit;

const COLUMNS: [Column<Activity>; 3] = [
    Column {
        label: "WHEN",
        fit: Fit::fixed(11, 2),
        cell: |row, look| (time::ago(Some(row.at), look.now), look.theme.faint()),
    },
    Column {
        label: "WHO",
        fit: Fit::growing(12, 1, 3, 30),
        cell: |row, look| (who(row), look.theme.text()),
    },
    Column {
        label: "WHAT",
        fit: Fit::rest(20),
        cell: |row, look| {
            let words = format!("{} {}", row.action.words(), row.subject);
            (words, look.theme.text())
        },
    },
];

fn who(row: &Activity) -> String {
    let actor = row.actor.as_ref();
    actor.map_or_else(|| "nobody signed in".into(), |actor| actor.email.clone())
}

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let empty = || Empty {
        headline: "Nothing has happened yet".into(),
        way_out: "Esc goes back to the keys.".into(),
    };
    list::render(buffer, screen, app, &app.activity.list, &COLUMNS, empty, look);
}

pub fn details(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let selected = app.activity.list.selected();
    let title = selected.map_or("Details", |row| row.subject.as_str());
    let lines = |width| selected.map_or_else(Vec::new, |row| lines(row, width, look));
    list::details(buffer, area, app, title, lines, look);
}

fn lines(row: &Activity, width: usize, look: &Look) -> Vec<Line<'static>> {
    let at = time::long_date(row.at, &look.zone);
    [
        field("When", &at, width, look),
        field("Who", &who(row), width, look),
    ]
    .concat()
}

//! The screen of people.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::details::field;
use super::list::{self, Column, Empty};
use super::{Look, text, time};
use crate::api::Person;
use crate::tui::state::App;
use crate::tui::state::columns::Fit;

const COLUMNS: [Column<Person>; 3] = [
    Column {
        label: "EMAIL",
        fit: Fit::rest(20),
        cell: |person, look| (person.user.email.clone(), look.theme.text()),
    },
    Column {
        label: "ROLE",
        fit: Fit::fixed(9, 1),
        cell: |person, look| (person.user.role.to_string(), look.theme.text()),
    },
    Column {
        label: "KEYS",
        fit: Fit::fixed(7, 2),
        cell: |person, look| (text::number(person.keys), look.theme.text()),
    },
];

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let empty = || Empty {
        headline: "Nobody".into(),
        way_out: "Esc goes back to the keys.".into(),
    };
    list::render(buffer, screen, app, &app.people.list, &COLUMNS, empty, look);
}

pub fn details(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let selected = app.people.list.selected();
    let title = selected.map_or("Details", |person| person.user.email.as_str());
    let lines = |width| selected.map_or_else(Vec::new, |person| lines(person, width, look));
    list::details(buffer, area, app, title, lines, look);
}

fn lines(person: &Person, width: usize, look: &Look) -> Vec<Line<'static>> {
    let added = time::long_date(person.user.created_at, &look.zone);
    [
        field("Id", &person.user.id.to_string(), width, look),
        field("Added", &added, width, look),
    ]
    .concat()
}

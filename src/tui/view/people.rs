//! The screen of people.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::lines::{field, id};
use super::list::{self, Empty, ListColumn};
use super::{Look, text, time};
use crate::api::Person;
use crate::tui::state::App;
use crate::tui::state::columns::Fit;

pub const COLUMNS: [ListColumn<Person>; 4] = [
    ListColumn {
        label: "EMAIL",
        fit: Fit::rest(20),
        cell: |person, look| (person.user.email.clone(), look.theme.text()),
    },
    ListColumn {
        label: "ROLE",
        fit: Fit::of(9, 1, 9),
        cell: |person, look| (person.user.role.to_string(), look.theme.text()),
    },
    ListColumn {
        label: "KEYS",
        fit: Fit::of(7, 2, 7).right(),
        cell: |person, look| match person.keys {
            0 => ("–".into(), look.theme.faint()),
            keys => (text::number(keys), look.theme.text()),
        },
    },
    ListColumn {
        label: "ADDED",
        fit: Fit::of(10, 3, 10).right(),
        cell: |person, look| {
            (
                time::in_column(person.user.created_at, look, &look.zone),
                look.theme.text(),
            )
        },
    },
];

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    list::render(
        buffer,
        screen,
        app,
        &app.people.list,
        &COLUMNS,
        || empty(app),
        look,
    );
}

pub fn empty(app: &App) -> Empty {
    match app.people.filter.trim() {
        "" => Empty {
            headline: "There is nobody".into(),
            way_out: app.told("{refresh} refreshes, {back} goes back to the keys."),
        },
        typed => Empty {
            headline: format!("Nobody has “{typed}” in their address"),
            way_out: app.told("{back} clears the filter."),
        },
    }
}

pub fn details(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let selected = app.people.list.selected();
    let title = selected.map_or("", |person| person.user.email.as_str());
    let lines =
        |width| selected.map_or_else(Vec::new, |person| lines(person, is_me(app, person), width, look));
    list::details(buffer, area, app, title, lines, look);
}

pub fn is_me(app: &App, person: &Person) -> bool {
    app.me.as_ref().is_some_and(|me| me.user.id == person.user.id)
}

pub fn lines(person: &Person, is_me: bool, width: usize, look: &Look) -> Vec<Line<'static>> {
    let user = &person.user;
    let mut head = vec![Span::styled(user.role.label(), look.theme.strong())];
    if is_me {
        head.push(Span::styled(" · that's you", look.theme.accent()));
    }
    let mut lines = vec![Line::from(head)];
    let duties = text::wrap(user.role.duties(), width).into_iter();
    lines.extend(duties.map(|line| Line::styled(line, look.theme.faint())));
    lines.push(Line::default());
    let keys = match person.keys {
        0 => "none".into(),
        1 => "1 active".into(),
        keys => format!("{} active", text::number(keys)),
    };
    lines.extend(field("Keys", &keys, width, look));
    lines.extend(field(
        "Added",
        &time::long_date(user.created_at, &look.zone),
        width,
        look,
    ));
    lines.extend(id("Id", user.id, width, look));
    lines
}

//! The screen of the activity log, and the newest of it in the details of a key.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::lines::{field, id, paragraph};
use super::list::{self, Empty, ListColumn};
use super::{Look, text, time};
use crate::api::{Activity, ChainHash, Key};
use crate::tui::state::App;
use crate::tui::state::columns::Fit;
use crate::tui::state::notice::sentence;

/// How much of a hash is shown: enough to tell rows apart.
const HASH_DIGITS: usize = 16;

pub const COLUMNS: [ListColumn<Activity>; 4] = [
    ListColumn {
        label: "WHEN",
        fit: Fit::of(11, 2, 11).right(),
        cell: |row, look| (time::brief_age(row.at, look), look.theme.faint()),
    },
    ListColumn {
        label: "WHO",
        fit: Fit::of(12, 1, 30),
        cell: |row, look| (text::short_name(row.who()).to_owned(), look.theme.text()),
    },
    ListColumn {
        label: "WHAT",
        fit: Fit::rest(22),
        cell: |row, look| (what(row), look.theme.text()),
    },
    ListColumn {
        label: "FROM",
        fit: Fit::of(13, 3, 39),
        cell: |row, look| (from(row).unwrap_or_else(|| "–".into()), look.theme.faint()),
    },
];

fn what(row: &Activity) -> String {
    format!("{} {}", row.action.words(), row.subject)
}

fn from(row: &Activity) -> Option<String> {
    row.address.map(|address| address.to_string())
}

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let empty = || empty(app);
    list::render(buffer, screen, app, &app.activity.list, &COLUMNS, empty, look);
}

pub fn empty(app: &App) -> Empty {
    let (headline, way_out) = match app.activity.is_filtered() {
        false => (
            "Nothing has happened that you may see".to_owned(),
            "{back} goes back to the keys.",
        ),
        true => (
            format!("Nothing matches: {}", app.activity.words()),
            "{back} shows everything, and then goes back to the keys.",
        ),
    };
    Empty {
        headline,
        way_out: app.told(way_out),
    }
}

pub fn details(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    let selected = app.activity.list.selected();
    let lines = |width| selected.map_or_else(Vec::new, |row| lines(row, width, look));
    list::details(buffer, area, app, "", lines, look);
}

pub fn lines(row: &Activity, width: usize, look: &Look) -> Vec<Line<'static>> {
    let at = time::exact(row.at, &look.zone);
    let address = from(row).unwrap_or_else(|| "–".into());
    let mut lines = paragraph(&what(row), look.theme.strong(), width);
    lines.push(Line::default());
    lines.extend(field("When", &at, width, look));
    lines.extend(field("Who", row.who(), width, look));
    lines.extend(field("From", &address, width, look));
    if let Some(key) = row.key {
        lines.extend(id("Key id", key, width, look));
    }
    for change in row.changed(|at| time::exact(at, &look.zone)) {
        lines.push(Line::default());
        lines.extend(paragraph(&change.field, look.theme.faint(), width));
        let parts = change.parts.iter();
        lines.extend(parts.flat_map(|part| paragraph(part, look.theme.text(), width)));
    }
    if row.hash == ChainHash::START {
        // Of a log that is seen in part, neither says anything.
        return lines;
    }
    lines.push(Line::default());
    lines.extend(field("Number", &text::number(row.seq), width, look));
    let hash = row.hash.to_string();
    let hash = format!("{}…", hash.get(..HASH_DIGITS).unwrap_or_default());
    lines.extend(field("Hash", &hash, width, look));
    lines
}

/// The newest activity of the key, in its details; nothing while it is on its way.
pub fn of_key(key: &Key, app: &App, width: usize, look: &Look) -> Vec<Line<'static>> {
    let Some(known) = app.key_activity.of(key.id) else {
        return Vec::new();
    };
    let mut lines = vec![
        Line::default(),
        Line::from(vec![
            Span::styled("Activity  ", look.theme.faint()),
            Span::styled(app.told("{its-activity} shows all"), look.theme.faint()),
        ]),
    ];
    match known {
        Ok(rows) if rows.is_empty() => lines.push(Line::raw("  none")),
        Ok(rows) => lines.extend(rows.iter().flat_map(|row| in_short(row, width, look))),
        Err(error) => lines.extend(paragraph(&sentence(error), look.theme.bad(), width)),
    }
    lines
}

/// `3 min ago   mira edited the key`, on as many lines as it needs.
fn in_short(row: &Activity, width: usize, look: &Look) -> Vec<Line<'static>> {
    const AGE: usize = 11;
    let when = text::column(&time::ago(Some(row.at), look), AGE.min(width));
    let what = format!("{} {}", text::short_name(row.who()), row.action.words());
    let what = text::wrap(&what, width.saturating_sub(AGE + 1).max(1));
    let ages = std::iter::once(when).chain(std::iter::repeat(" ".repeat(AGE.min(width))));
    let line = |(age, what)| {
        Line::from(vec![
            Span::styled(format!("{age} "), look.theme.faint()),
            Span::raw(what),
        ])
    };
    ages.zip(what).map(line).collect()
}

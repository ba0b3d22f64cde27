//! The table of keys: only the rows on the screen are ever looked at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::list::{self, ListRow, put};
use super::{Look, chips, clip, header, keys_frame, standing, text, time};
use crate::api::Key;
use crate::tui::state::App;
use crate::tui::state::columns::{self, KeyColumn, Placed};

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let layout = app.layout();
    if layout.bordered {
        let focused = app.over.is_empty() && !app.details_focused;
        keys_frame::render(buffer, clip(layout.table, screen), app, look, focused);
    }
    let placed = columns::of_keys(layout.columns, app.offered_columns());
    heads(buffer, clip(layout.columns, screen), &placed, app, look);
    let area = clip(layout.rows, screen);
    let visible = app.browse.rows.visible().take(usize::from(area.height));
    let lines = visible.map(|(selected, row)| ListRow {
        selected,
        marked: app.marks.contains(row.key.id),
        id: Some(row.key.id),
        cells: (placed.iter().map(|place| cell(place, &row.key, look))).collect(),
        chips: chips::of_key(&row.key),
    });
    let project = placed.iter().position(|place| place.column == KeyColumn::Project);
    list::rows(buffer, area, &placed, lines.collect(), project, look);
}

fn heads(buffer: &mut Buffer, area: Rect, placed: &[Placed<KeyColumn>], app: &App, look: &Look) {
    for place in placed {
        let is_sorted = place.column.sort() == Some(app.browse.query.sort);
        let mut label = place.column.label().to_owned();
        if is_sorted {
            label = format!("{label} {}", header::arrow(app.browse.query.order));
        }
        let style = if is_sorted {
            look.theme.strong()
        } else {
            look.theme.faint()
        };
        put(buffer, area, place, &label, style);
    }
}

fn cell(place: &Placed<KeyColumn>, key: &Key, look: &Look) -> (String, Style) {
    let theme = look.theme;
    match place.column {
        KeyColumn::Name => (key.name.clone(), theme.text()),
        KeyColumn::Scope => (key.scope.label().into(), theme.scope(key.scope)),
        KeyColumn::Project => match &key.project {
            Some(project) => (project.name.clone(), theme.text()),
            None => ("–".into(), theme.faint()),
        },
        KeyColumn::Created => (time::short_date(key.created_at, &look.zone), theme.text()),
        KeyColumn::LastUsed => last_used(key, look),
        KeyColumn::State => standing::in_table(key, usize::from(place.width), look),
        KeyColumn::Owner => {
            let name = text::short_name(&key.creator.email);
            (name.to_owned(), theme.faint())
        }
    }
}

/// `3 min ago`, `never`, or that nobody has needed it for long: `idle 120 d`, `never, idle`. `in 3 d?`
/// is the work of a clock.
fn last_used(key: &Key, look: &Look) -> (String, Style) {
    let theme = look.theme;
    let is_idle = time::is_idle(key.last_used_at.unwrap_or(key.created_at), look.now);
    match (key.last_used_at, is_idle) {
        (None, false) => ("never".into(), theme.faint()),
        (None, true) => ("never, idle".into(), theme.warning()),
        (Some(at), _) if time::is_ahead(at, look.now) => {
            let ahead = time::ago(Some(at), look.now);
            (format!("{ahead}?"), theme.warning())
        }
        (Some(at), true) => (time::idle(at, look.now), theme.warning()),
        (at, false) => (time::ago(at, look.now), theme.text()),
    }
}

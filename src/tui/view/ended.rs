//! Keys that have ended: their table, and what their details say of the end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::lines::{field, paragraph};
use super::list::{self, ListRow, put};
use super::{Look, chips, clip, header, keys_frame, text, time, used};
use crate::api::{Key, RefusedSince};
use crate::model::KeyState;
use crate::tui::state::App;
use crate::tui::state::columns::{self, EndedColumn, Placed};
use crate::tui::state::query::EndedView;

/// From here on a count is told in thousands or millions.
const MANY: u64 = 100_000;

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, view: EndedView, look: &Look) {
    let layout = app.layout();
    if layout.bordered {
        let focused = app.over.is_empty() && !app.details_focused;
        keys_frame::render(buffer, clip(layout.table, screen), app, look, focused);
    }
    let placed = columns::of_ended(layout.columns, view);
    heads(buffer, clip(layout.columns, screen), &placed, app, view, look);
    let area = clip(layout.rows, screen);
    let visible = app.browse.rows.visible().take(usize::from(area.height));
    let lines = visible.map(|(selected, row)| ListRow {
        selected,
        marked: false,
        id: Some(row.key.id),
        cells: (placed.iter().map(|place| cell(place.column, &row.key, look))).collect(),
        chips: chips::of_key(&row.key),
    });
    let project = placed
        .iter()
        .position(|place| place.column == EndedColumn::Project);
    list::rows(buffer, area, &placed, lines.collect(), project, look);
}

fn heads(
    buffer: &mut Buffer,
    area: Rect,
    placed: &[Placed<EndedColumn>],
    app: &App,
    view: EndedView,
    look: &Look,
) {
    let query = &app.browse.query;
    for place in placed {
        let mut label = place.column.label(view).to_owned();
        let mut style = look.theme.faint();
        if place.column.is_sorted(view, query.sort) {
            label = format!("{label} {}", header::arrow(query.order));
            style = look.theme.strong();
        }
        put(buffer, area, place, &label, style);
    }
}

fn cell(column: EndedColumn, key: &Key, look: &Look) -> (String, Style) {
    let theme = look.theme;
    match column {
        EndedColumn::Name => (key.name.clone(), theme.text()),
        EndedColumn::Scope => (key.scope.label().into(), theme.scope(key.scope)),
        EndedColumn::Project => match &key.project {
            Some(project) => (project.name.clone(), theme.text()),
            None => ("–".into(), theme.faint()),
        },
        EndedColumn::Ended => (time::ago(ended_at(key), look.now), theme.text()),
        EndedColumn::By => {
            let by = key.revoked.as_ref().map_or(&key.creator, |revoked| &revoked.by);
            (text::short_name(&by.email).to_owned(), theme.faint())
        }
        EndedColumn::Refused => match key.refused_since.as_ref().map_or(0, |refused| refused.count) {
            0 => ("–".into(), theme.faint()),
            count => (format!("✗ {}", in_short(count)), theme.bad()),
        },
        EndedColumn::Reason => {
            let reason = key.revoked.as_ref().and_then(|revoked| revoked.reason.clone());
            (reason.unwrap_or_default(), theme.text())
        }
    }
}

fn ended_at(key: &Key) -> Option<jiff::Timestamp> {
    match &key.revoked {
        Some(revoked) => Some(revoked.at),
        None => key.expires_at,
    }
}

/// `1,204`, `120k`, `3M`.
fn in_short(count: u64) -> String {
    match count {
        ..MANY => text::number(count),
        MANY..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}M", text::number(count / 1_000_000)),
    }
}

/// In the details: when it was revoked, by whom and why; of every key that has ended, who has presented it since.
pub fn in_details(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(revoked) = &key.revoked {
        let at = time::exact(revoked.at, &look.zone);
        let at = format!("{} ({at})", time::ago(Some(revoked.at), look.now));
        lines.extend(paragraph("Revoked, permanently", look.theme.bad(), width));
        lines.extend(field("Revoked", &at, width, look));
        lines.extend(field("By", &revoked.by.email, width, look));
        let reason = revoked.reason.as_deref().unwrap_or("none given");
        lines.extend(field("Reason", reason, width, look));
    }
    let has_ended = matches!(key.state, KeyState::Revoked | KeyState::Expired);
    if let Some(refused) = key.refused_since.as_ref().filter(|_| has_ended) {
        lines.extend(attempts(refused, width, look));
    }
    lines
}

/// `Since      ✗ 14 refused, last 3 min ago`, and from where.
fn attempts(refused: &RefusedSince, width: usize, look: &Look) -> Vec<Line<'static>> {
    let Some(last) = refused.last.as_ref().filter(|_| refused.count > 0) else {
        return field("Since", "nobody has presented it", width, look);
    };
    let count = text::number(refused.count);
    let words = format!("✗ {count} refused, last {}", time::ago(Some(last.at), look.now));
    let mut lines = field("Since", &words, width, look);
    let from = used::from_where(last).map(|from| super::lines::indented(&from, width));
    lines.extend(from.unwrap_or_default());
    lines
}

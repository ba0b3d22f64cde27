//! Keys that have ended: their table, and what their details say of the end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::found::SoughtText;
use super::lines::{field, paragraph};
use super::list::content;
use super::rows::{self, TableRow, put};
use super::{Look, chips, clip, header, text, time, used};
use crate::api::{Key, RefusedSince};
use crate::model::KeyState;
use crate::tui::state::columns::{self, EndedColumn, Placed};
use crate::tui::state::query::EndedView;
use crate::tui::state::{App, Target, Targets};

pub fn render(
    buffer: &mut Buffer,
    screen: Rect,
    app: &App,
    view: EndedView,
    look: &Look,
    targets: &mut Targets,
) {
    let layout = app.layout();
    let found = app.browse.text_of_rows().and_then(SoughtText::of);
    let area = clip(layout.rows, screen);
    let visible: Vec<_> = app.browse.rows.visible().take(usize::from(area.height)).collect();
    let width_of = |column: EndedColumn| {
        let cells: Vec<(String, Style)> = visible
            .iter()
            .map(|(_, row)| cell(column, &row.key, look))
            .collect();
        content(
            &head(column, view, app),
            cells.iter().map(|(text, _)| text.as_str()),
        )
    };
    let placed = columns::of_ended(layout.columns, view, width_of);
    heads(
        buffer,
        clip(layout.columns, screen),
        &placed,
        view,
        app,
        look,
        targets,
    );
    let lines = visible.iter().map(|(selected, row)| TableRow {
        selected: *selected,
        id: Some(row.key.id),
        cells: (placed
            .iter()
            .map(|place| cell(place.column, &row.key, look).into()))
        .collect(),
        chips: chips::of_key(&row.key),
        ..TableRow::default()
    });
    let project = placed
        .iter()
        .position(|place| place.column == EndedColumn::Project);
    rows::rows(
        buffer,
        area,
        &placed,
        lines.collect(),
        project,
        found.as_ref(),
        look,
    );
}

fn head(column: EndedColumn, view: EndedView, app: &App) -> String {
    let query = &app.browse.query;
    match column.is_sorted(view, query.sort) {
        true => format!("{} {}", column.label(view), header::arrow(query.order)),
        false => column.label(view).to_owned(),
    }
}

fn heads(
    buffer: &mut Buffer,
    area: Rect,
    placed: &[Placed<EndedColumn>],
    view: EndedView,
    app: &App,
    look: &Look,
    targets: &mut Targets,
) {
    let sort = app.browse.query.sort;
    for place in placed {
        let is_sorted = place.column.is_sorted(view, sort);
        let style = match is_sorted {
            true => look.theme.strong(),
            false => look.theme.faint(),
        };
        put(buffer, area, place, &head(place.column, view, app), style);
        // The only order of revoked keys is reversed.
        let target = place.column.sort(view).or(is_sorted.then_some(sort));
        if let Some(sort) = target {
            targets.add(rows::head_area(area, place), Target::Sort(sort));
        }
    }
}

pub fn cell(column: EndedColumn, key: &Key, look: &Look) -> (String, Style) {
    let theme = look.theme;
    match column {
        EndedColumn::Name => (key.name.clone(), theme.text()),
        EndedColumn::Scope => (key.scope.label().into(), theme.faint()),
        EndedColumn::Project => match &key.project {
            Some(project) => (project.name.clone(), theme.text()),
            None => ("–".into(), theme.faint()),
        },
        EndedColumn::Ended => match ended_at(key) {
            Some(at) => (time::brief_age(at, look), theme.text()),
            None => ("–".into(), theme.faint()),
        },
        EndedColumn::By => {
            let by = key.revoked.as_ref().map_or(&key.creator, |revoked| &revoked.by);
            (text::short_name(&by.email).to_owned(), theme.faint())
        }
        EndedColumn::Refused => match key.refused_since.as_ref().map_or(0, |refused| refused.count) {
            0 => ("–".into(), theme.faint()),
            count => (format!("✗{}", text::in_short(count)), theme.bad()),
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
        None => key.settings.expires_at,
    }
}

/// In the details: when it was revoked, by whom and why; of every key that has ended, who has presented it since.
pub fn in_details(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(revoked) = &key.revoked {
        let at = time::long_date(revoked.at, &look.zone);
        let at = format!("{} ({at})", time::ago(Some(revoked.at), look));
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
    let words = format!("✗ {count} refused, last {}", time::ago(Some(last.at), look));
    let mut lines = field("Since", &words, width, look);
    let from = used::from_where(last).map(|from| super::lines::indented(&from, width));
    lines.extend(from.unwrap_or_default());
    lines
}

//! The table of keys: only the rows on the screen are ever looked at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use strum::IntoEnumIterator;

use super::found::SoughtText;
use super::list::content;
use super::rows::{self, Beside, TableCell, TableRow, put};
use super::{Look, chips, clip, header, standing, text, time, used};
use crate::api::{Key, KeyAttention};
use crate::tui::state::columns::{self, KeyColumn, Offered, Placed};
use crate::tui::state::{App, Target, Targets};

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look, targets: &mut Targets) {
    let layout = app.layout();
    let found = app.browse.text_of_rows().and_then(SoughtText::of);
    let area = clip(layout.rows, screen);
    let visible: Vec<_> = app.browse.rows.visible().take(usize::from(area.height)).collect();
    let keys: Vec<&Key> = visible.iter().map(|(_, row)| &row.key).collect();
    let beside: Vec<Beside> = keys
        .iter()
        .map(|key| beside_name(key, found.as_ref(), look))
        .collect();
    let cells: Vec<ColumnCells> = KeyColumn::iter()
        .map(|column| ColumnCells::of(column, &keys, app, look))
        .collect();
    let placed = placed(&cells, with_beside(&keys, &beside), app);
    heads(buffer, clip(layout.columns, screen), &placed, app, look, targets);
    let has_states = has_states(&placed);
    let lines = visible.iter().zip(beside).enumerate();
    let lines = lines.map(|(line, ((selected, row), beside))| TableRow {
        selected: *selected,
        marked: app.marks.contains(row.key.id),
        quiet: is_quiet(&row.key, look),
        id: Some(row.key.id),
        cells: placed
            .iter()
            .map(|place| cell_in(&cells, place, line, &row.key, look))
            .collect(),
        beside: match beside {
            // It has a column.
            Beside::Tag(..) if has_states => Beside::Nothing,
            beside => beside,
        },
        chips: chips::of_key(&row.key),
    });
    let project = placed.iter().position(|place| place.column == KeyColumn::Project);
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

/// What stands in a column on this page, at whatever width, and the width of that with its head.
struct ColumnCells {
    column: KeyColumn,
    cells: Vec<TableCell>,
    content: u16,
}

impl ColumnCells {
    fn of(column: KeyColumn, keys: &[&Key], app: &App, look: &Look) -> Self {
        let cells: Vec<TableCell> = keys
            .iter()
            .map(|key| cell(column, key, usize::from(u16::MAX), look))
            .collect();
        let content = content(&head(column, app), cells.iter().map(|cell| cell.text.as_str()));
        Self {
            column,
            cells,
            content,
        }
    }
}

/// Where the columns stand. Without one for how keys stand, that is told beside their names, which need more room for it.
fn placed(cells: &[ColumnCells], names: u16, app: &App) -> Vec<Placed<KeyColumn>> {
    let area = app.layout().columns;
    let offered = app.offered_columns();
    let content = |column: KeyColumn| {
        let of_column = cells.iter().find(|cells| cells.column == column);
        of_column.map_or(0, |cells| cells.content)
    };
    let placed = columns::of_keys(area, offered, content);
    if has_states(&placed) {
        return placed;
    }
    let offered = Offered {
        states: false,
        ..offered
    };
    columns::of_keys(area, offered, |column| match column {
        KeyColumn::Name => content(column).max(names),
        other => content(other),
    })
}

fn has_states(placed: &[Placed<KeyColumn>]) -> bool {
    placed.iter().any(|place| place.column == KeyColumn::State)
}

/// In few words where the column has little room for how a key stands.
fn cell_in(
    cells: &[ColumnCells],
    place: &Placed<KeyColumn>,
    line: usize,
    key: &Key,
    look: &Look,
) -> TableCell {
    let of_column = cells.iter().find(|cells| cells.column == place.column);
    match of_column.and_then(|cells| cells.cells.get(line)) {
        Some(whole) if place.column != KeyColumn::State => whole.clone(),
        _ => cell(place.column, key, usize::from(place.width), look),
    }
}

/// The widest of the names, each with what stands beside it.
fn with_beside(keys: &[&Key], beside: &[Beside]) -> u16 {
    let both = keys.iter().zip(beside);
    let widest = both
        .map(|(key, beside)| text::width(&key.name) + beside.width())
        .max();
    widest.unwrap_or_default().min(usize::from(u16::MAX)) as u16
}

/// A domain in which the filter found its text, where neither name nor project have it; or how the key stands.
fn beside_name(key: &Key, found: Option<&SoughtText>, look: &Look) -> Beside {
    if let Some(domain) = found.and_then(|found| domain_found(key, found)) {
        return Beside::Found(domain);
    }
    match standing::beside_name(key, look) {
        (tag, _) if tag.is_empty() => Beside::Nothing,
        (tag, style) => Beside::Tag(tag, style),
    }
}

fn domain_found(key: &Key, found: &SoughtText) -> Option<String> {
    let project = key.project.as_ref().map_or("", |project| project.name.as_str());
    if found.is_in(&key.name) || found.is_in(project) {
        return None;
    }
    let mut domains = key.settings.ui_domains.iter();
    domains
        .find(|domain| found.is_in(domain.as_str()))
        .map(|domain| domain.as_str().to_owned())
}

fn head(column: KeyColumn, app: &App) -> String {
    match column.sort() == Some(app.browse.query.sort) {
        true => format!("{} {}", column.label(), header::arrow(app.browse.query.order)),
        false => column.label().to_owned(),
    }
}

fn heads(
    buffer: &mut Buffer,
    area: Rect,
    placed: &[Placed<KeyColumn>],
    app: &App,
    look: &Look,
    targets: &mut Targets,
) {
    for place in placed {
        let is_sorted = place.column.sort() == Some(app.browse.query.sort);
        let style = match is_sorted {
            true => look.theme.strong(),
            false => look.theme.faint(),
        };
        put(buffer, area, place, &head(place.column, app), style);
        if let Some(sort) = place.column.sort() {
            targets.add(rows::head_area(area, place), Target::Sort(sort));
        }
    }
}

/// What stands in a column of this width.
pub fn cell(column: KeyColumn, key: &Key, width: usize, look: &Look) -> TableCell {
    let theme = look.theme;
    let cell = match column {
        KeyColumn::Name => (key.name.clone(), theme.text()),
        KeyColumn::Scope => (key.scope.label().into(), theme.faint()),
        KeyColumn::Project => match &key.project {
            Some(project) => (project.name.clone(), theme.text()),
            None => ("–".into(), theme.faint()),
        },
        KeyColumn::Created => (time::in_column(key.created_at, look, &look.zone), theme.text()),
        KeyColumn::Week => (used::week(key), theme.faint()),
        KeyColumn::Used => return used(key, look),
        KeyColumn::State => standing::in_table(key, width, look),
        KeyColumn::Owner => (text::short_name(&key.creator.email).to_owned(), theme.faint()),
    };
    cell.into()
}

/// Nobody has needed it for long, and nothing else is to be said of it.
fn is_quiet(key: &Key, look: &Look) -> bool {
    time::is_idle(key.last_used_at.unwrap_or(key.created_at), look.now) && refused_of_late(key, look) == 0
}

/// How often it was refused in the days of its bars, if the last time was within the hours that the header counts keys for.
fn refused_of_late(key: &Key, look: &Look) -> u64 {
    let is_of_late = |at| time::is_within_hours(at, look.now, KeyAttention::REFUSED_HOURS);
    match key.last_refused_at.is_some_and(is_of_late) {
        true => key.week.map_or(0, |week| week.total().refused),
        false => 0,
    }
}

/// `✗12  3m`: how often it was refused, if it was of late, and when it was last used; that nobody has needed it for long:
/// `idle 120d`, `never, idle`. `in 3d?` is the work of a clock.
fn used(key: &Key, look: &Look) -> TableCell {
    let theme = look.theme;
    let is_idle = time::is_idle(key.last_used_at.unwrap_or(key.created_at), look.now);
    let (words, style) = match (key.last_used_at, is_idle) {
        (None, false) => ("never".into(), theme.faint()),
        (None, true) => ("never, idle".into(), theme.faint()),
        (Some(at), _) if time::is_ahead(at, look.now) => {
            (format!("{}?", time::brief_age(at, look)), theme.warning())
        }
        (Some(at), true) => (time::idle(at, look), theme.faint()),
        (Some(at), false) => (time::brief_age(at, look), theme.text()),
    };
    let refused = refused_of_late(key, look);
    if refused == 0 {
        return (words, style).into();
    }
    let lead = format!("✗{}", text::in_short(refused));
    TableCell {
        lead: Some((text::width(&lead) as u16, theme.bad().patch(theme.strong()))),
        text: format!("{lead}  {words:>3}"),
        style,
    }
}

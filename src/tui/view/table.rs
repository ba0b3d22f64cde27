//! The table of keys: only the rows on the screen are ever looked at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::list::{self, ListRow, put};
use super::{Look, chips, clip, header, marks, standing, text, time};
use crate::api::Key;
use crate::model::expiry::WARNED_DAYS;
use crate::tui::state::App;
use crate::tui::state::columns::{self, KeyColumn, Placed};

pub fn render(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let layout = app.layout();
    if layout.bordered {
        let focused = app.over.is_empty() && !app.details_focused;
        frame(buffer, clip(layout.table, screen), app, look, focused);
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

/// The border, with where we are among all keys when that is known.
pub(super) fn frame(buffer: &mut Buffer, area: Rect, app: &App, look: &Look, focused: bool) {
    let mut title = vec![Span::raw(format!(" {} ", app.screen_title()))];
    let visible = app.browse.rows.visible().count() as u64;
    if let (Some(first), Some(counts)) = (app.browse.rows.first_number(), app.browse.current_counts())
        && visible > 0
        && visible < counts.total()
    {
        let of = if counts.capped {
            String::new()
        } else {
            format!(" of {}", text::number(counts.total()))
        };
        let range = format!(
            "{}–{}{of} ",
            text::number(first),
            text::number(first + visible - 1)
        );
        title.push(Span::styled(range, look.theme.faint()));
    }
    title.extend(marks::counted(app, look));
    if app.browse.is_replacing() {
        title.push(Span::styled("… ", look.theme.faint()));
    }
    let mut block = Block::bordered().border_style(look.theme.border(focused));
    let used: usize = title.iter().map(|span| text::width(&span.content)).sum();
    let room = usize::from(area.width).saturating_sub(used + 3);
    if let Some(words) = expiring(app, room) {
        let words = Line::styled(words, look.theme.warning());
        block = block.title(words.right_aligned());
    }
    block.title(title).render(area, buffer);
}

/// `3 expire within 30 days`, in fewer words where there is less room, and nothing where that doesn't fit either.
fn expiring(app: &App, room: usize) -> Option<String> {
    // Those that have ended are no more warned of.
    let counts = app
        .expiring
        .counts()
        .filter(|_| app.browse.query.ended.is_none())?;
    let number = match counts.capped {
        true => format!("more than {}", text::number(counts.total())),
        false => text::number(counts.total()),
    };
    let verb = if counts.total() == 1 { "expires" } else { "expire" };
    let forms = [
        format!(" {number} {verb} within {WARNED_DAYS} days "),
        format!(" {number} {verb} in {WARNED_DAYS} d "),
    ];
    forms.into_iter().find(|words| text::width(words) <= room)
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

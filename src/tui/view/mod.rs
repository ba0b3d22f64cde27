//! Draws the state, and changes nothing in it. One file a widget.

pub(super) mod activity;
mod apart;
mod backdrop;
pub(super) mod banner;
pub(super) mod body;
mod canvas;
pub(super) mod chips;
mod countdown;
pub(super) mod counts;
pub(super) mod details;
pub(super) mod dialog;
pub(super) mod ended;
pub(super) mod fields;
mod filter;
mod filters;
mod footer;
pub(super) mod form_lines;
mod found;
pub(super) mod header;
pub(super) mod lines;
pub(super) mod list;
mod local;
mod look;
mod marks;
pub(super) mod meter;
mod pen;
pub(super) mod people;
pub(super) mod picker;
pub(super) mod planned;
pub(super) mod projects;
pub(super) mod reason;
pub(super) mod rows;
mod rules;
pub(super) mod secret;
mod standing;
mod strip;
pub(super) mod table;
pub mod text;
pub mod theme;
pub mod time;
pub(super) mod tour;
mod traffic;
pub(super) mod usage_chart;
pub(super) mod used;

use ratatui::Frame;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

pub use self::canvas::{Canvas, Draw};
pub use self::countdown::{NextChange, next_change};
pub use self::look::Look;
use self::look::clip;
use crate::tui::dialogs::with_dialog;
use crate::tui::state::dialog::Stacking;
use crate::tui::state::{App, Body, Screen, Targets};

/// Draws one frame.
pub fn draw(frame: &mut Frame, app: &App, look: &Look) {
    draw_with_targets(frame, app, look);
}

/// Draws one frame; what can be clicked in it.
pub fn draw_with_targets(frame: &mut Frame, app: &App, look: &Look) -> Targets {
    let area = frame.area();
    let mut targets = Targets::default();
    let cursor = render(frame.buffer_mut(), area, app, look, &mut targets);
    frame.set_cursor_position(cursor);
    targets
}

/// Draws into a buffer; returns where the cursor stands: in the field that has the focus, or else on the selected row or
/// the focused button, where screen readers look for it.
pub fn render(buffer: &mut Buffer, area: Rect, app: &App, look: &Look, targets: &mut Targets) -> Position {
    let (area, rest) = tour::parted(area, app);
    tour::render(buffer, rest, app, look);
    let layout = app.layout();
    header::title(buffer, clip(layout.title, area), app, look, targets);
    counts::render(buffer, clip(layout.summary, area), app, look, targets);
    banner::render(buffer, clip(layout.banner, area), app, look, targets);
    screen(buffer, area, app, look, targets);
    rules::render(buffer, area, app, look, targets);
    let mut cursor = filters::render(buffer, area, app, look, targets);
    strip::render(buffer, clip(layout.strip, area), app, look);
    if let Some(part) = layout.details {
        details(buffer, clip(part, area), app, look);
    }
    footer::render(buffer, clip(layout.footer, area), app, look, targets);
    secret::revealed(buffer, above_footer(area, app), app, look);
    // Of several steps, one at a time is shown.
    let step = app.over.iter().rposition(|over| over.dialog().is_step());
    for over in app.over.iter().skip(step.unwrap_or(0)) {
        let screen = above_footer(area, app);
        if over.dialog().stacking() != Stacking::OnScreen {
            backdrop::dim(buffer, screen, look);
        }
        let canvas = Canvas {
            buffer: &mut *buffer,
            screen,
            app,
            look,
            cursor,
        };
        cursor = with_dialog!(over, dialog => dialog.draw(canvas));
    }
    footer::notice(buffer, area, app, look);
    backdrop::ground(buffer, look);
    mark_covered_cells(buffer);
    cursor.unwrap_or_else(|| resting(buffer, app))
}

/// Where dialogs may lie: the footer says what can be pressed in them.
fn above_footer(area: Rect, app: &App) -> Rect {
    Rect {
        height: app.layout().footer.y.min(area.height),
        ..area
    }
}

fn screen(buffer: &mut Buffer, area: Rect, app: &App, look: &Look, targets: &mut Targets) {
    match app.screen {
        Screen::Projects => projects::render(buffer, area, app, look),
        Screen::People => people::render(buffer, area, app, look),
        Screen::Activity => activity::render(buffer, area, app, look),
        Screen::Keys => match app.browse.body() {
            Body::Rows => match app.browse.rows_ended() {
                None => table::render(buffer, area, app, look, targets),
                Some(view) => ended::render(buffer, area, app, view, look, targets),
            },
            other => body::render(buffer, clip(app.layout().table, area), app, &other, look),
        },
    }
}

/// Where the cursor stands while nothing is typed: on the focused button of a dialog, or else on its title, or on the
/// selected row.
fn resting(buffer: &Buffer, app: &App) -> Position {
    const FOCUSED: &str = "▸";
    if !app.is_on_screen() {
        let width = usize::from(buffer.area.width).max(1);
        let focused = buffer.content.iter().rposition(|cell| cell.symbol() == FOCUSED);
        let at = focused.map(|at| (at % width, at / width));
        if let Some((x, y)) = at.or_else(|| top_title(buffer, width)) {
            return Position::new(x as u16, y as u16);
        }
    }
    let layout = app.layout();
    if let Some(over) = layout.details.filter(|_| layout.is_covered()) {
        return Position::new(over.x, over.y);
    }
    let line = app.selected_line().unwrap_or_default();
    let y = layout.rows.y.saturating_add(line as u16);
    Position::new(layout.rows.x, y.min(buffer.area.bottom().saturating_sub(1)))
}

/// The title of the dialog on top: the corner of its frame, which is not dimmed, comes before that.
fn top_title(buffer: &Buffer, width: usize) -> Option<(usize, usize)> {
    const CORNER: &str = "╭";
    const TO_TITLE: usize = 2;
    let is_corner = |cell: &Cell| cell.symbol() == CORNER && !cell.modifier.contains(Modifier::DIM);
    let at = buffer.content.iter().rposition(is_corner)?;
    Some((at % width + TO_TITLE, at / width))
}

fn details(buffer: &mut Buffer, part: Rect, app: &App, look: &Look) {
    match app.screen {
        Screen::Keys => details::render(buffer, part, app, look),
        Screen::Projects => projects::details(buffer, part, app, look),
        Screen::People => people::details(buffer, part, app, look),
        Screen::Activity => activity::details(buffer, part, app, look),
    }
}

/// Makes the cell under the right half of a wide character differ from a blank one. Ratatui redraws
/// only cells that differ, and not every terminal blanks the right half when the left one goes.
fn mark_covered_cells(buffer: &mut Buffer) {
    let mut covered = false;
    for cell in &mut buffer.content {
        if covered {
            cell.set_symbol("");
        }
        covered = !covered && !cell.symbol().is_ascii() && text::width(cell.symbol()) > 1;
    }
}

//! Draws the state, and changes nothing in it. One file a widget.

mod activity;
mod apart;
mod backdrop;
mod body;
mod canvas;
mod chips;
mod countdown;
mod details;
pub(super) mod dialog;
mod ended;
pub(super) mod fields;
mod filter;
mod footer;
pub(super) mod form_lines;
mod header;
mod keys_frame;
pub(super) mod lines;
mod list;
mod local;
mod look;
mod marks;
pub(super) mod meter;
mod people;
pub(super) mod picker;
pub(super) mod planned;
mod projects;
pub(super) mod secret;
mod standing;
mod table;
pub mod text;
pub mod theme;
pub mod time;
pub(super) mod used;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

pub use self::canvas::{Canvas, Draw};
pub use self::countdown::{NextChange, next_change};
pub use self::look::Look;
use self::look::clip;
use crate::tui::dialogs::with_dialog;
use crate::tui::state::dialog::Stacking;
use crate::tui::state::{App, Body, Screen};

/// Draws one frame.
pub fn draw(frame: &mut Frame, app: &App, look: &Look) {
    let area = frame.area();
    let cursor = render(frame.buffer_mut(), area, app, look);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws into a buffer; returns where the text cursor belongs, when there is one.
pub fn render(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) -> Option<Position> {
    let layout = app.layout();
    header::title(buffer, clip(layout.title, area), app, look);
    let mut cursor = header::summary(buffer, clip(layout.summary, area), app, look);
    screen(buffer, area, app, look);
    if let Some(part) = layout.details {
        details(buffer, clip(part, area), app, look);
    }
    footer::render(buffer, clip(layout.footer, area), app, look);
    footer::notice(buffer, area, app, look);
    secret::revealed(buffer, above_footer(area, app), app, look);
    for over in &app.over {
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
    backdrop::ground(buffer, look);
    mark_covered_cells(buffer);
    cursor
}

/// Where dialogs may lie: the footer says what can be pressed in them.
fn above_footer(area: Rect, app: &App) -> Rect {
    Rect {
        height: app.layout().footer.y.min(area.height),
        ..area
    }
}

fn screen(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    match app.screen {
        Screen::Projects => projects::render(buffer, area, app, look),
        Screen::People => people::render(buffer, area, app, look),
        Screen::Activity => activity::render(buffer, area, app, look),
        Screen::Keys => match app.browse.body() {
            Body::Rows => match app.browse.rows_ended() {
                None => table::render(buffer, area, app, look),
                Some(view) => ended::render(buffer, area, app, view, look),
            },
            other => body::render(buffer, clip(app.layout().table, area), app, &other, look),
        },
    }
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

//! Draws the state, and changes nothing in it. One file a widget.

mod body;
mod conflict;
mod details;
mod dialog;
mod footer;
mod form;
mod header;
mod help;
mod new_secret;
mod palette;
mod question;
mod revoke;
mod table;
pub mod text;
pub mod theme;
pub mod time;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::theme::Theme;
use crate::tui::state::layout::Area;
use crate::tui::state::{App, Body, Over};

/// What a frame needs to know beside the state.
#[derive(Debug, Clone)]
pub struct Look {
    pub theme: Theme,
    pub now: Timestamp,
    pub zone: TimeZone,
}

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
    match app.browse.body() {
        Body::Rows => table::render(buffer, area, app, look),
        other => body::render(buffer, clip(layout.table, area), app, &other, look),
    }
    if let Some(details) = layout.details {
        details::render(buffer, clip(details, area), app, look);
    }
    footer::render(buffer, clip(layout.footer, area), app, look);
    footer::notice(buffer, area, app, look);
    for over in &app.over {
        cursor = match over {
            Over::Filter(_) => cursor,
            Over::Form(form) => form::render(buffer, area, form, look),
            Over::Revoke(dialog) => revoke::render(buffer, area, dialog, app, look),
            Over::NewSecret(new) => new_secret::render(buffer, area, new, look),
            Over::Conflict(conflict) => conflict::render(buffer, area, conflict, look),
            Over::Question(question) => question::render(buffer, area, question, look),
            Over::Palette(palette) => palette::render(buffer, area, palette, look),
            Over::Help(help) => help::render(buffer, area, help, app, look),
        };
    }
    mark_covered_cells(buffer);
    cursor
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

/// A part of the layout, never beyond the buffer.
fn clip(part: Area, screen: Rect) -> Rect {
    Rect::new(part.x, part.y, part.width, part.height).intersection(screen)
}

//! A secret on the screen: on rows of its own over the whole width, with nothing on its left and right, so that what is
//! selected with the mouse is the secret and nothing else.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::{Look, text};
use crate::model::Secret;
use crate::tui::keymap::Action;
use crate::tui::state::App;

/// Lines that whatever stands beside a secret has before blank ones around it.
const BESIDE: u16 = 6;
const TOO_SMALL: &str = "Too small to show it whole.";

/// How many lines it takes on this screen, with blank ones around it where there is room.
pub fn height(secret: &Secret, screen: Rect) -> u16 {
    let rows = rows(secret, screen).len() as u16;
    let blanks = if rows + 2 + BESIDE <= screen.height { 2 } else { 0 };
    rows + blanks
}

/// Draws it in the middle of these lines of the screen.
pub fn draw(buffer: &mut Buffer, area: Rect, secret: &Secret, screen: Rect, look: &Look) {
    Clear.render(area, buffer);
    let rows = rows(secret, screen);
    let above = area.height.saturating_sub(rows.len() as u16) / 2;
    let below = Rect {
        y: area.y + above,
        height: area.height - above,
        ..area
    };
    let rows = rows.into_iter().map(|row| Line::styled(row, look.theme.strong()));
    Paragraph::new(rows.collect::<Vec<_>>()).render(below, buffer);
}

/// A part of it would be taken for the whole.
fn rows(secret: &Secret, screen: Rect) -> Vec<String> {
    let rows = text::chunks(secret.expose(), usize::from(screen.width));
    match rows.len() < usize::from(screen.height) {
        true => rows,
        false => vec![text::fit(TOO_SMALL, usize::from(screen.width))],
    }
}

/// The secret that was revealed, over the lowest lines above the footer, below what it is and how to copy and hide it.
pub fn revealed(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let Some(shown) = &app.revealed else {
        return;
    };
    let Some(key) = app.selected().filter(|key| key.id == shown.key) else {
        return;
    };
    let height = rows(&shown.secret, screen).len() as u16;
    let area = Rect {
        y: screen.bottom().saturating_sub(height).max(screen.y),
        height: height.min(screen.height),
        ..screen
    };
    let heading = Rect {
        y: area.y.saturating_sub(1),
        height: 1,
        ..screen
    };
    if heading.y < area.y {
        Clear.render(heading, buffer);
        Paragraph::new(heading_of(&key.name, app, heading, look)).render(heading, buffer);
    }
    draw(buffer, area, &shown.secret, screen, look);
}

/// `── Secret of “Checkout assistant” ── c copies it, x hides it; hidden in 30 s ────`
fn heading_of(name: &str, app: &App, area: Rect, look: &Look) -> Line<'static> {
    let key = |action, what: &str| {
        let key = app.keymap.key_of(app.layer(), action)?;
        Some(format!("{key} {what}"))
    };
    let keys = [key(Action::Copy, "copies it"), key(Action::Reveal, "hides it")];
    let keys: Vec<String> = keys.into_iter().flatten().collect();
    let keys = match keys.as_slice() {
        [] => " hidden in 30 s ".to_owned(),
        keys => format!(" {}; hidden in 30 s ", keys.join(", ")),
    };
    let width = usize::from(area.width);
    let room = width.saturating_sub(text::width(&keys) + 8);
    let name = match room {
        ..16 => String::new(),
        room => format!(" {} ──", text::fit_sentence(&format!("Secret of “{name}”"), room)),
    };
    let left = format!("──{name}");
    let rest = width.saturating_sub(text::width(&left) + text::width(&keys));
    let border = look.theme.accent();
    Line::from(vec![
        Span::styled(left, border),
        Span::styled(keys, look.theme.warning().bold()),
        Span::styled("─".repeat(rest), border),
    ])
}

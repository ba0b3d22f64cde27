//! What lies behind a dialog: quiet, so that it is told from the dialog at a glance; without colours by its weight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::Look;

/// Quiets what was drawn in this area.
pub fn dim(buffer: &mut Buffer, area: Rect, look: &Look) {
    let quiet = look.theme.backdrop();
    let area = area.intersection(buffer.area);
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.fg = quiet.fg.unwrap_or_default();
                cell.bg = quiet.bg.unwrap_or_default();
                cell.modifier = quiet.add_modifier;
            }
        }
    }
}

/// Paints what has no colour of its own, where the theme has one for that.
pub fn ground(buffer: &mut Buffer, look: &Look) {
    let ground = look.theme.ground();
    if ground.fg.is_none() && ground.bg.is_none() {
        return;
    }
    let paint = |colour: &mut Color, of_theme: Option<Color>| {
        if let (Color::Reset, Some(of_theme)) = (*colour, of_theme) {
            *colour = of_theme;
        }
    };
    for cell in &mut buffer.content {
        paint(&mut cell.fg, ground.fg);
        paint(&mut cell.bg, ground.bg);
    }
}

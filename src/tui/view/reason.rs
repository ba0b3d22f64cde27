//! The line above the buttons of a dialog, in which one writes why something ends.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;
use ratatui::widgets::{Paragraph, Widget};

use super::{Look, form_lines, text};
use crate::tui::keymap::{Keymap, Layer};
use crate::tui::state::text::TextField;

/// What it is called, also where it is spoken.
pub const LABEL: &str = "Reason";
const HINT: &str = "optional: why it ends ({left})";

/// `Reason  leaked in a build log`; returns where the cursor is while it is typed.
pub fn render(
    buffer: &mut Buffer,
    area: Rect,
    reason: &TextField,
    is_focused: bool,
    look: &Look,
) -> Option<Position> {
    let style = match is_focused {
        true => look.theme.accent().bold(),
        false => look.theme.faint(),
    };
    let mark = if is_focused { "▌" } else { " " };
    let label = format!("{mark}{LABEL}  ");
    let taken = (text::width(&label) as u16).min(area.width);
    Paragraph::new(Span::styled(label, style)).render(area, buffer);
    let input = Rect {
        x: area.x + taken,
        width: area.width - taken,
        ..area
    };
    if reason.value().is_empty() && !is_focused {
        let hint = Keymap::told_of_fixed(Layer::Asking, HINT);
        let hint = text::fit(&hint, usize::from(input.width));
        Paragraph::new(Span::styled(hint, look.theme.faint())).render(input, buffer);
        return None;
    }
    let cursor = form_lines::text_line(buffer, input, reason, look.theme.text());
    cursor.filter(|_| is_focused)
}

//! What the other person changed, field by field, beside what was typed here.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Look, dialog, text};
use crate::tui::state::Conflict;
use crate::tui::state::conflict::{Line as Field, Side};

const WIDTH: u16 = 92;
const LINES_A_VALUE: usize = 4;

pub fn render(buffer: &mut Buffer, screen: Rect, conflict: &Conflict, look: &Look) -> Option<Position> {
    let theme = look.theme;
    let width = dialog::inner_width(screen, WIDTH);
    let intro = "Someone saved this key while you were editing it. Choose whose value counts in each field; nothing you typed is lost.";
    let mut lines: Vec<Line> = text::wrap(intro, width).into_iter().map(Line::raw).collect();
    lines.push(Line::default());
    let mut selected_line = 0;
    for (index, field) in conflict.lines.iter().enumerate() {
        if index == conflict.selected {
            selected_line = lines.len();
        }
        lines.extend(field_lines(field, index == conflict.selected, width, look));
    }
    if conflict.lines.is_empty() {
        lines.push(Line::styled(
            "They made the same changes as you: nothing is left to save.",
            theme.strong(),
        ));
    }
    let height = lines.len() as u16 + 4;
    let inner = dialog::open(
        buffer,
        screen,
        WIDTH,
        height,
        "Changed by someone else",
        theme.warning(),
    );
    let last = inner.height.min(1);
    let above = Rect {
        height: inner.height - last,
        ..inner
    };
    let block = 3 + LINES_A_VALUE;
    let scroll = (selected_line + block)
        .saturating_sub(usize::from(above.height))
        .min(selected_line);
    Paragraph::new(lines)
        .scroll((scroll as u16, 0))
        .render(above, buffer);
    let hint = "← mine   → theirs   ↑↓ field   Enter saves   Esc back to the form";
    let below = Rect {
        y: inner.y + above.height,
        height: last,
        ..inner
    };
    Paragraph::new(Line::styled(hint, theme.faint())).render(below, buffer);
    None
}

fn field_lines(field: &Field, selected: bool, width: usize, look: &Look) -> Vec<Line<'static>> {
    let theme = look.theme;
    let mark = if selected { "▌" } else { " " };
    let note = if field.is_contested() {
        "both of you changed it"
    } else {
        ""
    };
    let head = if selected {
        theme.strong().patch(theme.accent())
    } else {
        theme.strong()
    };
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{mark}{}  ", field.label), head),
        Span::styled(note, theme.warning()),
    ])];
    let column = width.saturating_sub(4) / 2;
    let mine = value_lines("mine", &field.mine, field.side == Side::Mine, column);
    let theirs = value_lines("theirs", &field.theirs, field.side == Side::Theirs, column);
    for row in 0..mine.len().max(theirs.len()) {
        let cell = |lines: &[String], taken| {
            let content = text::column(lines.get(row).map_or("", String::as_str), column);
            Span::styled(content, if taken { theme.text() } else { theme.faint() })
        };
        lines.push(Line::from(vec![
            Span::raw("  "),
            cell(&mine, field.side == Side::Mine),
            Span::raw("  "),
            cell(&theirs, field.side == Side::Theirs),
        ]));
    }
    lines.push(Line::default());
    lines
}

/// `(•) mine: …`, the taken side with a dot.
fn value_lines(side: &str, value: &str, taken: bool, width: usize) -> Vec<String> {
    let mark = if taken { "(•)" } else { "( )" };
    let mut lines = vec![format!("{mark} {side}")];
    let mut values: Vec<String> = value
        .lines()
        .map(|line| format!("    {}", text::fit(line, width.saturating_sub(4))))
        .collect();
    if values.is_empty() {
        values.push("    (none)".into());
    }
    if values.len() > LINES_A_VALUE {
        let more = values.len() - LINES_A_VALUE + 1;
        values.truncate(LINES_A_VALUE - 1);
        values.push(format!("    and {more} more"));
    }
    lines.extend(values);
    lines
}

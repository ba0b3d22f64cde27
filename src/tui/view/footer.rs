//! What can be done now, and what just happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Widget};

use super::{Look, filter, marks, text};
use crate::tui::keymap::Action;
use crate::tui::state::{App, Tone};

/// What there is to say of what was typed into the filter or waits for rows, or else the hints of the layer for what is
/// possible now. Where they don't all fit, the ways out and help stay.
pub fn render(buffer: &mut Buffer, area: Rect, app: &App, look: &Look) {
    if let Some((sentence, style)) = filter::says(app, look) {
        let room = usize::from(area.width).saturating_sub(2);
        let sentence = format!(" {}", text::fit_sentence(&sentence, room));
        Paragraph::new(Span::styled(sentence, style)).render(area, buffer);
        return;
    }
    if let Some(words) = app.waiting_words() {
        let room = usize::from(area.width).saturating_sub(2);
        let words = format!(" {}", text::fit_sentence(&words, room));
        Paragraph::new(Span::styled(words, look.theme.warning())).render(area, buffer);
        return;
    }
    let possible = app.keymap.of_layer(app.layer());
    let possible = possible.filter(|binding| app.can(binding.action));
    let hints = possible.filter_map(|binding| {
        let key = binding.keys.first()?.label();
        let hint = marks::hint(app, binding).unwrap_or_else(|| binding.hint.to_owned());
        Some((binding.action, key, hint))
    });
    let mut hints: Vec<(Action, String, String)> = hints.filter(|(.., hint)| !hint.is_empty()).collect();
    hints.sort_by_key(|(action, ..)| marks::rank(app, *action));
    let is_last = |action: &Action| matches!(action, Action::Back | Action::Help | Action::Quit);
    let cells = |(_, key, hint): &(Action, String, String)| text::width(key) + text::width(hint) + 3;
    let mut room = usize::from(area.width) + 1;
    let reserved: usize = hints.iter().filter(|hint| is_last(&hint.0)).map(cells).sum();
    room = room.saturating_sub(reserved);
    let mut spans = vec![Span::raw(" ")];
    for hint in &hints {
        if !is_last(&hint.0) {
            if cells(hint) > room {
                continue;
            }
            room -= cells(hint);
        }
        spans.push(Span::styled(
            hint.1.clone(),
            look.theme.strong().patch(look.theme.accent()),
        ));
        spans.push(Span::raw(format!(" {}  ", hint.2)));
    }
    Paragraph::new(Line::from(spans)).render(area, buffer);
}

/// A line over the bottom border, so that it costs no row and moves nothing. Where that is too short for it, it
/// goes on over the hints: a name in it tells which thing it is about, and is not cut.
pub fn notice(buffer: &mut Buffer, screen: Rect, app: &App, look: &Look) {
    let Some(notice) = &app.notice else {
        return;
    };
    let (sign, style) = match notice.tone {
        Tone::Done => ("✓", look.theme.good()),
        Tone::Note => ("·", look.theme.strong()),
        Tone::Failed => ("✗", look.theme.bad()),
    };
    let table = app.layout().table;
    let border = (table.y + table.height).saturating_sub(1);
    let room = usize::from(screen.width).saturating_sub(8);
    let mut lines = text::wrap(&notice.text, room);
    if lines.len() > usize::from(screen.height) / 2 {
        lines = vec![text::fit_sentence(&notice.text, room)];
    }
    let height = lines.len() as u16;
    // Never over a row that is not needed for it.
    let y = border.min(screen.bottom().saturating_sub(height));
    let lines = lines.into_iter().enumerate().map(|(index, line)| match index {
        0 => format!(" {sign} {line} "),
        _ => format!("   {line} "),
    });
    let lines: Vec<Line> = lines.map(|line| Line::styled(line, style)).collect();
    let width = lines.iter().map(Line::width).max().unwrap_or_default();
    let area = Rect {
        x: 2.min(screen.width),
        y,
        width: (width as u16).min(screen.width),
        height,
    }
    .intersection(screen);
    let below = Rect {
        x: screen.x,
        y: border + 1,
        width: screen.width,
        height: (y + height).saturating_sub(border + 1),
    };
    Clear.render(below.intersection(screen), buffer);
    Clear.render(area, buffer);
    Paragraph::new(lines).render(area, buffer);
}

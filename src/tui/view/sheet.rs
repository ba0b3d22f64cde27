//! A form with a few fields, for people and projects.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::form_lines::{FormLines, LABEL};
use super::{Look, dialog, text};
use crate::tui::state::Sheet;
use crate::tui::state::sheet::{Entry, SheetField};

pub fn render(buffer: &mut Buffer, screen: Rect, sheet: &Sheet, look: &Look) -> Option<Position> {
    let mut lines = FormLines::new(screen, look);
    if let Some(error) = &sheet.error {
        lines.banner(error);
    }
    for sentence in &sheet.about {
        for line in text::wrap(sentence, lines.width) {
            lines.plain(Line::raw(line));
        }
    }
    if !sheet.about.is_empty() {
        lines.plain(Line::default());
    }
    for (index, field) in sheet.fields.iter().enumerate() {
        render_field(&mut lines, field, index == sheet.focus);
    }
    lines.show(buffer, screen, &sheet.title, button(sheet, look))
}

fn render_field(lines: &mut FormLines, field: &SheetField, focused: bool) {
    let label = lines.label(field.label, focused);
    match &field.entry {
        Entry::Text(text) => lines.input(label, text, focused),
        Entry::Hidden(text) => lines.hidden(label, text, focused),
        Entry::Choice { options, chosen } => {
            let mut spans = vec![label];
            spans.extend(options_line(
                options,
                *chosen,
                lines.width.saturating_sub(LABEL),
                lines.look,
            ));
            lines.line(Line::from(spans), focused, Some(LABEL + 1));
        }
    }
    lines.error(field.error.as_deref());
    if focused && !field.hint().is_empty() {
        lines.hint(field.hint());
    }
}

/// All options, the chosen one marked; where they don't all fit, the chosen one alone.
fn options_line(options: &[&'static str], chosen: usize, room: usize, look: &Look) -> Vec<Span<'static>> {
    let marked = |(index, option): (usize, &&str)| match index == chosen {
        true => Span::styled(format!("(•) {option}   "), look.theme.accent().bold()),
        false => Span::styled(format!("( ) {option}   "), look.theme.faint()),
    };
    let all: Vec<_> = options.iter().enumerate().map(marked).collect();
    let used: usize = all.iter().map(|span| text::width(&span.content)).sum();
    if used <= room {
        return all;
    }
    let option = options.get(chosen).copied().unwrap_or_default();
    vec![Span::styled(format!("◂ {option} ▸"), look.theme.accent().bold())]
}

fn button(sheet: &Sheet, look: &Look) -> Line<'static> {
    if sheet.sending {
        return Line::styled("Waiting for the server…", look.theme.faint());
    }
    dialog::buttons(&[(sheet.verb, sheet.is_on_button(), false)], look)
}

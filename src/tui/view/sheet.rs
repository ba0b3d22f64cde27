//! A form with a few fields, for people and projects.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::form_lines::{FormLines, LABEL};
use super::{Look, dialog, text};
use crate::tui::state::Sheet;
use crate::tui::state::fields::{FieldKind, SheetField};

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
    for (index, field) in sheet.fields.list.iter().enumerate() {
        render_field(&mut lines, field, index == sheet.fields.focus);
    }
    lines.show(buffer, screen, &sheet.title, button(sheet, look))
}

/// A field with its error or, while it has the focus, its hint.
pub fn render_field(lines: &mut FormLines, field: &SheetField, focused: bool) {
    let label = lines.label(field.label, focused);
    match &field.entry {
        FieldKind::Text(text) => lines.input(label, text, focused),
        FieldKind::Hidden(text) => lines.hidden(label, text, focused),
        FieldKind::Choice { options, chosen } => {
            let room = lines.width.saturating_sub(LABEL);
            let (options, cursor) = options_line(options, *chosen, room, lines.look);
            let spans: Vec<_> = std::iter::once(label).chain(options).collect();
            lines.line(Line::from(spans), focused, Some(LABEL + cursor));
        }
    }
    lines.error(field.error.as_deref());
    if focused && !field.hint().is_empty() {
        lines.hint(field.hint());
    }
}

/// All options, the chosen one marked; where they don't all fit, the chosen one alone. With it, where the
/// cursor stands among them: on the mark of the chosen one.
fn options_line(
    options: &[&'static str],
    chosen: usize,
    room: usize,
    look: &Look,
) -> (Vec<Span<'static>>, usize) {
    let marked = |(index, option): (usize, &&str)| match index == chosen {
        true => Span::styled(format!("(•) {option}   "), look.theme.accent().bold()),
        false => Span::styled(format!("( ) {option}   "), look.theme.faint()),
    };
    let all: Vec<_> = options.iter().enumerate().map(marked).collect();
    let width = |spans: &[Span]| -> usize { spans.iter().map(|span| text::width(&span.content)).sum() };
    if width(&all) <= room {
        let cursor = width(&all[..chosen.min(all.len())]) + 1;
        return (all, cursor);
    }
    let option = options.get(chosen).copied().unwrap_or_default();
    let only = Span::styled(format!("◂ {option} ▸"), look.theme.accent().bold());
    (vec![only], 0)
}

fn button(sheet: &Sheet, look: &Look) -> Line<'static> {
    if sheet.sending {
        return Line::styled("Waiting for the server…", look.theme.faint());
    }
    dialog::buttons(&[(sheet.verb, sheet.is_on_button(), false)], look)
}

//! Lines of text that details and dialogs are made of.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use uuid::Uuid;

use super::{Look, chips, text};

/// Of values that stand below their label.
const INDENT: usize = 2;

/// Text of as many lines as it needs.
pub fn paragraph(words: &str, style: Style, width: usize) -> Vec<Line<'static>> {
    let lines = text::wrap(words, width).into_iter();
    lines.map(|line| Line::styled(line, style)).collect()
}

/// Text of as many lines as it needs, indented where it has room.
pub fn indented(words: &str, width: usize) -> Vec<Line<'static>> {
    let room = width.checked_sub(text::width(words));
    let indent = room.unwrap_or(INDENT).min(INDENT);
    let lines = text::wrap(words, width.saturating_sub(indent)).into_iter();
    lines
        .map(|line| Line::raw(format!("{:indent$}{line}", "")))
        .collect()
}

/// A label of fixed width and its value, which goes to lines of its own where it doesn't fit.
pub fn field(label: &'static str, value: &str, width: usize, look: &Look) -> Vec<Line<'static>> {
    let column = label_column(label);
    let label = Span::styled(text::column(label, column.min(width)), look.theme.faint());
    if text::width(value) + column <= width {
        return vec![Line::from(vec![label, Span::raw(text::fit(value, width))])];
    }
    let mut lines = vec![Line::from(label)];
    lines.extend(indented(value, width));
    lines
}

/// An id on one line with its label: whole, or its start and its end.
pub fn id(label: &'static str, id: Uuid, width: usize, look: &Look) -> Vec<Line<'static>> {
    let room = width.saturating_sub(label_column(label));
    field(label, &text::fit_both_ends(&id.to_string(), room), width, look)
}

/// A label of fixed width and chips behind it, as many lines as they need.
pub fn chips_of(label: &'static str, items: &[String], width: usize, look: &Look) -> Vec<Line<'static>> {
    let column = label_column(label).min(width);
    let lines = chips::in_lines(items, width.saturating_sub(column).max(2));
    let labels = [label].into_iter().chain(std::iter::repeat(""));
    let lines = labels.zip(lines).map(|(label, line)| {
        let label = Span::styled(text::column(label, column), look.theme.faint());
        Line::from(vec![label, Span::raw(line)])
    });
    lines.collect()
}

/// Two columns: one for the toggles' long labels, one for all others.
fn label_column(label: &str) -> usize {
    if label.len() > 10 { 20 } else { 11 }
}

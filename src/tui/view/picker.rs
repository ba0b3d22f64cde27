//! A box with a line of text to type, and what it finds: the palette, and the search for people.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::{Canvas, Look, dialog, form_lines, text};
use crate::tui::state::picker::Picker;

const WIDTH: u16 = 92;
/// A description that would have fewer cells beside the name stands below it.
const LEAST_ABOUT: usize = 24;
/// Lines that typing and choosing need at least.
const LEAST_LIST: usize = 8;
/// Cells between name, description and what stands on the right.
const GAP: usize = 2;

pub struct PickerBox<'a> {
    pub title: &'a str,
    /// What it is chosen for, where there is room for that; may be empty.
    pub what_for: &'a str,
    /// Stands before what is typed.
    pub prompt: &'static str,
    /// Said when nothing is found and nothing failed.
    pub nothing: &'a str,
    /// Lines that the box has at most for what is found.
    pub most: usize,
}

/// How an item reads.
pub struct PickerLine {
    /// Its heading, above the first one that has it.
    pub group: Option<&'static str>,
    /// Whole, over several lines if it must.
    pub name: String,
    pub about: String,
    /// Stands on the right.
    pub aside: String,
}

impl PickerBox<'_> {
    pub fn draw<T>(
        &self,
        canvas: Canvas,
        picker: &Picker<T>,
        line: impl Fn(&T) -> PickerLine,
    ) -> Option<Position> {
        let Canvas {
            buffer, screen, look, ..
        } = canvas;
        let found: Vec<PickerLine> = picker.items().iter().map(line).collect();
        let what_for = match self.what_for {
            "" => Vec::new(),
            words => text::wrap(words, dialog::inner_width(screen, WIDTH)),
        };
        let height = (self.most + what_for.len() + 4) as u16;
        let opened = dialog::open(buffer, screen, WIDTH, height, self.title, look.theme.accent());
        let above = match usize::from(opened.inner.height) >= what_for.len() + LEAST_LIST {
            true => what_for,
            false => Vec::new(),
        };
        let inner = Rect {
            y: opened.inner.y + above.len() as u16,
            height: opened.inner.height - above.len() as u16,
            ..opened.inner
        };
        let above = above
            .into_iter()
            .map(|line| Line::styled(line, look.theme.faint()));
        Paragraph::new(above.collect::<Vec<_>>()).render(opened.inner, buffer);
        let input = Rect {
            height: inner.height.min(1),
            ..inner
        };
        // A blank line, where what is found has room below it.
        let head = if inner.height > 4 { 2 } else { 1 };
        let list = Rect {
            y: inner.y + inner.height.min(head),
            height: inner.height.saturating_sub(head),
            ..inner
        };
        let cursor = self.input(buffer, input, picker, look);
        if found.is_empty() {
            let nothing = picker.error.as_deref().unwrap_or(self.nothing);
            let lines = text::wrap(nothing, usize::from(list.width)).into_iter();
            let lines = lines.map(|line| Line::styled(line, look.theme.faint()));
            Paragraph::new(lines.collect::<Vec<_>>()).render(list, buffer);
        }
        let (lines, selected) = all_lines(&found, picker.index(), usize::from(list.width), look);
        let height = usize::from(list.height);
        let skip = selected.end.saturating_sub(height).min(selected.start);
        let below = lines.len().saturating_sub(skip + height);
        for (line, y) in lines.into_iter().skip(skip).zip(list.top()..list.bottom()) {
            let row = Rect { y, height: 1, ..list };
            line.render(row, buffer);
        }
        dialog::more_lines(buffer, opened, (skip as u16, below as u16), look);
        cursor
    }

    fn input<T>(
        &self,
        buffer: &mut Buffer,
        input: Rect,
        picker: &Picker<T>,
        look: &Look,
    ) -> Option<Position> {
        Paragraph::new(Span::styled(self.prompt, look.theme.accent())).render(input, buffer);
        let prompt = text::width(self.prompt) as u16;
        let field = Rect {
            x: input.x + prompt,
            width: input.width.saturating_sub(prompt),
            ..input
        }
        .intersection(input);
        form_lines::text_line(buffer, field, &picker.text, look.theme.strong())
    }
}

/// The lines of what is found, each whole, and which of them are of the selected one: its heading with it.
fn all_lines(
    found: &[PickerLine],
    index: usize,
    width: usize,
    look: &Look,
) -> (Vec<Line<'static>>, Range<usize>) {
    let names = found.iter().filter(|found| !found.about.is_empty());
    let column = names
        .map(|found| text::width(&found.name) + GAP)
        .max()
        .unwrap_or(0);
    let mut lines = Vec::new();
    let mut selected = 0..0;
    let mut group = None;
    for (at, found) in found.iter().enumerate() {
        let from = lines.len();
        if found.group != group {
            group = found.group;
            lines.extend(group.map(|group| Line::styled(group, look.theme.faint().bold())));
        }
        let style = match at == index {
            true => look.theme.selected(),
            false => look.theme.text(),
        };
        lines.extend(lines_of(found, column, width, style, look));
        if at == index {
            selected = from..lines.len();
        }
    }
    (lines, selected)
}

/// `revoke      revoke the key or all marked (asks first)      d, Del`
fn lines_of(
    found: &PickerLine,
    column: usize,
    width: usize,
    style: Style,
    look: &Look,
) -> Vec<Line<'static>> {
    let aside = text::fit(&found.aside, width / 2);
    let room = width.saturating_sub(text::width(&aside) + GAP);
    let beside = room.saturating_sub(column);
    let is_beside = !found.about.is_empty() && beside >= LEAST_ABOUT;
    let strong = style.patch(look.theme.strong());
    let keys = match style == look.theme.text() {
        true => look.theme.accent(),
        false => style,
    };
    let first = |name: &str, about: &str| {
        let (name, about) = match is_beside {
            true => (text::column(name, column), text::column(about, beside + GAP)),
            false => (text::column(name, room + GAP), String::new()),
        };
        let name = Span::styled(name, strong);
        let aside = Span::styled(aside.clone(), keys);
        Line::from(vec![name, Span::raw(about), aside]).style(style)
    };
    if is_beside {
        let mut about = text::wrap(&found.about, beside).into_iter();
        let head = first(&found.name, &about.next().unwrap_or_default());
        let rest = about.map(|line| below(&line, column, width, style));
        return std::iter::once(head).chain(rest).collect();
    }
    let mut names = text::whole(&found.name, room).into_iter();
    let mut lines = vec![first(&names.next().unwrap_or_default(), "")];
    lines.extend(names.map(|line| below(&line, 0, width, style)));
    if !found.about.is_empty() {
        let about = text::wrap(&found.about, width.saturating_sub(GAP)).into_iter();
        lines.extend(about.map(|line| below(&line, GAP, width, style)));
    }
    lines
}

fn below(line: &str, indent: usize, width: usize, style: Style) -> Line<'static> {
    Line::styled(
        text::column(&format!("{}{line}", " ".repeat(indent)), width),
        style,
    )
}

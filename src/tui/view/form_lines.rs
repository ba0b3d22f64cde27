//! The lines of a form: labels, fields, hints and what is wrong, and the box that they scroll in.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use unicode_segmentation::UnicodeSegmentation;

use super::{Canvas, Look, dialog, text};
use crate::model::Shown;
use crate::tui::state::form::{Form, Presence};
use crate::tui::state::hidden::HiddenField;
use crate::tui::state::text::TextField;

const WIDTH: u16 = 76;
/// Cells of a label at least, with the gap after it.
const LABEL: usize = 14;

/// A line of the form; the focused one also says where the cursor is.
struct FormLine {
    line: Line<'static>,
    focused: bool,
    cursor: Option<usize>,
}

/// Collects the lines from top to bottom.
pub struct FormLines<'a> {
    pub look: &'a Look,
    pub width: usize,
    /// Where the fields begin.
    pub label: usize,
    lines: Vec<FormLine>,
}

impl<'a> FormLines<'a> {
    /// With room for the longest label of the form.
    pub fn of(form: &Form, screen: Rect, look: &'a Look) -> Self {
        let shown = form.fields.iter();
        let shown = shown.filter(|field| field.presence != Presence::Absent);
        let longest = shown.map(|field| text::width(field.label) + 2).max();
        Self {
            look,
            width: dialog::inner_width(screen, WIDTH),
            label: longest.unwrap_or(LABEL).max(LABEL),
            lines: Vec::new(),
        }
    }

    pub fn plain(&mut self, line: Line<'static>) {
        self.lines.push(FormLine {
            line,
            focused: false,
            cursor: None,
        });
    }

    /// A line that may have the focus, with the column of its cursor.
    pub fn line(&mut self, line: Line<'static>, focused: bool, cursor: Option<usize>) {
        self.lines.push(FormLine {
            line,
            focused,
            cursor: cursor.filter(|_| focused),
        });
    }

    /// A refusal of the whole form.
    pub fn banner(&mut self, sentence: &str) {
        for line in text::wrap(sentence, self.width) {
            self.plain(Line::styled(line, self.look.theme.bad()));
        }
        self.plain(Line::default());
    }

    pub fn label_of(&self, label: &str, focused: bool) -> Span<'static> {
        let style = if focused {
            self.look.theme.accent().bold()
        } else {
            self.look.theme.faint()
        };
        let mark = if focused { "▌" } else { " " };
        Span::styled(format!("{mark}{}", text::column(label, self.label - 1)), style)
    }

    pub fn error(&mut self, error: Option<&str>) {
        self.remark(error, self.look.theme.bad());
    }

    /// What may be saved all the same.
    pub fn warning(&mut self, warning: Option<&str>) {
        self.remark(warning, self.look.theme.warning());
    }

    fn remark(&mut self, remark: Option<&str>, style: Style) {
        let room = self.width.saturating_sub(self.label + 2);
        let lines = remark.map(|words| text::wrap(words, room)).unwrap_or_default();
        for (index, line) in lines.into_iter().enumerate() {
            let sign = if index == 0 { "! " } else { "  " };
            self.plain(Line::styled(
                format!("{}{sign}{line}", " ".repeat(self.label)),
                style,
            ));
        }
    }

    pub fn hint(&mut self, words: &str) {
        self.below(words, self.look.theme.faint());
    }

    /// What follows from what was entered.
    pub fn note(&mut self, words: &str) {
        self.below(words, self.look.theme.text());
    }

    fn below(&mut self, words: &str, style: Style) {
        for line in text::wrap(words, self.width.saturating_sub(self.label)) {
            self.plain(Line::styled(format!("{}{line}", " ".repeat(self.label)), style));
        }
    }

    /// A text field after its label.
    pub fn input(&mut self, label: Span<'static>, field: &TextField, focused: bool) {
        let (shown, cursor) = window(field, self.width.saturating_sub(self.label), focused);
        let line = Line::from(vec![label, Span::styled(shown, self.entry(focused))]);
        self.line(line, focused, Some(self.label + cursor));
    }

    /// A text field that shows only how long it is.
    pub fn hidden(&mut self, label: Span<'static>, field: &HiddenField, focused: bool) {
        let dots = "•".repeat(field.length().min(self.width.saturating_sub(self.label + 1)));
        let cursor = self.label + text::width(&dots);
        let line = Line::from(vec![label, Span::styled(dots, self.entry(focused))]);
        self.line(line, focused, Some(cursor));
    }

    /// The style of what is entered.
    pub fn entry(&self, focused: bool) -> Style {
        if focused {
            self.look.theme.strong()
        } else {
            self.look.theme.text()
        }
    }

    /// Draws the box with as many lines as fit around the focused one, and the form's buttons, or what is said while
    /// it is sent; returns where the cursor is.
    pub fn show(self, canvas: Canvas, title: &str, form: &Form, sending: &'static str) -> Option<Position> {
        let buttons = match form.sending {
            true => Line::styled(sending, self.look.theme.faint()),
            false => dialog::button_row(&form.button_row(), self.width, self.look),
        };
        self.show_above(canvas, title, buttons)
    }

    /// The same above a line of its own.
    pub fn show_above(self, canvas: Canvas, title: &str, last: Line) -> Option<Position> {
        let Canvas { buffer, screen, .. } = canvas;
        let height = (self.lines.len() as u16 + 4).max(8);
        let look = self.look;
        let opened = dialog::open(buffer, screen, WIDTH, height, title, look.theme.accent());
        let inner = opened.inner;
        let above = Rect {
            height: inner.height - inner.height.min(1),
            ..inner
        };
        let focused = self.lines.iter().rposition(|line| line.focused).unwrap_or(0);
        let scroll = (focused + 2)
            .saturating_sub(usize::from(above.height))
            .min(focused);
        let cursor = self.lines.get(focused).and_then(|line| line.cursor);
        let hidden = self
            .lines
            .len()
            .saturating_sub(scroll + usize::from(above.height));
        let shown: Vec<Line> = self
            .lines
            .into_iter()
            .skip(scroll)
            .map(|line| line.line)
            .collect();
        dialog::with_buttons(buffer, inner, shown, last);
        dialog::more_lines(buffer, opened, (scroll as u16, hidden as u16), look);
        let x = above.x + u16::try_from(cursor?).ok()?;
        let y = above.y + u16::try_from(focused - scroll).ok()?;
        above.contains(Position { x, y }).then_some(Position { x, y })
    }
}

/// The part of a field that fits, and the cursor's column in it; of a secret only how long it is.
fn window(field: &TextField, width: usize, focused: bool) -> (String, usize) {
    if field.holds_secret() {
        let length = field.value().chars().count();
        let dots = length.min(width.saturating_sub(1));
        return ("•".repeat(dots), dots);
    }
    let shown = Shown::new(field.value()).into_string();
    let cursor = text::width(Shown::new(&field.before_cursor()).as_str());
    if !focused {
        return (text::fit(field.value(), width), cursor);
    }
    let scroll = (cursor + 1).saturating_sub(width.max(1));
    let mut skipped = 0;
    let mut out = String::new();
    let mut used = 0;
    for grapheme in shown.graphemes(true) {
        let cells = text::width(grapheme);
        if skipped < scroll {
            skipped += cells;
            continue;
        }
        if used + cells > width {
            break;
        }
        used += cells;
        out.push_str(grapheme);
    }
    (out, cursor.saturating_sub(skipped))
}

/// Draws a single line of editable text; returns where its cursor is.
pub fn text_line(buffer: &mut Buffer, area: Rect, field: &TextField, style: Style) -> Option<Position> {
    let (shown, cursor) = window(field, usize::from(area.width), true);
    Paragraph::new(Span::styled(shown, style)).render(area, buffer);
    let x = area.x + u16::try_from(cursor).ok()?;
    area.contains(Position { x, y: area.y })
        .then_some(Position { x, y: area.y })
}

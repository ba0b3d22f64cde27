//! The frame that all dialogs share: a box in the middle of the screen, never beyond it, with a margin around what is
//! in it where there is room for one. Its screen ends above the footer ([`super::above_footer`]).

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Widget};

use super::{Look, text};
use crate::api::Key;
use crate::tui::state::buttons::{Button, ButtonRow};

/// A box that is narrower has one cell between border and text, others two.
const NARROW: u16 = 50;

/// A box that was drawn, and the part of it for lines.
#[derive(Debug, Clone, Copy)]
pub struct DialogBox {
    area: Rect,
    pub inner: Rect,
}

/// Draws an empty box for `height` lines, its border among them, of at most `width` and its margins.
pub fn open(
    buffer: &mut Buffer,
    screen: Rect,
    width: u16,
    height: u16,
    title: &str,
    border: Style,
) -> DialogBox {
    let (width, side) = outer(screen, width);
    let margin = u16::from(screen.height >= height.saturating_add(2));
    let height = height.saturating_add(2 * margin).min(screen.height);
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    clear(buffer, area, screen);
    if height < 3 || width < 4 {
        return DialogBox { area, inner: area };
    }
    let title = text::fit(title, usize::from(width).saturating_sub(6));
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(border)
        .title(Span::styled(format!(" {title} "), border.bold()));
    let inside = block.inner(area);
    block.render(area, buffer);
    let inner = Rect {
        x: inside.x + side,
        y: inside.y + margin,
        width: inside.width.saturating_sub(2 * side),
        height: inside.height.saturating_sub(2 * margin),
    };
    DialogBox { area, inner }
}

/// How wide a box is with its margins, and the margin on each side.
fn outer(screen: Rect, width: u16) -> (u16, u16) {
    let outer = width.saturating_add(2).min(screen.width);
    (outer, if outer < NARROW { 1 } else { 2 })
}

/// How wide the inside of a box of `width` is on this screen.
pub fn inner_width(screen: Rect, width: u16) -> usize {
    let (outer, side) = outer(screen, width);
    usize::from(outer.saturating_sub(2 + 2 * side))
}

/// Clears an area and a cell on its left and right, so that no letter touches the border; of wide characters that would
/// reach into it, both halves.
pub fn clear(buffer: &mut Buffer, area: Rect, screen: Rect) {
    let left = area.x.saturating_sub(1).max(screen.x);
    let around = Rect {
        x: left,
        width: (area.right() + 1).min(screen.right()).saturating_sub(left),
        ..area
    };
    Clear.render(around, buffer);
    let Some(before) = around.x.checked_sub(1) else {
        return;
    };
    for y in around.top()..around.bottom() {
        if let Some(cell) = buffer.cell_mut((before, y))
            && text::width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }
}

/// What a dialog says that asks before something is done.
#[derive(Default)]
pub struct DialogText {
    /// What it is about, whole: where there is no room for it, it scrolls.
    pub head: Vec<Line<'static>>,
    /// What follows the rest where not everything fits.
    pub body: Vec<Line<'static>>,
    /// What must be read, too.
    pub foot: Vec<Line<'static>>,
    /// Whether a line above the buttons is left free for a text field.
    pub has_field: bool,
}

/// Lines of the border and the buttons.
const FRAME: usize = 3;

/// Draws a dialog that asks; its buttons, and the field above them, stay in sight at every height. Returns where the
/// field is: nowhere, if it has none or there is no room.
pub fn ask(
    buffer: &mut Buffer,
    screen: Rect,
    (width, title, border): (u16, &str, Style),
    words: DialogText,
    scroll: u16,
    buttons: Line,
    look: &Look,
) -> Rect {
    let DialogText {
        head,
        body,
        foot,
        has_field,
    } = words;
    let frame = FRAME + usize::from(has_field);
    let room = usize::from(screen.height).saturating_sub(frame);
    let lines: Vec<Line> = match head.len() + body.len() + foot.len() <= room {
        true => head.into_iter().chain(body).chain(foot).collect(),
        false => head.into_iter().chain(foot).chain(body).collect(),
    };
    // Above the buttons, and between them and the field.
    let blanks = (room.saturating_sub(lines.len())).min(1 + usize::from(has_field));
    let height = u16::try_from(lines.len() + frame + blanks).unwrap_or(u16::MAX);
    let opened = open(buffer, screen, width, height, title, border);
    let inner = opened.inner;
    let last = inner.height.min(1);
    let gap = u16::from(has_field && blanks == 2);
    let field = (inner.height - last).min(u16::from(has_field));
    let above = Rect {
        height: inner.height.saturating_sub(last + field + gap),
        ..inner
    };
    lines_in(buffer, opened, above, lines, scroll, look);
    let field = Rect {
        y: above.bottom(),
        height: field,
        ..inner
    };
    let row = Rect {
        y: inner.bottom() - last,
        height: last,
        ..inner
    };
    Paragraph::new(buttons).render(row, buffer);
    field
}

/// Draws a box of lines that scroll, with nothing to press in it.
pub fn scrolling(
    buffer: &mut Buffer,
    screen: Rect,
    (width, title, border): (u16, &str, Style),
    lines: Vec<Line>,
    scroll: u16,
    look: &Look,
) -> DialogBox {
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let opened = open(buffer, screen, width, height, title, border);
    lines_in(buffer, opened, opened.inner, lines, scroll, look);
    opened
}

/// Draws as many of the lines as there is room for in this part of the box, from the one on that was scrolled to, and says what is not shown.
pub fn lines_in(
    buffer: &mut Buffer,
    opened: DialogBox,
    room: Rect,
    lines: Vec<Line>,
    scroll: u16,
    look: &Look,
) {
    let most = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_sub(room.height);
    let scroll = scroll.min(most);
    Paragraph::new(lines).scroll((scroll, 0)).render(room, buffer);
    more_lines(buffer, opened, (scroll, most - scroll), look);
}

/// A name that is to be told from all others: whole, over as many lines as it takes.
pub fn name(name: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let lines = text::whole(name, width).into_iter();
    lines.map(|line| Line::styled(line, style)).collect()
}

/// What tells a key from another one of nearly the same name: `kdw_…4BkS · 0193aa00-…`.
pub fn which_key(key: &Key, width: usize, look: &Look) -> Vec<Line<'static>> {
    let words = format!("{} · id {}", key.hint, key.id);
    let lines = text::wrap(&words, width).into_iter();
    lines.map(|line| Line::styled(line, look.theme.faint())).collect()
}

/// Shows `lines` above a last line, of buttons or hints, which stays whatever the height.
pub fn with_buttons(buffer: &mut Buffer, inner: Rect, lines: Vec<Line>, buttons: Line) {
    let last = inner.height.min(1);
    let above = Rect {
        height: inner.height - last,
        ..inner
    };
    Paragraph::new(lines).render(above, buffer);
    let row = Rect {
        y: inner.y + above.height,
        height: last,
        ..inner
    };
    Paragraph::new(buttons).render(row, buffer);
}

/// `[ Cancel ]  [ Yes, Delete ]`; the focused one is also marked by its arrows. In few words where there is little
/// room, and the focused one alone where there is less.
pub fn button_row<T: Copy>(row: &ButtonRow<T>, width: usize, look: &Look) -> Line<'static> {
    let label = |button: &Button<T>| button.label;
    let short = |button: &Button<T>| button.short;
    let is_focused = |index: usize| row.focus() == Some(index);
    let line = |label: &dyn Fn(&Button<T>) -> &'static str, of: &dyn Fn(usize) -> bool| {
        let mut spans = Vec::new();
        for (index, button) in row.buttons().iter().enumerate().filter(|(index, _)| of(*index)) {
            let content = match is_focused(index) {
                true => format!("▸ {} ◂", label(button)),
                false => format!("[ {} ]", label(button)),
            };
            spans.push(Span::styled(
                content,
                look.theme.button(is_focused(index), button.danger),
            ));
            spans.push(Span::raw("   "));
        }
        Line::from(spans)
    };
    let all = |_| true;
    let fits = |line: &Line| line.width() <= width + 3;
    let whole = [line(&label, &all), line(&short, &all)].into_iter().find(fits);
    whole.unwrap_or_else(|| {
        let mut one = line(&short, &is_focused);
        if let Some(at) = row.focus() {
            let which = format!("{} of {}", at + 1, row.buttons().len());
            one.push_span(Span::styled(which, look.theme.faint()));
        }
        one
    })
}

/// Says on the border how many more lines there are above or below: `▲ 3 ▼ 12 more`.
pub fn more_lines(buffer: &mut Buffer, opened: DialogBox, (above, below): (u16, u16), look: &Look) {
    let words = match (above, below) {
        (0, 0) => return,
        (above, 0) => format!(" ▲ {above} more "),
        (0, below) => format!(" ▼ {below} more "),
        (above, below) => format!(" ▲ {above} ▼ {below} more "),
    };
    let area = opened.area;
    let width = text::width(&words) as u16;
    let place = Rect {
        x: area.right().saturating_sub(width + 2),
        y: area.bottom().saturating_sub(1),
        width,
        height: 1,
    };
    if area.height >= 3 {
        let words = Span::styled(words, look.theme.accent().bold());
        Paragraph::new(words).render(place.intersection(area), buffer);
    }
}

/// Says on the border how the dialog is left, where no footer does.
pub fn way_out(buffer: &mut Buffer, opened: DialogBox, words: &str, look: &Look) {
    let area = opened.area;
    if area.height < 3 {
        return;
    }
    let place = Rect {
        x: area.x + 2.min(area.width),
        y: area.bottom() - 1,
        width: text::width(words) as u16,
        height: 1,
    };
    let words = Span::styled(words.to_owned(), look.theme.faint());
    Paragraph::new(words).render(place.intersection(area), buffer);
}

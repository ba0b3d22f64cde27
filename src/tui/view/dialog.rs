//! The frame that all dialogs share: a box in the middle of the screen, never beyond it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Widget};

use super::{Look, text};
use crate::api::Key;
use crate::tui::state::buttons::{Button, ButtonRow};

/// Draws an empty box of at most `width` times `height` (with its border); returns its inside.
pub fn open(buffer: &mut Buffer, screen: Rect, width: u16, height: u16, title: &str, border: Style) -> Rect {
    let width = width.min(screen.width);
    let height = height.min(screen.height);
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    clear(buffer, area);
    if height < 3 || width < 4 {
        return area;
    }
    let title = text::fit(title, usize::from(width).saturating_sub(6));
    let block = Block::bordered()
        .border_style(border)
        .title(Span::styled(format!(" {title} "), border.bold()));
    let inner = block.inner(area);
    block.render(area, buffer);
    Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// Clears an area, and the left half of a wide character that would reach into it.
fn clear(buffer: &mut Buffer, area: Rect) {
    Clear.render(area, buffer);
    if let Some(left) = area.x.checked_sub(1) {
        for y in area.top()..area.bottom() {
            if let Some(cell) = buffer.cell_mut((left, y))
                && text::width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
    }
}

/// How wide the inside of a box of `width` is on this screen.
pub fn inner_width(screen: Rect, width: u16) -> usize {
    usize::from(width.min(screen.width)).saturating_sub(4)
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
/// field stands: nowhere, if it has none or there is no room.
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
    let blank = usize::from(lines.len() < room);
    let height = u16::try_from(lines.len() + frame + blank).unwrap_or(u16::MAX);
    let inner = open(buffer, screen, width, height, title, border);
    let last = inner.height.min(1);
    let field = (inner.height - last).min(u16::from(has_field));
    let above = Rect {
        height: inner.height - last - field,
        ..inner
    };
    let most = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_sub(above.height);
    let scroll = scroll.min(most);
    Paragraph::new(lines).scroll((scroll, 0)).render(above, buffer);
    let field = Rect {
        y: inner.y + above.height,
        height: field,
        ..inner
    };
    let row = Rect {
        y: field.bottom(),
        height: last,
        ..inner
    };
    Paragraph::new(buttons).render(row, buffer);
    more(buffer, buffer.area, inner, (scroll > 0, scroll < most), look);
    field
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
    whole.unwrap_or_else(|| line(&short, &is_focused))
}

/// Says on the border that there are more lines above or below.
pub fn more(buffer: &mut Buffer, area: Rect, inner: Rect, (above, below): (bool, bool), look: &Look) {
    let words = match (above, below) {
        (false, false) => return,
        (true, false) => " ▲ more ",
        (false, true) => " ▼ more ",
        (true, true) => " ▲▼ more ",
    };
    let width = text::width(words) as u16;
    let place = Rect {
        x: inner.right().saturating_sub(width),
        y: inner.bottom(),
        width,
        height: 1,
    };
    Paragraph::new(Span::styled(words, look.theme.accent())).render(place.intersection(area), buffer);
}

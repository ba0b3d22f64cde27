//! The border of the table of keys, whichever are shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::{Look, marks, text};
use crate::model::expiry::WARNED_DAYS;
use crate::tui::state::App;

/// The border, with where we are among all keys when that is known.
pub fn render(buffer: &mut Buffer, area: Rect, app: &App, look: &Look, focused: bool) {
    let mut title = vec![Span::raw(format!(" {} ", app.screen_title()))];
    let visible = app.browse.rows.visible().count() as u64;
    if let (Some(first), Some(counts)) = (app.browse.rows.first_number(), app.browse.current_counts())
        && visible > 0
        && visible < counts.total()
    {
        let of = if counts.capped {
            String::new()
        } else {
            format!(" of {}", text::number(counts.total()))
        };
        let range = format!(
            "{}–{}{of} ",
            text::number(first),
            text::number(first + visible - 1)
        );
        title.push(Span::styled(range, look.theme.faint()));
    }
    title.extend(marks::counted(app, look));
    if app.browse.is_replacing() {
        title.push(Span::styled("… ", look.theme.faint()));
    }
    let mut block = Block::bordered().border_style(look.theme.border(focused));
    let used: usize = title.iter().map(|span| text::width(&span.content)).sum();
    let room = usize::from(area.width).saturating_sub(used + 3);
    if let Some(words) = expiring(app, room) {
        let words = Line::styled(words, look.theme.warning());
        block = block.title(words.right_aligned());
    }
    block.title(title).render(area, buffer);
}

/// `3 expire within 30 days`, in fewer words where there is less room, and nothing where that doesn't fit either.
fn expiring(app: &App, room: usize) -> Option<String> {
    // Those that have ended are no more warned of.
    let counts = app
        .expiring
        .counts()
        .filter(|_| app.browse.query.ended.is_none())?;
    let number = match counts.capped {
        true => format!("more than {}", text::number(counts.total())),
        false => text::number(counts.total()),
    };
    let verb = if counts.total() == 1 { "expires" } else { "expire" };
    let forms = [
        format!(" {number} {verb} within {WARNED_DAYS} days "),
        format!(" {number} {verb} in {WARNED_DAYS} d "),
    ];
    forms.into_iter().find(|words| text::width(words) <= room)
}

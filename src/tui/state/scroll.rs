//! Scrolling through lines in which nothing is selected.

use crate::tui::keymap::Action;

/// Where an action scrolls to from `scroll`; `None` when it doesn't scroll. `page` is how far a page
/// goes, `most` the last line that may be the first on the screen.
pub fn scrolled(scroll: u16, action: Action, page: u16, most: u16) -> Option<u16> {
    let to = match action {
        Action::Up => scroll.saturating_sub(1),
        Action::Down => scroll.saturating_add(1),
        Action::PageUp => scroll.saturating_sub(page),
        Action::PageDown => scroll.saturating_add(page),
        Action::Top => 0,
        Action::Bottom => most,
        _ => return None,
    };
    Some(to.min(most))
}

/// No dialog has more lines, even with the longest names.
const MOST_LINES: u16 = 200;

/// Where a dialog scrolls to; it shows its last lines when that is farther than they are.
pub fn scrolled_in_dialog(scroll: u16, action: Action, page: u16) -> u16 {
    scrolled(scroll, action, (page / 2).max(1), MOST_LINES).unwrap_or(scroll)
}

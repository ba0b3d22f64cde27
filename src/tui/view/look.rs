//! What every widget needs to know beside the state, and where it may draw.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::theme::Theme;
use super::time::Locale;
use crate::tui::state::layout::Area;

/// What a frame needs to know beside the state.
#[derive(Debug, Clone)]
pub struct Look {
    pub theme: Theme,
    pub now: Timestamp,
    /// Where the terminal is, and how dates are written there.
    pub zone: Locale,
}

/// A part of the layout, never beyond the buffer.
pub fn clip(part: Area, screen: Rect) -> Rect {
    Rect::new(part.x, part.y, part.width, part.height).intersection(screen)
}

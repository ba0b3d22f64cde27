//! What every widget needs to know beside the state, and where it may draw.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use super::theme::Theme;
use crate::tui::state::layout::Area;

/// What a frame needs to know beside the state.
#[derive(Debug, Clone)]
pub struct Look {
    pub theme: Theme,
    pub now: Timestamp,
    pub zone: TimeZone,
}

/// A part of the layout, never beyond the buffer.
pub fn clip(part: Area, screen: Rect) -> Rect {
    Rect::new(part.x, part.y, part.width, part.height).intersection(screen)
}

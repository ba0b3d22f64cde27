//! What every widget needs to know beside the state, and where it may draw.

use jiff::Timestamp;
use ratatui::layout::Rect;

use super::theme::Theme;
use super::time::{Locale, Present};
use crate::tui::state::layout::Area;

/// What a frame needs to know beside the state.
#[derive(Debug, Clone)]
pub struct Look {
    pub theme: Theme,
    pub now: Timestamp,
    /// Where the terminal is, and how dates are written there.
    pub zone: Locale,
    /// Whether it is spoken, with units of time in whole words.
    pub is_spoken: bool,
}

impl Look {
    /// The same for the linear mode.
    #[must_use]
    pub fn spoken(&self) -> Self {
        Self {
            is_spoken: true,
            ..self.clone()
        }
    }
}

impl Present for Look {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn is_spoken(&self) -> bool {
        self.is_spoken
    }
}

/// A part of the layout, never beyond the buffer.
pub fn clip(part: Area, screen: Rect) -> Rect {
    Rect::new(part.x, part.y, part.width, part.height).intersection(screen)
}

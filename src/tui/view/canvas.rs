//! How a dialog is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Look;
use crate::tui::state::App;

/// What a dialog draws on, and what it needs to know beside its own state.
pub struct Canvas<'a> {
    pub buffer: &'a mut Buffer,
    pub screen: Rect,
    pub app: &'a App,
    pub look: &'a Look,
    /// Where the cursor is in what lies below.
    pub cursor: Option<Position>,
}

/// Of a dialog, in its `view.rs`.
pub trait Draw {
    /// Draws it; returns where the text cursor belongs, when there is one.
    fn draw(&self, canvas: Canvas) -> Option<Position>;
}

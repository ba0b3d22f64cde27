//! One of many by name, such as every command that is possible now.

use ratatui::layout::Position;

use super::Palette;
use crate::tui::view::picker::PickerBox;
use crate::tui::view::{Canvas, Draw};

impl Draw for Palette {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let look = PickerBox {
            title: &self.title,
            prompt: ":",
            nothing: "Nothing has that in its name.",
            most: self.commands.len(),
        };
        look.draw(canvas, &self.picker, |command| (command.name(), command.keys()))
    }
}

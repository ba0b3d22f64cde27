//! One of many by name, such as every command that is possible now.

use ratatui::layout::Position;

use super::Palette;
use crate::tui::view::picker::{PickerBox, PickerLine};
use crate::tui::view::{Canvas, Draw};

impl Draw for Palette {
    fn draw(&self, canvas: Canvas) -> Option<Position> {
        let groups = self.commands.chunk_by(|one, other| one.group() == other.group());
        let look = PickerBox {
            what_for: "",
            title: &self.title,
            prompt: ":",
            nothing: "Nothing has that in its name or description.",
            most: self.commands.len() + groups.count(),
        };
        let is_grouped = self.is_grouped();
        look.draw(canvas, &self.picker, |command| PickerLine {
            group: command.group().filter(|_| is_grouped),
            name: command.name(),
            about: command.about().to_owned(),
            aside: command.keys(),
        })
    }
}

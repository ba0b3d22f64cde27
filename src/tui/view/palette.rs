//! One of many by name, such as every command that is possible now.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Look;
use super::picker::{self, Picker};
use crate::tui::state::Palette;

pub fn render(buffer: &mut Buffer, screen: Rect, palette: &Palette, look: &Look) -> Option<Position> {
    let found = palette.matching().into_iter();
    let picker = Picker {
        title: palette.title,
        prompt: ":",
        typed: &palette.text,
        found: found.map(|command| (command.name(), command.keys())).collect(),
        selected: palette.selected,
        nothing: "Nothing has that in its name.".into(),
        most: palette.commands.len(),
    };
    picker::render(buffer, screen, &picker, look)
}

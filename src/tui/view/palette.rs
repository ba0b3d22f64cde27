//! Every command that is possible now, by name.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Look;
use super::picker::{self, Picker};
use crate::tui::state::Palette;

pub fn render(buffer: &mut Buffer, screen: Rect, palette: &Palette, look: &Look) -> Option<Position> {
    let found = palette.matching().into_iter();
    let picker = Picker {
        title: "Commands",
        prompt: ":",
        typed: &palette.text,
        found: found
            .map(|binding| (binding.help.to_owned(), binding.keys_label()))
            .collect(),
        selected: palette.selected,
        nothing: "No command has that in its name.".into(),
        most: palette.commands.len(),
    };
    picker::render(buffer, screen, &picker, look)
}

//! The main screen: its header, its columns, what can be clicked, and what it says while it is offline.

mod clicks;
mod filters;
mod header;
mod notices;
mod offline;
mod table;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use keydeck::tui::message::Message;

use crate::common::draw::*;
use crate::common::talk::*;

/// The sizes that people have, from wide to hardly any.
pub const SIZES: [(u16, u16); 6] = [(160, 45), (120, 36), (100, 30), (80, 24), (63, 17), (40, 12)];

/// A line of the screen.
pub fn line(talk: &Talk, y: u16) -> String {
    let (width, _) = talk.app.size();
    let area = keydeck::tui::state::layout::Area {
        x: 0,
        y,
        width,
        height: 1,
    };
    within(talk, area).concat()
}

/// Clicks on the first cell of these words, where they stand first on the screen.
pub fn click(talk: &mut Talk, words: &str) {
    let (_, height) = talk.app.size();
    let at = (0..height).find_map(|y| {
        let line = line(talk, y);
        let before = line.split_once(words)?.0.to_owned();
        Some((keydeck::tui::view::text::width(&before) as u16, y))
    });
    let Some((column, row)) = at else {
        panic!("no {words} on the screen:\n{}", drawn(talk));
    };
    talk.tell(Message::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

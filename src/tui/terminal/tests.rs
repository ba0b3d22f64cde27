//! What a terminal shows that counts cells differently: vt100's parser goes by single characters, so
//! that a heart with a variation selector is one cell there and two joined people are four.

use std::fs::File;
use std::io::{Read, Seek};
use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::layout::Rect;

use super::draw_frame;
use super::screen::TerminalScreen;
use super::widths::{Width, cells_of, width_of};

const NAMES: [&str; 14] = [
    "",
    "plain name of a key",
    "❤\u{fe0f} xyz",
    "🇩🇪 abc",
    "👩\u{200d}💻 desk of many",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦 family",
    "👍🏽 thumb",
    "1\u{fe0f}\u{20e3} first",
    "e\u{301}tude",
    "\u{1112}\u{1161}\u{11ab} jamo",
    "キオスク 受付",
    "Помощник",
    "क्षि ksi",
    "🛒 🇩🇪❤\u{fe0f}🇫🇷 end",
];

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

struct Shown {
    terminal: ratatui::Terminal<TerminalScreen>,
    written: File,
    parser: vt100::Parser,
}

impl Shown {
    fn new() -> Self {
        let file = tempfile::tempfile().unwrap();
        let written = file.try_clone().unwrap();
        // No wrapping, as when the terminal is entered; vt100 has no such mode, and rows end early here.
        Self {
            terminal: ratatui::Terminal::new(TerminalScreen::on(file)).unwrap(),
            written,
            parser: vt100::Parser::new(cells(24), cells(80), 0),
        }
    }

    /// Draws a name at column `x` of each row, and a word that stays after it.
    fn draw(&mut self, rows: &[(usize, u16)]) -> usize {
        self.written.set_len(0).unwrap();
        self.written.rewind().unwrap();
        draw_frame(&mut self.terminal, |frame| {
            let buffer = frame.buffer_mut();
            for (y, &(name, x)) in (0..).zip(rows) {
                buffer.set_stringn(x, y, NAMES[name], 30, ratatui::style::Style::new());
                buffer.set_string(40, y, "stays", ratatui::style::Style::new());
            }
            frame.set_cursor_position((3, 3));
        })
        .unwrap();
        let mut bytes = Vec::new();
        self.written.rewind().unwrap();
        self.written.read_to_end(&mut bytes).unwrap();
        self.parser.process(&bytes);
        bytes.len()
    }

    /// Every cell whose width is certain shows what was drawn there.
    fn check(&mut self, rows: &[(usize, u16)]) -> Result<(), TestCaseError> {
        let screen = self.parser.screen();
        let mut expected = ratatui::buffer::Buffer::empty(Rect::new(0, 0, 80, 24));
        for (y, &(name, x)) in (0..).zip(rows) {
            expected.set_stringn(x, y, NAMES[name], 30, ratatui::style::Style::new());
            expected.set_string(40, y, "stays", ratatui::style::Style::new());
        }
        for y in 0..24 {
            let mut x = 0;
            while x < 80 {
                let symbol = expected[(x, y)].symbol();
                if width_of(symbol) != Width::Doubtful {
                    let there = screen.cell(y, x).map_or("", vt100::Cell::contents);
                    prop_assert_eq!(
                        there.trim(),
                        symbol.trim(),
                        "at {},{} of {}",
                        x,
                        y,
                        screen.contents()
                    );
                }
                x += cells_of(symbol);
            }
        }
        prop_assert_eq!(screen.cursor_position(), (3, 3));
        Ok(())
    }
}

proptest! {
    // Each draws and reads some ten screens.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_cell_of_another_row_is_left_whatever_was_there(
        frames in proptest::collection::vec(
            proptest::collection::vec((0..NAMES.len(), 0..3u16), 4..12), 1..8),
    ) {
        let mut shown = Shown::new();
        for rows in &frames {
            shown.draw(rows);
            shown.check(rows)?;
            prop_assert_eq!(shown.draw(rows), 0, "nothing changed");
        }
    }
}

#[test]
fn a_heart_above_a_flag_scrolls_away_whole() {
    let mut shown = Shown::new();
    for rows in [
        [(2, 1), (3, 1)],
        [(3, 1), (1, 1)],
        [(0, 1), (2, 1)],
        [(3, 1), (0, 1)],
    ] {
        shown.draw(&rows);
        shown.check(&rows).unwrap();
    }
}

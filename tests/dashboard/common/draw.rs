//! Draws the dashboard's state on ratatui's test backend.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use keydeck::tui::view::{self, Look, theme::Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::talk::Talk;

pub const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (47, 13)];

pub fn look() -> Look {
    Look {
        theme: Theme::new(true),
        now: Timestamp::from_second(1_795_000_200).expect("valid"),
        zone: TimeZone::UTC,
    }
}

pub fn drawn(talk: &Talk) -> String {
    let (width, height) = talk.app.size();
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("in memory");
    let look = look();
    terminal
        .draw(|frame| view::draw(frame, &talk.app, &look))
        .expect("in memory");
    // The test backend's own text form divides by the width.
    if width == 0 {
        String::new()
    } else {
        terminal.backend().to_string()
    }
}

/// The words of the details beside the table, without the spaces and the ends of lines between them.
pub fn details(talk: &Talk) -> String {
    let screen = drawn(talk);
    let lines = screen.lines().filter_map(|line| line.rsplit("││").next());
    let letters = lines.flat_map(str::chars);
    letters
        .filter(|c| !c.is_whitespace() && !"│\"".contains(*c))
        .collect()
}

/// What could move a terminal's cursor or deceive, when something on the screen could.
pub fn hazard(screen: &str) -> Option<char> {
    screen
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || "\u{202e}\u{200b}\u{e0041}\u{2028}".contains(*c))
}

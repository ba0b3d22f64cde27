//! Draws the dashboard's state on ratatui's test backend.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use keydeck::tui::state::layout::Area;
use keydeck::tui::state::{App, Targets};
use keydeck::tui::view::{self, Look, theme::Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::talk::Talk;

pub const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (47, 13)];

pub fn look() -> Look {
    Look {
        theme: Theme::new(true),
        now: Timestamp::from_second(1_795_000_200).expect("valid"),
        zone: TimeZone::UTC.into(),
        is_spoken: false,
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

/// What is on the screen in this area, line by line.
pub fn within(talk: &Talk, area: Area) -> Vec<String> {
    let (width, height) = talk.app.size();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let screen = buffer.area;
    view::render(&mut buffer, screen, &talk.app, &look(), &mut Targets::default());
    let area = Rect::new(area.x, area.y, area.width, area.height).intersection(screen);
    let line = |y| {
        (area.left()..area.right())
            .map(|x| buffer[(x, y)].symbol())
            .collect()
    };
    (area.top()..area.bottom()).map(line).collect()
}

/// The words of the details beside the table, without the spaces and the ends of lines between them.
pub fn details(talk: &Talk) -> String {
    let area = talk.app.layout().details.expect("they are on the screen");
    let lines = within(talk, area);
    let letters = lines.iter().flat_map(|line| line.chars());
    letters.filter(|c| !c.is_whitespace()).collect()
}

/// Where the cursor stands.
pub fn cursor(talk: &Talk) -> (u16, u16) {
    let (width, height) = talk.app.size();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let screen = buffer.area;
    let cursor = view::render(&mut buffer, screen, &talk.app, &look(), &mut Targets::default());
    (cursor.x, cursor.y)
}

/// What can be clicked on the screen.
pub fn targets(app: &App) -> Targets {
    let (width, height) = app.size();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let screen = buffer.area;
    let mut targets = Targets::default();
    view::render(&mut buffer, screen, app, &look(), &mut targets);
    targets
}

/// What could move a terminal's cursor or deceive, when something on the screen could.
pub fn hazard(screen: &str) -> Option<char> {
    screen
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || "\u{202e}\u{200b}\u{e0041}\u{2028}".contains(*c))
}

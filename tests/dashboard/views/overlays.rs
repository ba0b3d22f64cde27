//! What all dialogs have in common: a margin, a quiet screen behind them, and the footer in sight. And a secret on rows of
//! its own.

use keydeck::config::theme::ThemeSettings;
use keydeck::tui::dialogs::Modal;
use keydeck::tui::view::{self, Look, theme::Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::*;

const WIDE: &str = "キオスク受付アシスタント東京駅前店";

fn drawn_with(talk: &Talk, look: &Look) -> Buffer {
    let (width, height) = talk.app.size();
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("in memory");
    let drawn = terminal.draw(|frame| view::draw(frame, &talk.app, look));
    drawn.expect("in memory").buffer.clone()
}

fn row(buffer: &Buffer, y: u16) -> String {
    (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect()
}

/// Dialogs by the keys that lead to them.
const DIALOGS: [&str; 8] = ["?", ":", "d", "n", "u", "w", "t", "l"];

fn opened(keys: &str, width: u16, height: u16) -> Talk {
    let keys_of = (0..40).map(|index| key(index, WIDE, Scope::Web)).collect();
    let mut talk = Talk::sized(width, height, keys_of);
    talk.press(keys);
    talk
}

#[test]
fn a_dialog_never_lies_over_the_footer_and_its_border_is_whole() {
    for keys in DIALOGS {
        for height in [6, 8, 12, 17, 24, 36, 45] {
            for width in (20..=100).step_by(7).chain([63, 120, 160]) {
                let talk = opened(keys, width, height);
                assert!(!talk.app.over.is_empty(), "{keys}");
                let buffer = drawn_with(&talk, &look());
                let footer = row(&buffer, height - 1);
                assert!(
                    !footer.contains(['│', '╰', '╯', '─']),
                    "{keys} {width}x{height}: {footer}"
                );
                let above = row(&buffer, height - 2);
                let corners = (0..height - 1).map(|y| row(&buffer, y));
                let tops = corners.filter(|row| row.contains('╭')).count();
                assert_eq!(tops, 1, "{keys} {width}x{height}: {above}");
                whole(&buffer, &format!("{keys} {width}x{height}"));
            }
        }
    }
}

/// Between the corners of the box, its border is in every row, and no letter stands beside it.
fn whole(buffer: &Buffer, of: &str) {
    let at = |symbol: &str| {
        let index = buffer.content.iter().position(|cell| cell.symbol() == symbol);
        buffer.pos_of(index.unwrap_or_else(|| panic!("{of}: no {symbol}")))
    };
    let ((left, top), (right, _), (_, bottom)) = (at("╭"), at("╮"), at("╰"));
    for y in top + 1..bottom {
        for x in [left, right] {
            assert_eq!(buffer[(x, y)].symbol(), "│", "{of}: row {y}: {}", row(buffer, y));
        }
        for x in [
            left.checked_sub(1),
            Some(left + 1),
            Some(right - 1),
            Some(right + 1),
        ] {
            let Some(x) = x.filter(|x| *x < buffer.area.width) else {
                continue;
            };
            assert_eq!(
                buffer[(x, y)].symbol().trim(),
                "",
                "{of}: row {y}: {}",
                row(buffer, y)
            );
        }
    }
}

#[test]
fn what_is_behind_a_dialog_is_quiet_with_and_without_colours() {
    for colour in [true, false] {
        let look = Look {
            theme: Theme::of(&ThemeSettings::default(), None, colour),
            ..look()
        };
        let talk = opened("d", 120, 36);
        let buffer = drawn_with(&talk, &look);
        let dim = |x, y| buffer[(x, y)].modifier.contains(Modifier::DIM);
        assert!((0..8).all(|x| dim(x, 0) && dim(x, 20)));
        let loud = buffer
            .content
            .iter()
            .filter(|cell| !cell.modifier.contains(Modifier::DIM));
        let loud: String = loud.map(|cell| cell.symbol()).collect();
        assert!(loud.contains("Revoke this key?") && loud.contains("Yes, Delete"));
        assert!(!loud.contains("keydeck"), "{loud}");
        if !colour {
            let is_plain = |color| color == ratatui::style::Color::Reset;
            assert!(
                buffer
                    .content
                    .iter()
                    .all(|cell| is_plain(cell.fg) && is_plain(cell.bg))
            );
        }
    }
}

/// A secret as long as those of Web keys.
fn long_secret() -> String {
    "eyJzb3VsSWQiOiIw".repeat(15)
}

fn reveal(talk: &mut Talk, secret: &str) {
    talk.tell(Message::Revealed {
        id: key(0, "Kiosk", Scope::Web).id,
        purpose: Purpose::Show,
        result: Ok(Secret::new(secret)),
    });
}

/// The rows of the screen that consist of a part of the secret and nothing else, in order.
fn rows_of_secret(talk: &Talk, secret: &str) -> String {
    let buffer = drawn_with(talk, &look());
    let rows = (0..buffer.area.height).map(|y| row(&buffer, y).trim_end().to_owned());
    rows.filter(|row| !row.is_empty() && secret.contains(row.as_str()))
        .collect()
}

#[test]
fn a_secret_stands_on_rows_of_its_own_whatever_the_width() {
    let secret = long_secret();
    for (width, height) in [(160, 45), (120, 36), (100, 30), (80, 24), (63, 17), (40, 12)] {
        let mut talk = Talk::sized(width, height, vec![key(0, "Kiosk", Scope::Web)]);
        talk.press("x");
        reveal(&mut talk, &secret);
        assert_eq!(rows_of_secret(&talk, &secret), secret, "{width}x{height}");
        assert!(drawn(&talk).contains("c copies it"), "{width}x{height}");
        // What was copied is told beside it, not over it.
        talk.press("c");
        assert_eq!(rows_of_secret(&talk, &secret), secret, "{width}x{height}");
    }
}

#[test]
fn what_is_too_small_for_a_secret_shows_no_part_of_it() {
    let mut talk = Talk::sized(20, 8, vec![key(0, "Kiosk", Scope::Web)]);
    let secret = long_secret();
    talk.press("x");
    reveal(&mut talk, &secret);
    assert!(!drawn(&talk).contains(&secret[..10]));
    assert!(drawn(&talk).contains("Too small"));
}

#[test]
fn help_finds_what_is_typed_and_esc_leads_out_step_by_step() {
    let mut talk = Talk::sized(80, 24, some_keys(3));
    talk.press("?");
    assert!(drawn(&talk).contains("▼") && drawn(&talk).contains("Esc close"));
    talk.press("/rotate");
    assert!(drawn(&talk).contains("/rotate") && drawn(&talk).contains("a new token beside the old one"));
    assert!(!drawn(&talk).contains("create a key"));
    talk.press("<Enter>q");
    assert!(
        drawn(&talk).contains("create a key") || drawn(&talk).contains("▼"),
        "q clears first"
    );
    talk.press("/nothing at all");
    assert!(drawn(&talk).contains("No key does that."));
    talk.press("<Esc>");
    assert!(drawn(&talk).contains("Keys · table") && !drawn(&talk).contains("No key does that."));
    talk.press("<Esc>");
    assert!(talk.app.over.is_empty());
}

#[test]
fn help_says_its_way_out_where_there_is_no_footer() {
    for height in [3, 4, 5] {
        let mut talk = Talk::sized(40, height, some_keys(3));
        talk.press("?");
        assert!(drawn(&talk).contains("Esc closes"), "{height}: {}", drawn(&talk));
    }
}

#[test]
fn the_palette_has_each_command_once_and_finds_it_by_name_and_words() {
    let mut talk = Talk::sized(120, 45, some_keys(3));
    talk.press(":");
    let screen = drawn(&talk);
    let named = |name: &str| {
        screen
            .lines()
            .filter(|line| line.contains(&format!("│  {name} ")))
            .count()
    };
    assert_eq!(named("quit"), 1);
    assert!(screen.contains("q, Ctrl-C") && screen.contains("d, Del"));
    let Some(Modal::Palette(palette)) = talk.app.over.last() else {
        panic!("no palette");
    };
    let commands = palette.commands.iter();
    let moves: Vec<bool> = commands.map(|command| command.group() == Some("Move")).collect();
    assert!(
        moves.is_sorted() && moves.contains(&true),
        "actions before motions"
    );
    for (typed, first) in [
        ("revo", "revoke "),
        ("set-exp", "set-expiry"),
        ("beside the old", "rotate"),
        ("REVOKE key", "revoke "),
    ] {
        let mut talk = Talk::sized(120, 45, some_keys(3));
        talk.press(":").press(typed);
        let Some(Modal::Palette(palette)) = talk.app.over.last() else {
            panic!("no palette");
        };
        let found = palette
            .picker
            .selected()
            .map(|command| format!("{} ", command.name()));
        assert!(found.is_some_and(|found| found.starts_with(first)), "{typed}");
    }
}

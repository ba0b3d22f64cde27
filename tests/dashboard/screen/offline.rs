//! While no server answers, the header says since when and when it is tried again; what needs a server is not offered.

use std::time::Duration;

use jiff::SignedDuration;
use keydeck::tui::message::Effect;
use keydeck::tui::state::moment::Moment;
use keydeck::tui::view::{Look, next_change};

use super::*;

/// The header as of so many milliseconds later.
fn header_after(talk: &Talk, later: i64) -> (String, Look) {
    let mut look = look();
    look.now += SignedDuration::from_millis(later);
    let (width, height) = talk.app.size();
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, width, height));
    let screen = buffer.area;
    let mut targets = keydeck::tui::state::Targets::default();
    keydeck::tui::view::render(&mut buffer, screen, &talk.app, &look, &mut targets);
    let title = (0..width).map(|x| buffer[(x, 0)].symbol()).collect();
    (title, look)
}

fn lost(width: u16, height: u16) -> Talk {
    let mut talk = Talk::sized(width, height, some_keys(10));
    talk.tell(Message::Disconnected(offline()));
    talk.tell(Message::Retrying(Duration::from_millis(3_200)));
    talk.effects.clear();
    talk
}

#[test]
fn the_header_says_since_when_and_when_the_next_try_is() {
    let talk = lost(120, 36);
    let (title, mut at) = header_after(&talk, 0);
    assert!(
        title.contains("✗ offline since 11:10 · next try in 4 s"),
        "{title}"
    );
    // It is drawn again when it says something else, and never before.
    let mut said = Vec::new();
    while let Some(next) = next_change(&talk.app, &at) {
        assert!(next.at > at.now && !next.has_ended);
        let later = next.at.duration_since(look().now).as_millis() as i64;
        let (title, then) = header_after(&talk, later);
        let words = title.split('·').next_back().unwrap_or_default().trim().to_owned();
        said.push(words);
        at = then;
    }
    assert_eq!(
        said,
        ["next try in 3 s", "next try in 2 s", "next try in 1 s", "trying"]
    );
}

#[test]
fn it_began_when_the_connection_was_lost_first() {
    let mut talk = lost(120, 36);
    let mut moment = Moment {
        now: look().now,
        zone: look().zone.zone,
    };
    moment.now += SignedDuration::from_mins(5);
    talk.app.tell_time(moment);
    talk.tell(Message::Disconnected(offline()));
    let (title, _) = header_after(&talk, 300_000);
    assert!(title.contains("offline since 11:10 · trying"), "{title}");
    talk.tell(Message::Connected);
    assert_eq!(talk.app.outage, None);
}

#[test]
fn what_needs_the_server_is_not_offered_and_says_why() {
    for (width, height) in SIZES {
        let mut talk = lost(width, height);
        let footer = line(&talk, height - 1);
        for hint in ["n new", "e edit", "d revoke", "c copy"] {
            assert!(!footer.contains(hint), "{width}: {footer}");
        }
        assert!(footer.contains("? help"), "{footer}");
        for key in ["n", "d", "e", "c", "x", "t"] {
            talk.press(key);
            assert!(talk.app.over.is_empty(), "{key}");
            assert!(talk.notice().starts_with("Offline"), "{key}: {}", talk.notice());
        }
        talk.tell(Message::Connected).press("n");
        assert_eq!(talk.app.over.len(), 1);
    }
}

#[test]
fn a_server_that_answers_all_the_same_can_be_asked() {
    let mut talk = lost(120, 36);
    talk.press("r");
    talk.answer_page(Ok(page(some_keys(10))));
    assert!(
        drawn(&talk).contains("✗ no events since 11:10"),
        "{}",
        drawn(&talk)
    );
    talk.press("d");
    assert_eq!(talk.app.over.len(), 1);
}

#[test]
fn a_notice_stays_on_its_screen() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("E");
    let said = talk.notice().to_owned();
    assert!(!said.is_empty());
    talk.press("P");
    assert_eq!(talk.notice(), "");
    assert!(!drawn(&talk).contains(&said));
    assert!(
        talk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::After(..)))
    );
}

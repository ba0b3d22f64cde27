//! Going from one profile to another without a restart, and profiles that change nothing.
#![cfg(test)]

#[path = "common/talk.rs"]
#[expect(dead_code, reason = "shared with the other conversation tests")]
mod talk;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use keydeck::config::Colour;
use keydeck::tui::keymap::{self, Action, Layer};
use keydeck::tui::message::{Effect, Message, Timer};
use keydeck::tui::places::Place;
use keydeck::tui::view::{self, Look, theme::Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use talk::*;
use uuid::Uuid;

fn production() -> Place {
    Place {
        label: "production".into(),
        colour: Some(Colour::Red),
        read_only: true,
    }
}

fn between_two(width: u16, height: u16) -> Talk {
    let mut talk = Talk::sized(width, height, some_keys(20));
    talk.app = talk.app.among(vec![Place::plain("local"), production()]);
    talk
}

fn at_production(width: u16, height: u16) -> Talk {
    let mut talk = between_two(width, height);
    talk.press(":production<Enter>");
    talk.effects = talk.app.go_to(production(), Uuid::from_u128(8));
    talk.tell(Message::Me(Ok(owner()))).tell(Message::Connected);
    talk.answer_page(Ok(page(some_keys(3))));
    talk.answer_page(Ok(page(some_keys(3))));
    talk
}

#[test]
fn the_palette_names_the_profiles_and_opens_one() {
    let mut talk = between_two(120, 36);
    talk.press(":profile prod<Enter>");
    let label = talk.expect("GoTo", |effect| match effect {
        Effect::GoTo(label) => Some(label.clone()),
        _ => None,
    });
    assert_eq!(
        (label.as_str(), talk.notice()),
        ("production", "Opening production…")
    );
    assert_eq!(talk.app.place.label, "local");
    talk.effects = talk.app.go_to(production(), Uuid::from_u128(8));
    assert_eq!(talk.app.place, production());
    assert!(talk.app.me.is_none() && talk.app.selected().is_none());
    talk.expect("LoadMe", |effect| matches!(effect, Effect::LoadMe).then_some(()));
    talk.page_question();
}

#[test]
fn the_present_profile_and_a_second_one_at_once_are_not_offered() {
    let mut talk = between_two(120, 36);
    talk.press(":profile: local<Enter>");
    assert!(
        !talk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::GoTo(_)))
    );
    talk.press(":<C-u>profile: prod<Enter>").effects.clear();
    talk.press(":profile: prod<Enter>");
    assert!(
        !talk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::GoTo(_)))
    );
}

#[test]
fn a_profile_that_cannot_be_opened_changes_nothing() {
    let mut talk = between_two(120, 36);
    talk.press("j:profile: prod<Enter>");
    let selected = talk.selected_name().to_owned();
    talk.tell(Message::NotSwitched("pass: the store is locked".into()));
    assert_eq!(talk.notice(), "Can't open production: pass: the store is locked");
    assert_eq!(
        (talk.selected_name(), talk.app.place.label.as_str()),
        (selected.as_str(), "local")
    );
    talk.press(":profile: prod<Enter>");
    talk.expect("GoTo", |effect| matches!(effect, Effect::GoTo(_)).then_some(()));
}

#[test]
fn nothing_that_changes_is_offered_or_sent_in_a_read_only_profile() {
    let mut talk = at_production(120, 36);
    for layer in [
        Layer::Keys,
        Layer::Details,
        Layer::Projects,
        Layer::People,
        Layer::Activity,
    ] {
        for binding in keymap::of_layer(layer).filter(|binding| binding.action.changes()) {
            assert!(!talk.app.can(binding.action), "{layer:?} {:?}", binding.action);
        }
    }
    assert!(talk.app.can(Action::Copy) && talk.app.can(Action::Reveal));
    talk.effects.clear();
    for keys in ["n", "e", "d"] {
        talk.press(keys);
        assert!(talk.app.over.is_empty(), "{keys}");
        assert_eq!(
            talk.notice(),
            "The profile production is read-only: it changes nothing."
        );
    }
    assert!(
        talk.effects
            .iter()
            .all(|effect| matches!(effect, Effect::After(_, Timer::ExpireNotice(_))))
    );
}

#[test]
fn the_title_names_the_profile_on_its_colour() {
    for (width, height) in [(120, 36), (80, 24), (47, 13)] {
        let talk = at_production(width, height);
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("in memory");
        let look = Look {
            theme: Theme::new(true),
            now: Timestamp::from_second(1_795_000_200).expect("valid"),
            zone: TimeZone::UTC,
        };
        let draw = |frame: &mut ratatui::Frame| view::draw(frame, &talk.app, &look);
        terminal.draw(draw).expect("in memory");
        insta::assert_snapshot!(
            format!("read_only_{width}x{height}"),
            terminal.backend().to_string()
        );
    }
}

//! The list of people, and the keys and activity of one of them.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use keydeck::model::Role;
use keydeck::tui::keymap::Action;
use keydeck::tui::message::Message;
use keydeck::tui::state::Screen;
use uuid::Uuid;

use crate::common::people::*;
use crate::common::talk::*;
use crate::people::{creator_asked_for, showing_people};

#[test]
fn the_selection_stays_on_its_person_and_pages_come_ahead_of_the_scroll() {
    let all: Vec<_> = (100..260)
        .map(|n| person(n, &format!("a{n}@acme.example"), Role::Editor, 0))
        .collect();
    let mut talk = Talk::people(120, 36, all[..100].to_vec());
    talk.press("<PgDn><PgDn><PgDn>");
    talk.answer_people(Ok(all[100..].to_vec()));
    talk.press("G");
    assert_eq!(talk.selected_email(), "a259@acme.example");
    talk.tell(Message::Connected)
        .answer_people(Ok(all[..100].to_vec()));
    assert_eq!(talk.selected_email(), "a259@acme.example");
}

#[test]
fn a_click_selects_a_person_and_the_wheel_scrolls() {
    let all: Vec<_> = (100..160)
        .map(|n| person(n, &format!("a{n}@acme.example"), Role::Editor, 0))
        .collect();
    let mut talk = Talk::people(80, 24, all);
    let rows = talk.app.layout().rows;
    let mouse = |kind| {
        Message::Mouse(MouseEvent {
            kind,
            column: rows.x + 3,
            row: rows.y + 2,
            modifiers: KeyModifiers::NONE,
        })
    };
    talk.tell(mouse(MouseEventKind::Down(MouseButton::Left)));
    assert_eq!(talk.selected_email(), "a102@acme.example");
    talk.tell(mouse(MouseEventKind::ScrollDown));
    assert_eq!(
        talk.selected_email(),
        "a103@acme.example",
        "it stays on the screen"
    );
}

#[test]
fn esc_clears_the_filter_and_then_goes_back_to_the_keys() {
    let mut talk = showing_people();
    talk.press("/nin<Enter>");
    talk.answer_people(Ok(some_people()[2..3].to_vec()));
    talk.press("<Esc>");
    assert_eq!(
        (talk.app.people.filter.as_str(), talk.app.screen),
        ("", Screen::People)
    );
    talk.press("<Esc>");
    assert_eq!(talk.app.screen, Screen::Keys);
}

// Whose keys.

#[test]
fn m_shows_only_own_keys_and_all_again_and_esc_clears_it() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("m");
    assert_eq!(creator_asked_for(&mut talk), Some(Uuid::from_u128(1)));
    assert!(talk.app.shows_mine());
    talk.press("m");
    assert_eq!(creator_asked_for(&mut talk), None);
    talk.press("m");
    creator_asked_for(&mut talk);
    talk.press("<Esc>");
    assert_eq!(creator_asked_for(&mut talk), None);
    assert!(!talk.app.can(Action::Back));
}

#[test]
fn the_keys_of_a_person_are_one_key_away_and_mine_takes_their_place() {
    let mut talk = showing_people();
    talk.press("jjo");
    assert_eq!(talk.app.screen, Screen::Keys);
    assert_eq!(creator_asked_for(&mut talk), Some(Uuid::from_u128(4)));
    assert!(!talk.app.shows_mine());
    talk.press("m");
    assert_eq!(creator_asked_for(&mut talk), Some(Uuid::from_u128(1)));
    talk.press("<Esc>");
    assert_eq!(creator_asked_for(&mut talk), None);
}

#[test]
fn the_activity_of_a_person_is_one_key_away() {
    let mut talk = showing_people();
    talk.press("jja");
    assert_eq!(talk.app.screen, Screen::Activity);
    let by = talk
        .app
        .activity
        .only
        .person
        .as_ref()
        .map(|person| person.email.as_str());
    assert_eq!(by, Some("nina@acme.example"));
}

//! What happens by itself: said sparingly, and never while one types.

use keydeck::api::{KeyEvent, KeyEventKind};
use keydeck::tui::message::{Effect, Message, UsageReply, UsageRequest};
use keydeck::tui::plain::Pause;
use uuid::Uuid;

use super::Ear;
use crate::common::ended::*;
use crate::common::talk::*;

fn ear() -> Ear {
    Ear::with_keys(some_keys(8))
}

fn event(ear: &mut Ear, number: u32, kind: KeyEventKind) {
    let key = Uuid::from_u128(1_000 + u128::from(number));
    ear.tell(Message::Deck(KeyEvent { kind, key }));
}

#[test]
fn a_burst_of_changes_is_one_sentence() {
    let mut ear = ear();
    for number in 3..8 {
        event(&mut ear, number, KeyEventKind::Edited);
    }
    assert_eq!(ear.silence(), "5 keys changed.\n");
    event(&mut ear, 4, KeyEventKind::Edited);
    assert_eq!(ear.silence(), "“Assistant 004” was changed.\n");
    event(&mut ear, 5, KeyEventKind::Revoked);
    assert_eq!(ear.silence(), "“Assistant 005” was revoked.\n");
    assert_eq!(ear.silence(), "");
}

#[test]
fn one_is_not_told_of_what_one_did_oneself() {
    let mut ear = ear();
    let key = ear.talk.app.selected().expect("a key").clone();
    let id = key.id;
    event(&mut ear, 0, KeyEventKind::Edited);
    ear.tell(Message::Edited {
        id,
        result: Ok(Box::new(key.clone())),
    });
    assert!(ear.silence().starts_with("Saved “Assistant 000”"));
    ear.tell(Message::Edited {
        id,
        result: Ok(Box::new(key)),
    });
    event(&mut ear, 0, KeyEventKind::Edited);
    let said = ear.silence();
    assert!(!said.contains("was changed"), "{said}");
}

#[test]
fn nobody_is_interrupted_while_they_type() {
    let mut ear = ear();
    ear.press("nKiosk");
    ear.silence();
    event(&mut ear, 4, KeyEventKind::Edited);
    ear.tell(Message::Disconnected(offline()));
    ear.tell(Message::Connected);
    assert_eq!(ear.silence(), "");
    let said = ear.press("<Esc><Right><Enter>");
    assert!(said.contains("“Assistant 004” was changed."), "{said}");
}

#[test]
fn the_selected_key_says_that_it_is_another_one_now() {
    let mut ear = ear();
    ear.press("j");
    event(&mut ear, 1, KeyEventKind::Revoked);
    let said = ear.silence();
    assert!(said.starts_with("“Assistant 001” was revoked.\n"), "{said}");
    assert!(said.contains("Assistant 002"), "{said}");
}

#[test]
fn a_connection_that_is_lost_and_comes_back_is_said_once() {
    let mut ear = ear();
    ear.tell(Message::Disconnected(offline()));
    assert_eq!(ear.silence(), "Offline: keydeck tries again automatically.\n");
    ear.tell(Message::Disconnected(offline()));
    assert_eq!(ear.silence(), "");
    ear.tell(Message::Connected);
    assert!(ear.silence().starts_with("Connected again.\n"));
}

#[test]
fn figures_that_count_on_are_not_said_each_time() {
    let mut ear = ear();
    let key = ear.talk.revoke(14);
    ear.pause = Pause::Burst;
    ear.silence();
    let told = |ear: &mut Ear, count| {
        let number = ear.talk.expect("question for a key", |effect| match effect {
            Effect::Usage(UsageRequest::State { number, .. }) => Some(*number),
            _ => None,
        });
        let result = Ok(Box::new(revoked(&key, count)));
        ear.tell(Message::OfUsage(UsageReply::State { number, result }));
    };
    told(&mut ear, 15);
    assert_eq!(ear.moment(Pause::Burst), "");
    assert_eq!(ear.pause, Pause::Figures);
    ear.talk.ask_again();
    told(&mut ear, 16);
    let said = ear.moment(Pause::Figures);
    assert!(said.contains("16 attempts since, all refused"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    // Only time passed.
    ear.talk.ask_again();
    told(&mut ear, 16);
    assert_eq!(ear.moment(Pause::Burst), "");
    assert_eq!(ear.pause, Pause::Over);
}

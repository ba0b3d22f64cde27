//! No screen and no dialog is silent, in no state, and what is chosen from is numbered.

use std::collections::BTreeSet;

use keydeck::api::ProblemType;
use keydeck::model::Scope;
use keydeck::tui::dialogs::Modal;
use keydeck::tui::keymap::{Action, Layer};
use keydeck::tui::message::Message;

use super::Ear;
use crate::availability::{STATES, press};
use crate::common::draw::{drawn, look};
use crate::common::leaks::leak;
use crate::common::talk::*;

/// States of dialogs beside those in which it is tested what is available.
pub type Named = (&'static str, fn() -> Talk);

pub const OTHERS: &[Named] = &[
    ("a filter that is typed", || keys("/shop")),
    ("help", || keys("?")),
    ("the card of a revoked key", || {
        let mut talk = keys("");
        talk.revoke(14);
        talk
    }),
    ("a key that was reported leaked", || {
        let mut talk = keys("");
        talk.answer_leaks(vec![leak(1, key(1, "Assistant 1", Scope::Web))]);
        talk.press("L");
        talk
    }),
    ("a conflict", || {
        let mut talk = keys("e2<C-s>");
        let mut changed = problem(ProblemType::Changed, 412, "Someone changed it.");
        let mut theirs = key(1, "Theirs", Scope::Web);
        theirs.version = 2;
        theirs.settings.cross_page_persistence = true;
        let id = theirs.id;
        changed.current = Some(Box::new(theirs));
        let result = Err(keydeck::client::Error::Refused(Box::new(changed)));
        talk.tell(Message::Edited { id, result });
        talk
    }),
    ("a profile that is opened", || {
        let mut talk = keys("");
        let decks = ["here", "there"].map(keydeck::tui::decks::DeckSummary::plain);
        talk.app = talk.app.among(decks.to_vec());
        talk.press(":there<Enter>");
        talk
    }),
    (
        "marked keys that are not shown, with which something is to be done",
        || {
            let mut talk = keys("<Space>2");
            talk.answer_page(Ok(page(Vec::new())));
            talk.answer_whereabouts(keydeck::tui::message::Whereabouts::NotShown);
            talk.press("d");
            talk
        },
    ),
];

fn keys(then: &str) -> Talk {
    let keys = (1..=3).map(|number| key(number, &format!("Assistant {number}"), Scope::Web));
    let mut talk = Talk::sized(80, 24, keys.collect());
    talk.press(then);
    talk
}

/// Somebody who was led to a state, and to whom nothing was said yet.
fn ear(lead_to: fn() -> Talk) -> Ear {
    let mut talk = lead_to();
    talk.app = talk.app.in_plain_mode();
    talk.tell(Message::Resized {
        width: 80,
        height: 24,
    });
    Ear::at(talk)
}

/// The numbers that begin a line.
fn numbers(said: &str) -> Vec<usize> {
    let lines = said.lines().filter_map(|line| line.split_once(". "));
    lines.filter_map(|(number, _)| number.parse().ok()).collect()
}

#[test]
fn every_dialog_says_something_and_numbers_its_choices() {
    let mut seen = BTreeSet::new();
    for (state, lead_to) in STATES.iter().chain(OTHERS) {
        let mut ear = ear(*lead_to);
        let said = ear.silence();
        assert!(said.lines().count() > 1, "{state} says {said:?}");
        let Some(top) = ear.talk.app.over.last() else {
            continue;
        };
        seen.insert(top.name());
        let numbers = numbers(&said);
        let expected: Vec<usize> = (1..=numbers.len()).collect();
        assert_eq!(numbers, expected, "{state} says {said}");
        let layer = ear.talk.app.layer();
        let has_buttons = layer == Layer::Asking && ear.talk.app.can(Action::Accept);
        assert!(!has_buttons || !numbers.is_empty(), "{state} says {said}");
        assert!(!ear.where_am_i().is_empty(), "{state}");
    }
    let missing: Vec<_> = Modal::NAMES
        .iter()
        .filter(|name| !seen.contains(**name))
        .collect();
    assert!(missing.is_empty(), "never opened: {missing:?}");
}

/// What ends or stops the program, and what is told by itself.
fn is_apart(action: Action) -> bool {
    matches!(action, Action::Suspend | Action::Quit | Action::SayAgain)
}

/// What is drawn, without the sign that something is on its way.
fn seen(ear: &Ear) -> String {
    drawn(&ear.talk).replace(['…', '─', ' '], "")
}

#[test]
fn what_changes_to_the_eye_changes_to_the_ear() {
    let mut silent = String::new();
    for (state, lead_to) in STATES.iter().chain(OTHERS) {
        let app = ear(*lead_to).talk.app;
        let bindings = app.keymap.of_layer(app.layer());
        for binding in bindings.filter(|binding| !is_apart(binding.action)) {
            let mut ear = ear(*lead_to);
            ear.silence();
            let seen = seen(&ear);
            press(&mut ear.talk, binding);
            ear.pause = ear.plain.after_input(&ear.talk.app, &look());
            let said = ear.silence();
            let is_same = self::seen(&ear) == seen;
            // It is told when the rows are there.
            let is_coming = ear.talk.app.rows_are_coming();
            if said.is_empty() && !is_same && !is_coming {
                silent += &format!(
                    "{state}: {} is silent\n{}\n",
                    binding.keys_label(),
                    drawn(&ear.talk)
                );
            }
        }
    }
    assert!(silent.is_empty(), "{silent}");
}

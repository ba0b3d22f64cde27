//! Where every key is another one than usual, nothing on any screen names a usual one.

use std::collections::{BTreeMap, BTreeSet};

use crossterm::event::KeyEvent;
use keydeck::config::KeySetting;
use keydeck::tui::keymap::{Action, Keymap, Layer};
use keydeck::tui::message::Message;
use strum::IntoEnumIterator;

use crate::availability::STATES;
use crate::common::draw::drawn;
use crate::common::talk::*;
use crate::plain::everywhere::OTHERS;

/// Each action with a key of its own that no text has by chance: `Alt-a`, `F5`.
fn rebound() -> Keymap {
    let letters = ('a'..='z').chain('0'..='9').chain('A'..='Z');
    let mut free = letters
        .map(|c| format!("alt-{c}"))
        .chain((2..=12).map(|n| format!("f{n}")));
    let setting = |(line, action): (usize, Action)| KeySetting {
        line,
        action: action.name().to_owned(),
        keys: vec![free.next().expect("there are more keys than actions")],
    };
    let is_bound = |action: &Action| !Keymap::default().keys_set(*action).is_empty();
    let settings: Vec<_> = Action::settable()
        .filter(is_bound)
        .enumerate()
        .map(setting)
        .collect();
    let (keymap, problems) = Keymap::with(&settings);
    assert_eq!(problems, []);
    keymap
}

/// The usual keys of one sign that are other ones now, each with what the footer says of them.
fn usual() -> BTreeMap<String, BTreeSet<&'static str>> {
    let keymap = Keymap::default();
    let mut usual: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for binding in Layer::iter().flat_map(|layer| keymap.of_layer(layer).collect::<Vec<_>>()) {
        let is_set = |key: &&keydeck::tui::keymap::KeyPattern| keymap.keys_set(binding.action).contains(key);
        for key in binding.keys.iter().filter(is_set) {
            let hints = usual.entry(key.label()).or_default();
            hints.insert(binding.hint);
        }
    }
    usual.retain(|label, _| label.chars().count() == 1);
    usual
}

/// A usual key that is named in a text: a letter that is a word by itself, or any sign before what it does.
fn named(text: &str, usual: &BTreeMap<String, BTreeSet<&str>>) -> Option<String> {
    const VERBS: [&str; 16] = [
        "shows",
        "goes",
        "opens",
        "tries",
        "asks",
        "copies",
        "marks",
        "clears",
        "quits",
        "closes",
        "takes",
        "comes",
        "drops",
        "refreshes",
        "renews",
        "enables",
    ];
    let bare = |word: &str| word.trim_matches([',', '.', ';', '(', ')', '“', '”']).to_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    for (at, word) in words.iter().enumerate() {
        let word = bare(word);
        let Some(hints) = usual.get(&word) else { continue };
        let next = words.get(at + 1).map_or_else(String::new, |next| bare(next));
        // Half a word beside a dialog.
        let is_half = next.starts_with(['│', '┃']) || (at > 0 && words[at - 1].starts_with(['│', '┃']));
        let is_amount = at > 0 && words[at - 1].ends_with(|c: char| c.is_ascii_digit());
        let is_letter =
            word.chars().all(|c| c.is_ascii_alphabetic()) && !["a", "A", "I"].contains(&word.as_str());
        let begins_hint = hints
            .iter()
            .any(|hint| !hint.is_empty() && hint.split(' ').next() == Some(&next));
        if (is_letter && !is_amount && !is_half) || begins_hint || VERBS.contains(&next.as_str()) {
            return Some(format!("{word} {next}"));
        }
    }
    None
}

#[test]
fn a_text_that_names_a_key_is_recognised() {
    let usual = usual();
    for text in [
        "n new  e edit",
        "look at it with t.",
        "Activity a shows all",
        "until v or Esc",
        "0 shows all scopes.",
        ": commands  ? help",
        "closed (q)",
    ] {
        assert!(named(text, &usual).is_some(), "{text}");
    }
    for text in [
        "in 3 d",
        "24 h",
        "A key of 7 days",
        "a key",
        "Alt-n new",
        "60 keys / 3",
    ] {
        assert_eq!(named(text, &usual), None, "{text}");
    }
}

#[test]
fn no_screen_names_a_key_that_was_set_to_another() {
    let (usual, keymap) = (usual(), rebound());
    let (mut wrong, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let states = STATES.iter().chain(OTHERS);
    // What is offered in it is gathered when it opens; it opens in other states.
    for (state, lead_to) in states.filter(|(state, _)| *state != "the palette") {
        let led = || {
            let mut talk = lead_to();
            talk.app.keymap = keymap.clone();
            talk.app.notice = None;
            talk.tell(Message::Resized {
                width: 200,
                height: 90,
            });
            talk
        };
        let mut look = |talk: &Talk, how: &str| {
            let named = named(&drawn(talk), &usual);
            // Over what asks, keys stay: help is never set to another one there.
            let stays = keymap.key_of(talk.app.layer(), Action::Help).as_deref() == Some("?");
            if let Some(named) = named.filter(|named| !(stays && named == "? help")) {
                wrong.insert(format!("{state}{how}: “{named}”"));
            }
        };
        let talk = led();
        look(&talk, "");
        let layer = talk.app.layer();
        let actions: BTreeSet<&str> = keymap
            .of_layer(layer)
            .map(|binding| binding.action.name())
            .collect();
        for name in actions {
            let action: Action = name.parse().expect("its name");
            let Some(key) = keymap.event_of(layer, action) else {
                continue;
            };
            let mut talk = led();
            let layers = talk.app.over.len();
            talk.tell(Message::Key(KeyEvent::new(key.code, key.modifiers)));
            let is_opened =
                talk.app.over.len() > layers && seen.insert((action.name(), talk.app.layer().title()));
            let is_said = !talk.notice().is_empty() && seen.insert((action.name(), state));
            let is_waiting = talk.app.waiting_words().is_some() && seen.insert((state, "waits"));
            if is_opened || is_said || is_waiting {
                look(&talk, &format!(", {name}"));
            }
        }
    }
    assert!(seen.len() > 100, "{} were looked at", seen.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

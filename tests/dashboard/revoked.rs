//! "Yes, Delete" with its reason and "Disable first", and the card that says what became of a revoked key.

use std::time::Duration;

use crate::common::draw::{drawn, hazard, look};
use crate::common::ended::*;
use crate::common::talk::*;
use crate::common::usage::*;
use jiff::SignedDuration;
use keydeck::api::{Disabled, Key, KeyRotation, PersonRef, ProblemType, Usage};
use keydeck::client::Error;
use keydeck::model::{KeyState, Rule, Scope, Secret, Token, TokenKind};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{
    ActivityRequest, Effect, LifecycleReply, LifecycleRequest, Message, NamedId, Route,
};
use keydeck::tui::state::Screen;
use uuid::Uuid;

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (63, 17)];
const SERVER: &str = "keys-1.acme.example";

/// One snapshot a size, named after the screen.
fn snapshots(screen: &str, keys: &[Key], lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, keys.to_vec());
        lead_to(&mut talk);
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

/// Words in the dialog, whatever lines they are broken into.
fn says_on_screen(talk: &Talk, words: &str) -> bool {
    let letters = |text: &str| -> String {
        let is_letter = |c: &char| !c.is_whitespace() && !"│\"▌".contains(*c);
        text.chars().filter(is_letter).collect()
    };
    letters(&in_dialog(talk)).contains(&letters(words))
}

/// What stands inside the dialog, which is the only box with a corner before its title in the middle of the screen.
fn in_dialog(talk: &Talk) -> String {
    let screen = drawn(talk);
    let lines: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
    let title = |line: &Vec<char>| {
        let text: String = line.iter().collect();
        let at = ["╭ Revoked ", "╭ Revoke this key? "]
            .iter()
            .find_map(|title| text.find(title))?;
        Some(text[..at].chars().count())
    };
    let Some((top, left)) = lines
        .iter()
        .enumerate()
        .find_map(|(y, line)| Some((y, title(line)?)))
    else {
        return String::new();
    };
    let right = lines[top]
        .iter()
        .skip(left)
        .position(|c| *c == '╮')
        .expect("its corner");
    let inside = lines[top + 1..]
        .iter()
        .take_while(|line| line.get(left) == Some(&'│'));
    let inside = inside.map(|line| line[left + 1..left + right].iter().collect::<String>());
    inside.collect::<Vec<_>>().join("\n")
}

fn sent(talk: &mut Talk) -> (&'static str, Option<String>) {
    talk.expect("a change", |effect| match effect {
        Effect::Revoke { reason, .. } => Some(("revoke", reason.clone())),
        Effect::Lifecycle(LifecycleRequest::Disable { disabling, .. }) => {
            Some(("disable", disabling.reason.clone()))
        }
        _ => None,
    })
}

fn changes(talk: &Talk) -> usize {
    talk.effects.iter().filter(|effect| effect.is_change()).count()
}

fn disabled() -> Key {
    Key {
        state: KeyState::Disabled,
        disabled: Some(Disabled {
            at: look().now - SignedDuration::from_hours(30),
            by: PersonRef::default(),
            reason: None,
        }),
        ..key(1, "Kiosk", Scope::Web)
    }
}

fn rotating() -> Key {
    Key {
        rotation: Some(KeyRotation {
            started_at: ago(3_600),
            ends_at: ago(-82_800),
            old_hint: "kdw_…0ld1".into(),
            uses: None,
        }),
        ..key(1, "Kiosk", Scope::Web)
    }
}

/// The card of the key that was selected, as it is after both answers.
fn card(count: u64) -> (Talk, Key) {
    let mut talk = Talk::with_keys(some_keys(10));
    let left = talk.revoke(count);
    talk.answer_state(Ok(left.clone()));
    talk.answer_checks(vec![says(SERVER, Ok(Some(Rule::KeyRevoked)))]);
    (talk, left)
}

// "Yes, Delete".

#[test]
fn a_reason_is_typed_before_the_buttons_and_is_sent_with_what_is_chosen() {
    for (keys, expected) in [
        // From Cancel back to the reason, and on to the button.
        ("<S-Tab>leaked?<Enter><Tab><Enter>", ("revoke", Some("leaked?"))),
        ("<Up> leaked <Down><Tab><Enter>", ("revoke", Some("leaked"))),
        ("<Tab><Enter>", ("revoke", None)),
        ("<S-Tab>   <Tab><Tab><Enter>", ("revoke", None)),
        (
            "<Tab><Tab><Tab>dyq<Tab><Tab><Tab><Enter>",
            ("disable", Some("dyq")),
        ),
        ("<Tab><Tab><Enter>", ("disable", None)),
    ] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press("d").press(keys);
        let (what, reason) = sent(&mut talk);
        assert_eq!((what, reason.as_deref()), expected, "{keys}");
        assert_eq!(changes(&talk), 0, "{keys}");
    }
}

#[test]
fn no_letter_and_no_enter_in_the_reason_deletes() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("d<S-Tab>yes dy<Enter>");
    assert_eq!(changes(&talk), 0);
    talk.press("<Enter>");
    assert!(talk.app.over.is_empty(), "Enter leads to Cancel");
    talk.press("d<S-Tab>y<Esc>");
    assert!(talk.app.over.is_empty());
    talk.press("d").tell(Message::Paste(Secret::new("not asked for")));
    assert!(
        !says_on_screen(&talk, "not asked for"),
        "a paste goes nowhere else"
    );
    assert_eq!(changes(&talk), 0);
}

#[test]
fn a_secret_is_no_reason_and_is_neither_sent_nor_drawn() {
    let token = Token::from_entropy(TokenKind::Key(Scope::Web), [7; 32]);
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("d<S-Tab>")
        .tell(Message::Paste(Secret::new(token.expose())));
    talk.press("<Tab><Tab><Enter>");
    assert_eq!(changes(&talk), 0);
    assert!(says_on_screen(&talk, "The reason:"));
    let Some(Modal::Revoke(dialog)) = talk.app.over.last() else {
        panic!("the dialog is gone");
    };
    assert!(dialog.is_in_reason());
    let told = format!("{} {:?}", drawn(&talk), talk.app);
    assert!(!told.contains(&token.expose()[8..20]), "{told}");
}

#[test]
fn what_refuses_already_is_not_disabled_first() {
    for key in [disabled(), expired_keys(1).remove(0)] {
        let mut talk = Talk::with_keys(vec![key]);
        talk.press("d<Tab><Tab>");
        assert!(!says_on_screen(&talk, "Disable first"));
        talk.press("<Tab><Tab><Enter>");
        assert_eq!(sent(&mut talk).0, "revoke");
    }
    let mut talk = Talk::with_keys(vec![key(1, "Kiosk", Scope::Mobile)]);
    talk.press("d");
    assert!(says_on_screen(&talk, "[ Disable first ]"));
}

#[test]
fn disabling_first_leaves_the_key_and_says_how_to_go_on() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("d<Tab><Tab><Enter>");
    assert!(says_on_screen(&talk, "Disabling…"));
    sent(&mut talk);
    talk.press("<Enter><Esc>");
    assert_eq!(
        (changes(&talk), talk.app.over.len()),
        (0, 1),
        "it waits for the answer"
    );
    let key = Box::new(Key {
        id: keys[0].id,
        name: keys[0].name.clone(),
        ..disabled()
    });
    let (id, result) = (key.id, Ok(key));
    talk.tell(Message::OfLifecycle(LifecycleReply::Disabled { id, result }));
    assert!(talk.app.over.is_empty());
    assert!(
        talk.notice().starts_with("Disabled “Assistant 000” ("),
        "{}",
        talk.notice()
    );
    let selected = talk.app.selected().map(|key| (key.id, key.state));
    assert_eq!(selected, Some((keys[0].id, KeyState::Disabled)));
}

#[test]
fn disabling_that_got_no_answer_stays_in_the_dialog() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    let (id, result) = (keys[0].id, Err(offline()));
    talk.press("d<Tab><Tab><Enter>")
        .tell(Message::OfLifecycle(LifecycleReply::Disabled { id, result }));
    assert!(says_on_screen(&talk, "connection refused"));
    talk.press("<Enter>");
    assert_eq!(sent(&mut talk).0, "disable");
}

#[test]
fn it_says_who_still_tries_and_that_both_tokens_stop() {
    let tried = Usage {
        refused_since: Some(attempts(12, 600)),
        ..unused()
    };
    let mut talk = Talk::with_keys(vec![disabled()]);
    talk.press("d");
    talk.answer_usage(Ok(tried));
    let words = "Disabled: 12 attempts since Tuesday, last 10 min ago from 203.0.113.24.";
    assert!(says_on_screen(&talk, words), "{}", drawn(&talk));
    let mut talk = Talk::with_keys(vec![disabled()]);
    talk.press("d");
    talk.answer_usage(Ok(unused()));
    assert!(says_on_screen(&talk, "Disabled: no attempts since Tuesday."));
    let mut talk = Talk::with_keys(vec![rotating()]);
    talk.press("d");
    let words = "It is being rotated: both of its tokens stop, the old one (kdw_…0ld1) too.";
    assert!(says_on_screen(&talk, words), "{}", drawn(&talk));
}

#[test]
fn the_dialog_that_revokes() {
    let busy_one = |talk: &mut Talk| {
        talk.press("d<S-Tab>leaked in a build log");
        talk.answer_usage(Ok(busy()));
    };
    snapshots("revoke_reason", &some_keys(60), busy_one);
    let tried = Usage {
        refused_since: Some(attempts(12, 600)),
        ..unused()
    };
    snapshots("revoke_disabled", &[disabled()], |talk| {
        talk.press("d");
        talk.answer_usage(Ok(tried.clone()));
    });
    snapshots("revoke_rotating", &[rotating()], |talk| {
        talk.press("d<Tab><Tab>");
        talk.answer_usage(Ok(busy()));
    });
}

// The card.

#[test]
fn after_yes_delete_the_card_stays_and_counts_who_still_tries() {
    let (mut talk, left) = card(0);
    assert!(says_on_screen(&talk, "✓ Revoked 11:08:00 · no attempts since"));
    assert!(says_on_screen(&talk, "By jonas@acme.example"));
    assert!(says_on_screen(&talk, "leaked in a build log"));
    assert!(says_on_screen(
        &talk,
        "✓ keys-1.acme.example refuses it (key-revoked), checked 11:08:01"
    ));
    // Whatever else is pressed.
    talk.press("<Enter><Enter>jdDyx <Tab>");
    assert!(matches!(talk.app.over.last(), Some(Modal::Revoked(_))));
    assert_eq!(changes(&talk), 0);
    assert_eq!(talk.ask_again(), Duration::from_secs(1));
    let after = revoked(&left, 14);
    assert_eq!(talk.answer_state(Ok(after)), left.id);
    let words = "✓ Revoked 11:08:00 · 14 attempts since, all refused, last 3 s ago from 203.0.113.24";
    assert!(says_on_screen(&talk, words), "{}", drawn(&talk));
    talk.press("<Esc>");
    assert!(talk.app.over.is_empty());
    assert_eq!(talk.selected_name(), "Assistant 001");
}

#[test]
fn it_asks_once_at_a_time_less_often_when_nothing_comes_and_never_when_it_is_left() {
    let (mut talk, left) = card(3);
    let asked = |talk: &Talk| talk.usage_questions();
    talk.press("?<Esc>");
    for _ in 0..30 {
        assert_eq!(talk.ask_again(), Duration::from_secs(1));
        assert_eq!(asked(&talk), 1);
        talk.answer_state(Ok(left.clone()));
    }
    assert_eq!(talk.ask_again(), Duration::from_secs(5));
    talk.answer_state(Ok(revoked(&left, 4)));
    assert_eq!(talk.ask_again(), Duration::from_secs(1), "somebody tries");
    talk.press("<Esc>");
    talk.effects.clear();
    talk.tell(Message::Due(keydeck::tui::message::Timer::AskAgain(1)));
    assert!(talk.effects.is_empty(), "{:?}", talk.effects);
}

#[test]
fn a_server_that_is_away_is_told_with_what_is_known_and_r_asks_again() {
    let mut talk = Talk::with_keys(some_keys(10));
    let left = talk.revoke(2);
    talk.answer_state(Err(offline()));
    talk.answer_checks(vec![
        says(SERVER, Ok(Some(Rule::KeyRevoked))),
        says("keys-2.acme.example", Err(offline())),
    ]);
    assert!(says_on_screen(&talk, "✓ Revoked 11:08:00 · 2 attempts since"));
    assert!(says_on_screen(&talk, "✓ keys-1.acme.example refuses it"));
    assert!(says_on_screen(
        &talk,
        "? keys-2.acme.example not known: No answer from"
    ));
    assert!(says_on_screen(&talk, "Not up to date: No answer from"));
    assert!(
        !talk
            .effects
            .iter()
            .any(|e| matches!(e, Effect::After(_, keydeck::tui::message::Timer::AskAgain(_))))
    );
    talk.press("r");
    talk.answer_state(Ok(revoked(&left, 5)));
    talk.answer_checks(vec![
        says(SERVER, Ok(Some(Rule::KeyRevoked))),
        says("keys-2.acme.example", Ok(Some(Rule::KeyRevoked))),
    ]);
    assert!(says_on_screen(&talk, "5 attempts since") && !says_on_screen(&talk, "not known"));
    assert!(!says_on_screen(&talk, "Not up to date"));
}

#[test]
fn nobody_waits_for_the_slowest_server() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.revoke(0);
    assert!(says_on_screen(&talk, "Proof: each server checks the key itself"));
    let number = talk.begin_checks(&[SERVER, "keys-2.acme.example"]);
    let (_, said) = says(SERVER, Ok(Some(Rule::KeyRevoked)));
    talk.answer_check(number, 1, said);
    assert!(says_on_screen(
        &talk,
        "… keys-1.acme.example has not answered yet"
    ));
    assert!(says_on_screen(&talk, "✓ keys-2.acme.example refuses it"));
    // What it said before is said with its time, until it is said again.
    talk.press("r");
    let (_, said) = says(SERVER, Ok(Some(Rule::KeyRevoked)));
    talk.answer_check(number, 0, said);
    assert!(says_on_screen(&talk, "… keys-1.acme.example"), "a late answer");
    let number = talk.begin_checks(&[SERVER, "keys-2.acme.example"]);
    assert!(says_on_screen(&talk, "✓ keys-2.acme.example refuses it"));
    talk.answer_check(number, 1, Err(offline()));
    assert!(says_on_screen(&talk, "? keys-2.acme.example not known"));
}

#[test]
fn when_the_server_is_back_it_is_asked_without_a_key() {
    let mut talk = Talk::with_keys(some_keys(10));
    let left = talk.revoke(2);
    talk.answer_state(Err(offline()));
    talk.effects.clear();
    talk.tell(Message::Connected);
    talk.answer_state(Ok(revoked(&left, 9)));
    assert!(says_on_screen(&talk, "9 attempts since"));
    talk.effects.clear();
    talk.tell(Message::Resync);
    assert_eq!(talk.usage_questions(), 0, "it asks by itself");
}

#[test]
fn late_answers_are_ignored() {
    let (mut talk, left) = card(7);
    talk.press("r");
    let (first, second) = (talk.effects.len(), 0);
    talk.press("r");
    assert!(talk.effects.len() > first + second);
    talk.answer_state(Ok(revoked(&left, 1)));
    assert!(
        says_on_screen(&talk, "7 attempts since"),
        "the newest question counts"
    );
    talk.answer_state(Ok(revoked(&left, 8)));
    assert!(says_on_screen(&talk, "8 attempts since"));
}

#[test]
fn a_server_that_lets_it_through_is_told_loudly() {
    let mut talk = Talk::with_keys(some_keys(10));
    let left = talk.revoke(2);
    talk.answer_state(Ok(left));
    talk.answer_checks(vec![
        says(SERVER, Ok(Some(Rule::KeyRevoked))),
        says("keys-2.acme.example", Ok(None)),
    ]);
    assert!(says_on_screen(
        &talk,
        "✗ keys-2.acme.example would still let it through, at 11:08:01"
    ));
    assert!(says_on_screen(&talk, "✗ Revoked") && !says_on_screen(&talk, "all refused"));
}

#[test]
fn what_somebody_else_has_just_revoked_is_told_by_its_card() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("d<Tab><Enter>");
    let mut problem = problem(ProblemType::Revoked, 410, "It was revoked by jonas@acme.example.");
    problem.current = Some(Box::new(revoked(&keys[0], 2)));
    talk.tell(Message::Revoked {
        id: keys[0].id,
        result: Err(Error::Refused(Box::new(problem))),
    });
    assert!(says_on_screen(&talk, "✓ Revoked 11:08:00 · 2 attempts since"));
    assert_eq!(talk.selected_name(), "Assistant 001");
    // Of one that may no longer be seen nothing is known.
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("d<Tab><Enter>").tell(Message::Revoked {
        id: keys[0].id,
        result: Err(refused(ProblemType::NotFound, 404, "There is no such key.")),
    });
    assert!(talk.app.over.is_empty());
}

#[test]
fn from_the_card_the_id_is_copied_and_the_activity_shown() {
    let (mut talk, left) = card(1);
    assert!(says_on_screen(&talk, "1 attempt since, refused, last 3 s ago"));
    talk.press("c");
    let subject = talk.expect("a copy", |effect| match effect {
        Effect::CopyId(subject) => Some(subject.clone()),
        _ => None,
    });
    assert_eq!((subject.id, subject.name.as_str()), (left.id, "Assistant 000"));
    let route = Route::Clipboard;
    talk.tell(Message::IdCopied { subject, route });
    assert_eq!(talk.notice(), "Copied the id of “Assistant 000”.");
    talk.press("a");
    assert_eq!((talk.app.over.len(), talk.app.screen), (0, Screen::Activity));
    let asked = talk.expect("its activity", |effect| match effect {
        Effect::Activity(ActivityRequest::Load { query, .. }) => Some(query.key),
        _ => None,
    });
    assert_eq!(asked, Some(left.id));
}

#[test]
fn an_id_that_was_copied_stays_in_the_clipboard() {
    let (mut talk, left) = card(1);
    let secret = NamedId {
        id: Uuid::from_u128(1_002),
        name: "Another".into(),
    };
    let route = Route::Clipboard;
    talk.tell(Message::Copied {
        subject: secret,
        route,
    });
    let timer = talk.expect("a timer", |effect| match effect {
        Effect::After(_, timer @ keydeck::tui::message::Timer::ClearClipboard(_)) => Some(*timer),
        _ => None,
    });
    let subject = NamedId {
        id: left.id,
        name: left.name,
    };
    let route = Route::Clipboard;
    talk.tell(Message::IdCopied { subject, route }).effects.clear();
    talk.tell(Message::Due(timer));
    assert!(
        !talk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::ClearClipboard))
    );
}

#[test]
fn the_card() {
    let keys = some_keys(60);
    snapshots("card", &keys, |talk| {
        let left = talk.revoke(14);
        talk.answer_state(Ok(left));
        talk.answer_checks(vec![says(SERVER, Ok(Some(Rule::KeyRevoked)))]);
    });
    snapshots("card_asking", &keys, |talk| {
        talk.revoke(0);
    });
    snapshots("card_away", &keys, |talk| {
        talk.revoke(14);
        talk.answer_state(Err(offline()));
        talk.answer_checks(vec![
            says(SERVER, Ok(Some(Rule::KeyRevoked))),
            says("keys-2.acme.example", Err(offline())),
            says("keys-3.acme.example", Ok(None)),
        ]);
    });
    snapshots("card_help", &keys, |talk| {
        talk.revoke(0);
        talk.press("?");
    });
}

// Whatever comes.

#[test]
fn names_from_outside_are_text_and_never_terminal_control() {
    let hostile = "a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}2J\u{e0041}\u{2028}e\u{7}";
    let mut talk = Talk::with_keys(some_keys(3));
    let mut left = talk.revoke(3);
    left.name = hostile.into();
    left.hint = hostile.into();
    left.project.as_mut().expect("Web").name = hostile.into();
    let told = left.revoked.as_mut().expect("revoked");
    (told.by.email, told.reason) = (hostile.into(), Some(hostile.into()));
    let since = left.refused_since.as_mut().and_then(|since| since.last.as_mut());
    since.expect("tried").origin = Some(hostile.into());
    talk.answer_state(Ok(left));
    talk.answer_checks(vec![
        says(hostile, Ok(Some(Rule::KeyRevoked))),
        says(hostile, Err(offline())),
    ]);
    let screen = drawn(&talk);
    assert!(screen.contains("⟨U+202E⟩"), "{screen}");
    assert_eq!(hazard(&screen), None, "{screen}");
}

#[test]
fn no_size_is_too_small() {
    let sizes = (0..=40).flat_map(|width| (0..=12).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(1, 60), (300, 1), (99, 24), (100, 24), (300, 100)]) {
        let mut talk = Talk::sized(width, height, some_keys(3));
        drawn(talk.press("d<S-Tab>a reason"));
        talk.press("<Esc>").revoke(14);
        drawn(&talk);
        talk.answer_checks(vec![says(SERVER, Ok(None)), says(SERVER, Err(offline()))]);
        drawn(talk.press("G"));
    }
}

//! Keys that were reported leaked: the line above the table, and the dialog that decides about them.

use keydeck::api::{Disabled, Key, KeyMay, Leak, PersonRef};
use keydeck::model::{KeyState, LeakDecision, LeakResponse, Scope, WhichToken};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, LifecycleReply, LifecycleRequest, Message};
use uuid::Uuid;

use crate::common::draw::drawn;
use crate::common::leaks::leak;
use crate::common::talk::*;

const SIZES: [(u16, u16); 4] = [(120, 36), (80, 24), (63, 17), (40, 12)];

fn disabled() -> Key {
    Key {
        state: KeyState::Disabled,
        disabled: Some(Disabled {
            at: "2026-11-18T11:06:40Z".parse().expect("an instant"),
            by: PersonRef {
                id: Uuid::from_u128(77),
                email: "GitHub".into(),
            },
            reason: Some("reported leaked by GitHub".into()),
        }),
        ..key(2, "Board report", Scope::Analytics)
    }
}

fn reports() -> Vec<Leak> {
    let hostile = Leak {
        url: Some("https://git.example/\u{202e}moc.live\u{1b}[31m".into()),
        token: WhichToken::Old,
        ..leak(2, key(1, "Assistant 1", Scope::Web))
    };
    vec![leak(1, disabled()), hostile]
}

fn told(width: u16, height: u16) -> Talk {
    let keys = (1..=3).map(|number| key(number, &format!("Assistant {number}"), Scope::Web));
    let mut talk = Talk::sized(width, height, keys.collect());
    talk.answer_leaks(reports());
    talk
}

#[test]
fn a_line_above_the_table_stays_until_somebody_has_decided() {
    let mut talk = told(120, 36);
    let said = "2 keys were reported leaked: “Board report”, “Assistant 1”";
    assert!(drawn(&talk).contains(said), "{}", drawn(&talk));
    talk.press("r").answer_leaks(Vec::new());
    assert!(!drawn(&talk).contains("reported leaked"));
    talk.press("L");
    assert!(talk.app.over.is_empty());
    for (width, height) in SIZES {
        let talk = told(width, height);
        let seen = drawn(&talk);
        assert!(seen.contains("! 2 keys"), "{width}x{height}: {seen}");
        assert!(seen.contains("L decides"), "{width}x{height}: {seen}");
        // No row is lost under it.
        for name in ["Assistant 1", "Assistant 2", "Assistant 3"] {
            assert!(seen.contains(name), "{width}x{height}: {seen}");
        }
    }
}

#[test]
fn of_many_reports_it_is_said_that_there_are_more() {
    let reports = |count: u32| -> Vec<Leak> {
        let named = |n| key(n, &format!("Key {n}"), Scope::Web);
        (1..=count).map(|n| leak(n.into(), named(n))).collect()
    };
    let mut talk = Talk::sized(160, 36, some_keys(3));
    talk.answer_leaks(reports(7));
    let said = "7 keys were reported leaked: “Key 1”, “Key 2”, “Key 3”, “Key 4”, “Key 5” and 2 more";
    assert!(drawn(&talk).contains(said), "{}", drawn(&talk));
    talk.press("L");
    assert!(drawn(&talk).contains("1 of 7"), "{}", drawn(&talk));
    // A full page may have others after it.
    talk.press("<Esc>r").answer_leaks(reports(200));
    assert!(drawn(&talk).contains("At least 200 keys were reported leaked"));
    talk.press("L");
    assert!(drawn(&talk).contains("1 of at least 200"), "{}", drawn(&talk));
}

#[test]
fn an_old_token_that_was_ended_is_told_beside_a_key_that_goes_on() {
    let leak = Leak {
        token: WhichToken::Old,
        response: LeakResponse::OldTokenEnded,
        ..leak(1, key(2, "Board report", Scope::Analytics))
    };
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(3));
        talk.answer_leaks(vec![leak.clone()]);
        talk.press("L");
        let seen = drawn(&talk);
        assert!(!seen.contains("whoever has the token"), "{seen}");
        if height >= 24 {
            for said in ["old token was ended", "refuses the token that leaked"] {
                assert!(seen.contains(said), "{width}x{height}: {seen}");
            }
        }
        if width == 120 {
            insta::assert_snapshot!("leak_of_old_token_120x36", seen);
        }
    }
}

#[test]
fn where_only_the_focused_button_fits_it_says_which_one_of_how_many() {
    let mut talk = told(40, 12);
    talk.press("L");
    let count = 5;
    for (at, label) in ["Close", "Next", "Keep", "Rotate", "Revoke"].iter().enumerate() {
        let seen = drawn(&talk);
        let said = format!("▸ {label} ◂   {} of {count}", at + 1);
        assert!(seen.contains(&said), "{said}: {seen}");
        talk.press("<Right>");
    }
}

#[test]
fn the_dialog_says_where_and_what_and_changes_nothing_by_itself() {
    for (width, height) in SIZES {
        let mut talk = told(width, height);
        talk.press("L");
        assert!(matches!(talk.app.over.last(), Some(Modal::Leak(_))));
        talk.effects.clear();
        talk.press("<Enter>");
        assert!(
            talk.app.over.is_empty() && talk.effects.is_empty(),
            "{width}x{height}"
        );
        // What is hostile is shown as code points.
        talk.press("L<Right><Enter>");
        let seen = drawn(&talk);
        assert!(!seen.contains('\u{202e}') && !seen.contains('\u{1b}'), "{seen}");
    }
    let mut talk = told(120, 36);
    talk.press("L");
    insta::assert_snapshot!("leak_120x36", drawn(&talk));
    talk.press("<Right><Enter>");
    let seen = drawn(&talk);
    assert!(seen.contains("⟨U+202E⟩moc.live⟨U+001B⟩[31m"), "{seen}");
    assert!(seen.contains("the old one of its rotation"), "{seen}");
}

#[test]
fn a_report_is_dismissed_with_a_reason_and_the_next_one_follows() {
    let mut talk = told(120, 36);
    talk.press("L<Right><Right><Enter>a test key<C-s>");
    let (id, deciding) = talk.expect("decision", |effect| match effect {
        Effect::Lifecycle(LifecycleRequest::DecideLeak { id, deciding }) => Some((*id, deciding.clone())),
        _ => None,
    });
    assert_eq!(
        (deciding.decision, deciding.reason.as_deref()),
        (LeakDecision::Dismissed, Some("a test key"))
    );
    let result = Ok(Box::new(reports().remove(0)));
    talk.tell(Message::OfLifecycle(LifecycleReply::LeakDecided { id, result }));
    talk.answer_leaks(reports().split_off(1));
    assert!(
        matches!(talk.app.over.as_slice(), [Modal::Leak(_)]),
        "{}",
        drawn(&talk)
    );
    assert!(drawn(&talk).contains("Assistant 1"));
}

#[test]
fn revoking_and_rotating_go_on_in_their_own_dialogs() {
    let mut talk = told(120, 36);
    talk.press("L<Left><Enter>");
    assert!(
        matches!(talk.app.over.last(), Some(Modal::Revoke(_))),
        "{}",
        drawn(&talk)
    );
    let mut talk = told(120, 36);
    talk.press("L<Left><Left><Enter>");
    assert!(
        matches!(talk.app.over.last(), Some(Modal::Sheet(_))),
        "{}",
        drawn(&talk)
    );
}

#[test]
fn who_may_not_revoke_the_key_only_sees_the_report() {
    let theirs = Key {
        may: KeyMay::default(),
        ..key(1, "Assistant 1", Scope::Web)
    };
    let mut talk = Talk::sized(120, 36, vec![theirs.clone()]);
    talk.answer_leaks(vec![leak(1, theirs)]).press("L");
    let seen = drawn(&talk);
    assert!(!seen.contains("Revoke…") && !seen.contains("Keep it…"), "{seen}");
    assert!(seen.contains("Whoever may revoke the key decides"), "{seen}");
}

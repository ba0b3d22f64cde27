//! Disabling and enabling: with a reason for the others, and with who still tries.

use keydeck::api::ProblemType;
use keydeck::model::Role;
use uuid::Uuid;

use super::*;
use crate::common::people::{key_seen_by, signed_in_as};

/// Which key, and the reason.
fn disabling(talk: &mut Talk) -> (Uuid, Option<String>) {
    talk.lifecycle("Disable", |request| match request {
        LifecycleRequest::Disable { id, disabling } => Some((*id, disabling.reason.clone())),
        _ => None,
    })
}

fn enabling(talk: &mut Talk) -> Uuid {
    talk.lifecycle("Enable", |request| match request {
        LifecycleRequest::Enable { id } => Some(*id),
        _ => None,
    })
}

#[test]
fn disabling_asks_for_a_reason_and_takes_none() {
    for (keys, reason) in [
        ("D<C-s>", None),
        ("D<Enter><Enter>", None),
        ("D leaked in a ticket <C-s>", Some("leaked in a ticket")),
    ] {
        let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
        talk.press(keys);
        let (id, given) = disabling(&mut talk);
        assert_eq!(given.as_deref(), reason, "{keys}");
        let key = disabled(1, "Checkout", reason);
        talk.lifecycle_reply(LifecycleReply::Disabled {
            id,
            result: Ok(Box::new(key)),
        });
        assert!(talk.app.over.is_empty());
        assert!(
            talk.notice().starts_with("Disabled “Checkout”"),
            "{}",
            talk.notice()
        );
        assert!(drawn(&talk).contains("disabled"), "the row says so at once");
    }
}

#[test]
fn one_key_press_disables_nothing() {
    for keys in ["D", "D<Enter>", "D<Esc>", "DD", "d", "E"] {
        let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
        talk.press(keys);
        assert_eq!(talk.changes_asked(), 0, "{keys}");
    }
}

#[test]
fn a_refusal_stays_in_the_dialog_with_what_was_typed() {
    let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web)]);
    talk.press("Dunused<C-s>");
    let (id, _) = disabling(&mut talk);
    talk.lifecycle_reply(LifecycleReply::Disabled {
        id,
        result: Err(offline()),
    });
    assert!(
        says(&talk, "connection refused") && says(&talk, "unused"),
        "{}",
        drawn(&talk)
    );
    talk.press("<C-s>");
    assert_eq!(disabling(&mut talk).1.as_deref(), Some("unused"));
}

#[test]
fn enabling_asks_first_and_says_who_disabled_it_and_why() {
    let mut talk = Talk::with_keys(vec![disabled(1, "Checkout", Some("leaked in a ticket"))]);
    talk.press("E");
    assert!(
        question(&talk)
            .ends_with("It was disabled by jonas@acme.example, with the reason: leaked in a ticket")
    );
    talk.press("<Enter>");
    assert_eq!(talk.changes_asked(), 0, "Cancel has the focus");
    talk.press("E<Tab><Enter>");
    let id = enabling(&mut talk);
    let mut enabled = key(1, "Checkout", Scope::Web);
    enabled.version = 3;
    talk.lifecycle_reply(LifecycleReply::Enabled {
        id,
        result: Ok(Box::new(enabled)),
    });
    assert!(
        talk.notice().starts_with("Enabled “Checkout”"),
        "{}",
        talk.notice()
    );
    assert!(!drawn(&talk).contains("disabled"));
}

#[test]
fn a_key_that_was_revoked_meanwhile_is_not_enabled_and_leaves_the_table() {
    let mut talk = Talk::with_keys(vec![disabled(1, "Checkout", None)]);
    talk.press("E<Tab><Enter>");
    let id = enabling(&mut talk);
    let result = Err(refused(
        ProblemType::Revoked,
        410,
        "This key was revoked at noon by jonas.",
    ));
    talk.lifecycle_reply(LifecycleReply::Enabled { id, result });
    assert_eq!(talk.notice(), "This key was revoked at noon by jonas.");
    assert!(talk.app.selected().is_none());
}

#[test]
fn the_details_say_since_when_by_whom_why_and_who_still_tries() {
    let key = disabled(1, "Checkout", Some("leaked in a ticket"));
    let tried = |count, last: Option<i64>| Usage {
        refused_while_disabled: Some(count),
        last_refused_at: last.map(|seconds| look().now - SignedDuration::from_secs(seconds)),
        ..busy()
    };
    let mut talk = Talk::with_keys(vec![key.clone()]);
    talk.press("r").rest().answer_usage(Ok(tried(12, Some(200))));
    for words in [
        "Disabled since 17 Nov 2026, 11:10 by jonas@acme.example; E enables it",
        "leaked in a ticket",
        "Refused: 12 requests since Tuesday, the last 3 min ago",
    ] {
        assert!(says(&talk, words), "{words}: {}", drawn(&talk));
    }
    talk.press("r").rest().answer_usage(Ok(tried(1, Some(90_000))));
    assert!(says(&talk, "Refused: 1 request since Tuesday") && !says(&talk, "since Tuesday, the last"));
    talk.press("r").rest().answer_usage(Ok(tried(0, None)));
    assert!(says(&talk, "No request since Tuesday"));
    // Counts reach back 30 days.
    let mut long_ago = key;
    long_ago.disabled.as_mut().expect("disabled").at = in_hours(-40 * 24);
    let mut talk = Talk::with_keys(vec![long_ago]);
    talk.press("r").rest().answer_usage(Ok(tried(12, Some(200))));
    assert!(
        says(&talk, "12 requests in 30 d, the last 3 min ago"),
        "{}",
        drawn(&talk)
    );
}

#[test]
fn what_cant_be_done_with_a_key_says_why() {
    let expired = || expiring(1, "Checkout", -48);
    let both = || Key {
        disabled: disabled(1, "", None).disabled,
        ..expired()
    };
    for (key, press, words) in [
        (key(1, "Checkout", Scope::Web), "E", "“Checkout” is not disabled."),
        (
            disabled(1, "Checkout", None),
            "D",
            "“Checkout” is disabled already; E enables it.",
        ),
        (
            both(),
            "E",
            "“Checkout” has expired: renew it with l, and then enable it.",
        ),
        (
            expired(),
            "t",
            "“Checkout” has expired: renew it with l, and then rotate it.",
        ),
    ] {
        let mut talk = Talk::with_keys(vec![key]);
        talk.press(press);
        assert_eq!(talk.notice(), words);
        assert!(talk.app.over.is_empty());
    }
}

#[test]
fn only_what_the_server_lets_a_person_do_is_offered() {
    for (role, own, scope, press, refused) in [
        (
            Role::Analytics,
            false,
            Scope::Analytics,
            "D",
            Some("As Analytics you may not disable this key."),
        ),
        (
            Role::Analytics,
            false,
            Scope::Web,
            "l",
            Some("As Analytics you may not set when this key expires."),
        ),
        (
            Role::Analytics,
            false,
            Scope::Analytics,
            "t",
            Some("As Analytics you may not rotate this key."),
        ),
        (
            Role::Analytics,
            true,
            Scope::Web,
            "t",
            Some("As Analytics you may not rotate this key."),
        ),
        (
            Role::Editor,
            true,
            Scope::Analytics,
            "t",
            Some("As Editor you may not rotate this key."),
        ),
        (Role::Editor, true, Scope::Analytics, "D", None),
        (Role::Editor, true, Scope::Web, "t", None),
        (Role::Analytics, true, Scope::Analytics, "t", None),
        (Role::Support, false, Scope::Analytics, "t", None),
        (Role::Support, false, Scope::Web, "l", None),
    ] {
        let me = signed_in_as(role);
        let key = key_seen_by(&me, own, scope);
        let mut talk = Talk::with_keys(vec![key.clone()]);
        talk.tell(Message::Me(Ok(me)));
        while talk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::LoadPage { .. }))
        {
            talk.answer_page(Ok(page(vec![key.clone()])));
        }
        talk.app.notice = None;
        talk.press(press);
        let what = format!("{role} {own} {scope} {press}: {}", talk.notice());
        assert_eq!(talk.app.over.is_empty(), refused.is_some(), "{what}");
        assert_eq!(talk.notice(), refused.unwrap_or_default(), "{what}");
    }
}

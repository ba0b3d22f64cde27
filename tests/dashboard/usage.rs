//! The pure and the drawn ring: how a key is used, in its details, large, in the table, and in the dialog
//! that ends it.

use crate::common::draw::*;
use crate::common::talk::*;
use crate::common::usage::*;
use keydeck::api::{Key, KeyEvent, KeyEventKind, RefusedSource, Usage};
use keydeck::model::Scope;
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Message};
use uuid::Uuid;

const HOSTILE: &str = "a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}2J\u{e0041}\u{2028}e\u{7}";

/// One snapshot a size, named after the screen.
fn snapshots(screen: &str, lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(60));
        lead_to(&mut talk);
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

/// Words on the screen, whatever lines they are broken into.
fn says(talk: &Talk, words: &str) -> bool {
    let letters = |text: &str| -> String {
        let is_letter = |c: &char| !c.is_whitespace() && !"│\"".contains(*c);
        text.chars().filter(is_letter).collect()
    };
    letters(&drawn(talk)).contains(&letters(words))
}

// In the details.

#[test]
fn the_usage_of_a_key_is_asked_for_when_the_selection_rests() {
    let mut talk = Talk::with_keys(some_keys(200));
    talk.press("jjjjjjjjjjkkj");
    assert_eq!(talk.usage_questions(), 0);
    talk.rest();
    assert_eq!(talk.usage_questions(), 1);
    assert_eq!(talk.answer_usage(Ok(busy())), Uuid::from_u128(1_009));
    assert!(
        details(&talk).contains("✓1,216allowed✗12refused7d"),
        "{}",
        details(&talk)
    );
}

#[test]
fn a_late_answer_is_never_shown_with_another_key() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("j").rest().press("j");
    talk.answer_usage(Ok(busy()));
    assert!(!details(&talk).contains("refused"), "{}", details(&talk));
}

#[test]
fn asking_the_server_again_asks_for_usage_too_and_a_failure_keeps_what_is_known() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("j").rest().answer_usage(Ok(busy()));
    talk.press("r").rest().answer_usage(Err(offline()));
    assert!(details(&talk).contains("✓1,216allowed"));
    talk.press("k").rest().answer_usage(Err(offline()));
    assert!(
        details(&talk).contains("RequestsnotknownNoanswerfrom"),
        "{}",
        details(&talk)
    );
}

#[test]
fn a_terminal_without_room_for_it_asks_when_the_details_are_opened() {
    let mut talk = Talk::sized(80, 24, some_keys(10));
    talk.press("jj").rest();
    assert_eq!(talk.usage_questions(), 1, "the strip under the table tells it");
    let mut talk = Talk::sized(47, 13, some_keys(10));
    talk.press("jj").rest();
    assert_eq!(talk.usage_questions(), 0);
    talk.press("<Enter>").rest();
    assert_eq!(talk.answer_usage(Ok(busy())), Uuid::from_u128(1_002));
}

#[test]
fn the_details_say_how_often_and_from_where() {
    snapshots("details_busy", |talk| {
        talk.press("j<Enter>").rest().answer_usage(Ok(busy()));
    });
    snapshots("details_unused", |talk| {
        talk.press("jj<Enter>").rest().answer_usage(Ok(unused()));
    });
}

// Large.

#[test]
fn u_shows_what_is_known_at_once_and_asks_anew() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("j").rest().answer_usage(Ok(busy()));
    talk.press("u");
    assert!(says(&talk, "origin-foreign"));
    let id = talk.answer_usage(Ok(unused()));
    assert_eq!(id, Uuid::from_u128(1_001));
    assert!(!says(&talk, "origin-foreign") && says(&talk, "✓ 0 allowed in 30 d"));
    talk.press("r");
    talk.answer_usage(Ok(busy()));
    assert!(says(&talk, "origin-foreign"));
    talk.press("<Esc>");
    assert!(talk.app.over.is_empty());
}

#[test]
fn u_works_where_no_details_are_on_the_screen() {
    let mut talk = Talk::sized(80, 24, some_keys(10));
    talk.press("u");
    assert!(says(&talk, "Loading its usage…"));
    talk.answer_usage(Err(offline()));
    assert!(says(&talk, "connection refused"));
}

#[test]
fn a_late_answer_of_one_layer_is_not_that_of_another() {
    let mut talk = Talk::sized(80, 24, some_keys(10));
    talk.press("u<Esc>ju");
    talk.answer_usage(Ok(busy()));
    assert!(says(&talk, "Loading its usage…"));
    talk.answer_usage(Ok(busy()));
    assert!(says(&talk, "origin-foreign"));
}

#[test]
fn it_scrolls_to_its_end_and_back() {
    let mut talk = Talk::sized(47, 13, some_keys(10));
    talk.press("u");
    talk.answer_usage(Ok(busy()));
    assert!(says(&talk, "▼") && !says(&talk, "▲"));
    let mut seen = false;
    for _ in 0..60 {
        talk.press("j");
        seen |= says(&talk, "203.0.113.7  ");
    }
    assert!(seen && says(&talk, "▲") && !says(&talk, "▼"));
    talk.press("g");
    assert!(says(&talk, "Last 7 days") && says(&talk, "▼"));
}

#[test]
fn usage_large() {
    snapshots("usage", |talk| {
        talk.press("u");
        talk.answer_usage(Ok(busy()));
    });
    snapshots("usage_unused", |talk| {
        talk.press("u");
        talk.answer_usage(Ok(unused()));
    });
    snapshots("usage_unknown", |talk| {
        talk.press("u");
        talk.answer_usage(Err(offline()));
    });
    snapshots("usage_help", |talk| {
        talk.press("u?");
    });
}

#[test]
fn a_date_under_the_bars_is_whole_or_left_out() {
    for width in 47..=90 {
        let mut talk = Talk::sized(width, 40, some_keys(10));
        talk.press("u");
        talk.answer_usage(Ok(busy()));
        let screen = drawn(&talk);
        let dates = screen.lines().find(|line| line.contains('╵'));
        let dates: Vec<&str> = dates
            .unwrap_or_default()
            .trim_matches(['"', '│', ' '])
            .split('╵')
            .collect();
        let is_date = |date: &&str| date.trim().ends_with(" Oct") || date.trim().ends_with(" Nov");
        assert!(
            dates.len() > 1 && dates[1..].iter().all(is_date),
            "{width}: {dates:?}"
        );
    }
}

#[test]
fn an_analytics_key_that_is_only_refused() {
    let refused = Usage {
        hours: busy().hours,
        days: busy().days,
        ..unused()
    };
    let only_refused = Usage {
        hours: keydeck::api::UsageSeries {
            allowed: vec![0; 168],
            ..refused.hours
        },
        days: keydeck::api::UsageSeries {
            allowed: vec![0; 30],
            ..refused.days
        },
        refused_by: busy().refused_by,
        ..unused()
    };
    let mut talk = Talk::sized(80, 24, some_keys(10));
    talk.press("u");
    talk.answer_usage(Ok(only_refused));
    insta::assert_snapshot!("usage_only_refused_80x24", drawn(&talk));
}

#[test]
fn what_was_refused_is_shown_and_to_add_it_is_said_only_where_it_is_theirs() {
    let source = |name: &str, rule: &str, count| RefusedSource {
        name: name.into(),
        last_refused_at: look().now - jiff::SignedDuration::from_mins(7),
        rule: rule.into(),
        count,
    };
    let usage = Usage {
        refused_by: Vec::new(),
        refused_origins: vec![
            source("https://www.acme.example", "origin-foreign", 12),
            source("https://evil.example", "origin-foreign", 1_204),
            source("https://pay.acme.example", "not-deployed", 2),
        ],
        refused_addresses: vec![source("203.0.113.24", "origin-foreign", 1_204)],
        ..unused()
    };
    let mut talk = Talk::sized(120, 60, some_keys(10));
    talk.press("u");
    talk.answer_usage(Ok(usage));
    let screen = drawn(&talk);
    for part in [
        "Origins that were refused, the newest first",
        "https://www.acme.example",
        "✗ 12 origin-foreign; this looks like yours: add it with e",
        "✗ 1,204 origin-foreign",
        "✗ 2 not-deployed",
        "Addresses that were refused, the newest first",
        "203.0.113.24",
    ] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    assert_eq!(screen.matches("add it").count(), 1, "{screen}");
}

// In the table.

#[test]
fn the_table_tells_idle_keys_by_words() {
    let day = jiff::SignedDuration::from_hours(24);
    let aged = |number: u32, name: &str, created: i32, used: Option<i32>| Key {
        created_at: look().now - day * created,
        last_used_at: used.map(|days| look().now - day * days),
        ..key(number, name, Scope::Web)
    };
    let keys = vec![
        aged(1, "Busy", 400, Some(0)),
        aged(2, "Of late", 400, Some(89)),
        aged(3, "Idle", 400, Some(120)),
        aged(4, "Idle for years", 1_200, Some(1_100)),
        aged(5, "New", 3, None),
        aged(6, "Forgotten", 90, None),
    ];
    insta::assert_snapshot!(drawn(&Talk::sized(80, 12, keys)));
}

#[test]
fn a_last_use_that_lies_ahead_is_told_as_such() {
    let ahead = |number, name: &str, seconds| Key {
        last_used_at: Some(look().now + jiff::SignedDuration::from_secs(seconds)),
        ..key(number, name, Scope::Web)
    };
    let keys = vec![
        ahead(1, "In days", 3 * 86_400),
        ahead(2, "In minutes", 300),
        ahead(3, "In years", 3 * 366 * 86_400),
        ahead(4, "As clocks differ", 59),
    ];
    let mut talk = Talk::sized(120, 36, keys);
    let table = drawn(&talk);
    for (name, used) in [
        ("In days", "in 3d?"),
        ("In minutes", "in 5m?"),
        ("In years", "in 3y?"),
        ("As clocks differ", "now"),
    ] {
        let is_told = |line: &str| line.contains(name) && line.contains(used);
        assert!(table.lines().any(is_told), "{table}");
    }
    talk.press("<Enter>");
    assert!(says(&talk, "Last used in 3 d"));
    assert!(says(&talk, "This last use is in the future"));
}

// In "Yes, Delete".

#[test]
fn the_dialog_asks_what_it_will_stop() {
    let mut talk = Talk::sized(80, 24, some_keys(10));
    talk.press("jd");
    assert!(says(&talk, "Loading its usage…"));
    assert_eq!(talk.answer_usage(Ok(busy())), Uuid::from_u128(1_001));
    assert!(says(&talk, "1,216 requests allowed in 7 d"));
    assert!(says(&talk, "since 10:00"));
    assert!(says(
        &talk,
        "From https://shop.acme.example, https://www.acme.example and 1"
    ));
    assert!(says(
        &talk,
        "203.0.113.7, 2001:db8:1234:5678:9abc:def0:1234:5678."
    ));
    assert!(says(
        &talk,
        "Last use from 203.0.113.7, https://shop.acme.example."
    ));
    talk.press("<Enter>");
    assert!(talk.app.over.is_empty(), "Cancel has the focus");
}

#[test]
fn it_can_be_revoked_whatever_becomes_of_that_question() {
    let mut talk = Talk::sized(80, 24, some_keys(10));
    talk.press("d");
    talk.answer_usage(Err(offline()));
    assert!(says(&talk, "Its usage is not known: no answer from"));
    talk.press("<Tab><Enter>");
    talk.expect("Revoke", |effect| {
        matches!(effect, Effect::Revoke { .. }).then_some(())
    });
}

#[test]
fn its_figures_stay_those_of_its_key_when_the_selection_moves_below_it() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("jd");
    let (number, key) = talk.usage_question();
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Revoked,
        key: Uuid::from_u128(1_001),
    }));
    talk.rest().answer_usage(Ok(unused()));
    assert!(matches!(talk.app.over.last(), Some(Modal::Revoke(dialog)) if dialog.key.id == key));
    assert!(
        says(&talk, "Loading its usage…"),
        "that answer was about another key"
    );
    let result = Ok(Box::new(busy()));
    talk.tell(Message::OfUsage(keydeck::tui::message::UsageReply::OfKey {
        number,
        result,
    }));
    assert!(says(&talk, "1,216 requests allowed in 7 d"));
}

#[test]
fn what_stops() {
    snapshots("revoke_busy", |talk| {
        talk.press("d<Tab>");
        talk.answer_usage(Ok(busy()));
    });
    snapshots("revoke_unused", |talk| {
        talk.press("jjd<Tab>");
        talk.answer_usage(Ok(unused()));
    });
    snapshots("revoke_unknown", |talk| {
        talk.press("d");
        talk.answer_usage(Err(offline()));
    });
}

// Whatever comes.

#[test]
fn names_from_outside_are_text_and_never_terminal_control() {
    let mut usage = busy();
    usage.origins[0].name = HOSTILE.into();
    usage.addresses[0].name = HOSTILE.into();
    usage.refused_by[0].rule = HOSTILE.into();
    usage.refused_by[0].sentence = HOSTILE.into();
    usage.last_use.as_mut().expect("used").origin = Some(HOSTILE.into());
    for keys in ["", "u", "d"] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press("j").press(keys).rest();
        while talk.usage_questions() > 0 {
            talk.answer_usage(Ok(usage.clone()));
        }
        let screen = drawn(&talk);
        assert!(screen.contains("⟨U+202E⟩"), "{keys}: {screen}");
        assert_eq!(hazard(&screen), None, "{keys}: {screen}");
    }
}

#[test]
fn no_size_is_too_small_and_no_count_too_large() {
    let mut odd = busy();
    odd.days.allowed = vec![u64::MAX / 64; 30];
    odd.days.refused.clear();
    let none = Usage {
        hours: keydeck::api::UsageSeries {
            allowed: Vec::new(),
            refused: Vec::new(),
            ..busy().hours
        },
        days: keydeck::api::UsageSeries {
            allowed: Vec::new(),
            refused: Vec::new(),
            ..busy().days
        },
        ..busy()
    };
    let sizes = (0..=40).flat_map(|width| (0..=12).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(1, 60), (300, 1), (99, 24), (100, 24), (300, 100)]) {
        for (keys, usage) in [
            ("u", busy()),
            ("u", odd.clone()),
            ("uG", none.clone()),
            ("d", busy()),
        ] {
            let mut talk = Talk::sized(width, height, some_keys(3));
            talk.press(keys);
            talk.answer_usage(Ok(usage));
            drawn(&talk);
        }
    }
}

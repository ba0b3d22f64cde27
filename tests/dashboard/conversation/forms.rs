//! Creating and editing keys.

use keydeck::api::Key;
use keydeck::model::UiDomain;

use super::*;
use crate::common::draw::drawn;
use crate::common::usage::{busy, unused};

#[test]
fn creating_a_web_key_needs_its_fields_and_says_so_under_them() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Tab><Tab>");
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    assert!(form.form.errors.about("name").is_some());
    assert!(form.form.errors.about("project").is_some());
    talk.press("<C-s>");
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Create { .. })));
}

#[test]
fn a_filled_form_is_sent_with_just_the_fields_of_its_scope() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<S-Tab><Right><Right><Tab>Board report<C-s>");
    let fields = talk.expect("Create", |e| match e {
        Effect::Create { fields, .. } => Some(fields.clone()),
        _ => None,
    });
    assert_eq!(
        (fields.scope, fields.name.as_str()),
        (Scope::Analytics, "Board report")
    );
    assert_eq!(
        (fields.project, fields.ui_domains, fields.cross_page_persistence),
        (None, None, None)
    );
}

#[test]
fn a_refusal_comes_back_to_its_field_and_nothing_typed_is_lost() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<C-t><C-t>Board report<C-s>");
    let mut taken = problem(ProblemType::Invalid, 422, "A field is wrong.");
    taken.errors = vec![FieldError {
        field: "name".into(),
        message: "This name is taken.".into(),
    }];
    talk.tell(Message::Created {
        result: Err(keydeck::client::Error::Refused(Box::new(taken))),
    });
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("the form is gone")
    };
    assert_eq!(form.form.value("name"), "Board report");
    assert_eq!(form.form.errors.about("name"), Some("This name is taken."));
}

#[test]
fn trying_again_after_a_lost_answer_uses_the_same_idempotency_key_until_something_changes() {
    let mut talk = Talk::with_keys(some_keys(3));
    let attempt = |talk: &mut Talk| {
        talk.expect("Create", |e| match e {
            Effect::Create { idempotency_key, .. } => Some(*idempotency_key),
            _ => None,
        })
    };
    talk.press("n<C-t><C-t>Board report<C-s>");
    let first = attempt(&mut talk);
    talk.tell(Message::Created {
        result: Err(offline()),
    })
    .press("<C-s>");
    assert_eq!(attempt(&mut talk), first);
    talk.tell(Message::Created {
        result: Err(offline()),
    })
    .press("2<C-s>");
    assert_ne!(attempt(&mut talk), first);
}

#[test]
fn several_domains_are_pasted_at_a_time_and_normalised() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("nShop<Tab>store");
    talk.answer_projects("store", vec![project(50, "Storefront")])
        .press("<Enter>");
    talk.tell(Message::Paste(Secret::new(
        "https://a.example/, HTTP://LOCALHOST:8000\nhttps://*.b.example",
    )));
    talk.press("<C-s>");
    let fields = talk.expect("Create", |e| match e {
        Effect::Create { fields, .. } => Some(fields.clone()),
        _ => None,
    });
    assert_eq!(fields.project, Some(Uuid::from_u128(50)));
    let domains = [
        "https://a.example",
        "http://localhost:8000",
        "https://*.b.example",
    ];
    assert_eq!(fields.ui_domains.unwrap_or_default(), domains);
}

#[test]
fn leaving_a_form_in_which_something_was_typed_asks_first() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("n<Esc>");
    assert!(talk.app.over.is_empty(), "nothing was typed");
    talk.press("nShop<Esc>");
    assert!(matches!(talk.app.over.last(), Some(Modal::Question(_))));
    talk.press("<Enter>");
    assert!(
        matches!(talk.app.over.last(), Some(Modal::Form(_))),
        "the harmless answer has the focus"
    );
    talk.press("<Esc><Tab><Enter>");
    assert!(talk.app.over.is_empty());
}

#[test]
fn the_secret_of_an_analytics_key_can_not_be_lost_by_accident() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.tell(created(900, Scope::Analytics));
    let is_open = |talk: &Talk| {
        talk.app
            .over
            .iter()
            .any(|over| matches!(over, Modal::NewSecret(_)))
    };
    let click = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: 1,
        row: 1,
        modifiers: KeyModifiers::NONE,
    };
    talk.press("qdx /<Tab>").tell(Message::Mouse(click));
    talk.tell(Message::Resized { width: 20, height: 5 })
        .tell(Message::Disconnected(offline()));
    assert!(is_open(&talk));
    talk.press("<Enter><Enter>");
    assert!(is_open(&talk), "asked, and the harmless answer has the focus");
    talk.press("<C-c>");
    assert!(is_open(&talk) && !talk.app.is_quitting());
    talk.press("<Esc><Esc><Tab><Enter>");
    assert!(!is_open(&talk), "the loss was confirmed");
}

#[test]
fn a_copied_secret_may_be_closed_but_one_that_was_only_sent_to_the_terminal_asks() {
    for (route, closes) in [(Route::Clipboard, true), (Route::Terminal, false)] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.tell(created(900, Scope::Analytics)).press("c");
        let subject = talk.expect("Copy", |e| match e {
            Effect::Copy { subject, .. } => Some(subject.clone()),
            _ => None,
        });
        talk.tell(Message::Copied {
            subject,
            route: route.clone(),
        })
        .press("<Enter>");
        assert_eq!(talk.app.over.is_empty(), closes, "{route:?}");
    }
}

#[test]
fn an_edit_sends_only_what_changed_against_the_version_that_was_seen() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("e two<C-s>");
    let (id, version, edit) = talk.expect("Edit", |e| match e {
        Effect::Edit { id, version, edit } => Some((*id, *version, edit.clone())),
        _ => None,
    });
    assert_eq!((id, version), (keys[0].id, 1));
    assert_eq!(edit.name.as_deref(), Some("Assistant 000 two"));
    assert_eq!((edit.ui_domains, edit.local_development), (None, None));
}

#[test]
fn two_people_edit_the_same_key_and_the_second_chooses_field_by_field() {
    let keys = some_keys(3);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("e mine<C-s>");
    talk.effects.clear();
    let mut tsuccessors = keys[0].clone();
    tsuccessors.version = 2;
    tsuccessors.name = "Tsuccessors".into();
    tsuccessors.settings.cross_page_persistence = !tsuccessors.settings.cross_page_persistence;
    let mut changed = problem(ProblemType::Changed, 412, "Someone changed it.");
    changed.current = Some(Box::new(tsuccessors.clone()));
    talk.tell(Message::Edited {
        id: keys[0].id,
        result: Err(keydeck::client::Error::Refused(Box::new(changed))),
    });
    let Some(Modal::Conflict(conflict)) = talk.app.over.last() else {
        panic!("no conflict")
    };
    let labels: Vec<_> = conflict
        .lines
        .iter()
        .map(|line| (line.label, line.is_contested()))
        .collect();
    assert_eq!(labels, [("Name", true), ("Cross-page persistence", false)]);
    talk.press("<Enter>");
    let (version, edit) = talk.expect("Edit", |e| match e {
        Effect::Edit { version, edit, .. } => Some((*version, edit.clone())),
        _ => None,
    });
    assert_eq!((version, edit.name.as_deref()), (2, Some("Assistant 000 mine")));
    assert_eq!(
        edit.cross_page_persistence, None,
        "what only they changed is kept"
    );
}

#[test]
fn of_an_analytics_key_note_and_labels_are_edited() {
    let mut board = key(3, "Board report", Scope::Analytics);
    board.may.edit = true;
    let mut talk = Talk::with_keys(vec![board]);
    talk.press("e");
    talk.press("Ask Mira<Tab>Production, team a ,,<C-s>");
    let edit = talk.expect("Edit", |e| match e {
        Effect::Edit { edit, .. } => Some(edit.clone()),
        _ => None,
    });
    let wanted = keydeck::model::KeyEdit {
        note: Some(Some("Ask Mira".into())),
        labels: Some(vec!["Production".into(), "team a".into()]),
        ..keydeck::model::KeyEdit::default()
    };
    assert_eq!(edit, wanted);
}

#[test]
fn an_analytics_key_says_what_of_it_can_be_edited_and_why_its_secret_cant_be_copied() {
    let mut board = key(3, "Board report", Scope::Analytics);
    let mut talk = Talk::with_keys(vec![board.clone()]);
    talk.press("e");
    assert_eq!(talk.notice(), "As Owner you may not edit this key.");
    board.may.edit = true;
    let mut talk = Talk::with_keys(vec![board]);
    talk.press("e");
    assert!(drawn(&talk).contains("Only the note, labels, expiry and networks of an Analytics key"));
    talk.press("<Esc>");
    talk.press("c");
    assert!(talk.notice().contains("shown once"));
    assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Reveal { .. })));
}

#[test]
fn an_end_is_entered_as_people_say_it_and_sent_as_an_instant() {
    let mut board = key(3, "Board report", Scope::Analytics);
    board.may.edit = true;
    board.settings.expires_at = "2099-03-31T18:00:00Z".parse().ok();
    let sent = |typed: &str| {
        let mut talk = Talk::with_keys(vec![board.clone()]);
        talk.press(&format!("e<Tab><Tab><C-u>{typed}<C-s>"));
        talk.effects.iter().find_map(|effect| match effect {
            Effect::Edit { edit, .. } => edit.expires_at.clone(),
            _ => None,
        })
    };
    assert_eq!(
        sent("2100-01-01T00:00:00+01:00"),
        Some(Some("2099-12-31T23:00:00Z".into()))
    );
    assert_eq!((sent("never"), sent("")), (Some(None), Some(None)));
    let in_90_days: Timestamp = sent("90d")
        .flatten()
        .expect("an instant")
        .parse()
        .expect("an instant");
    // By the clock that the state was told, which is the one that the frame is drawn by.
    let now = crate::common::draw::look().now;
    assert_eq!(in_90_days, now + jiff::SignedDuration::from_hours(90 * 24));
    for wrong in ["soon", "0d", "2099-02-30", "10000-01-01"] {
        assert_eq!(sent(wrong), None, "{wrong}");
    }
}

fn board() -> Key {
    let mut board = key(3, "Board report", Scope::Analytics);
    board.may.edit = true;
    board
}

fn sent_edit(talk: &Talk) -> Option<keydeck::model::KeyEdit> {
    talk.effects.iter().find_map(|effect| match effect {
        Effect::Edit { edit, .. } => Some(edit.clone()),
        _ => None,
    })
}

/// The networks of the form are its last field.
const TO_NETWORKS: &str = "e<Tab><Tab><Tab>";

#[test]
fn networks_are_entered_a_line_each_and_pasted_together() {
    let mut talk = Talk::with_keys(vec![board()]);
    talk.press(TO_NETWORKS).press("2001:DB8::/48<Enter>");
    talk.tell(Message::Paste(Secret::new(
        "203.0.113.7/32, 10.0.0.0/8\n192.0.2.1",
    )));
    talk.press("<C-s>");
    talk.answer_usage(Ok(unused()));
    let networks = sent_edit(&talk).and_then(|edit| edit.allowed_networks);
    let kept = ["10.0.0.0/8", "192.0.2.1", "203.0.113.7", "2001:db8::/48"];
    assert_eq!(networks, Some(kept.map(str::to_owned).into()));
    let mut talk = Talk::with_keys(vec![board()]);
    talk.press(TO_NETWORKS)
        .press("203.0.113.7<Enter>10.0.0.1/8<Enter>");
    assert!(drawn(&talk).contains("write 10.0.0.0/8 for the"));
    talk.press("<C-s>");
    assert!(sent_edit(&talk).is_none());
}

#[test]
fn what_an_edit_refuses_of_recent_use_is_asked_about_before_it_is_saved() {
    let mut talk = Talk::with_keys(vec![board()]);
    talk.press(TO_NETWORKS).press("203.0.113.0/24<C-s>");
    assert!(sent_edit(&talk).is_none(), "recent use is looked at first");
    talk.answer_usage(Ok(busy()));
    assert!(matches!(talk.app.over.last(), Some(Modal::Question(_))));
    let shown = drawn(&talk);
    assert!(shown.contains("1 of the 2 recent addresses would be"), "{shown}");
    // The harmless answer has the focus, and everything typed stays.
    talk.press("<Enter>");
    assert!(sent_edit(&talk).is_none());
    talk.press("<C-s>");
    talk.answer_usage(Ok(busy()));
    talk.press("<Tab><Enter>");
    let networks = sent_edit(&talk).and_then(|edit| edit.allowed_networks);
    assert_eq!(networks, Some(vec!["203.0.113.0/24".into()]));
    // What refuses nothing is saved at once, and so is what has nothing to do with it.
    let mut talk = Talk::with_keys(vec![board()]);
    talk.press(TO_NETWORKS)
        .press("203.0.113.0/24<Enter>2001:db8::/32<C-s>");
    talk.answer_usage(Ok(busy()));
    assert!(sent_edit(&talk).is_some());
    let mut talk = Talk::with_keys(vec![board()]);
    talk.press("eNightly<C-s>");
    assert!(sent_edit(&talk).is_some_and(|edit| edit.note.is_some()));
}

#[test]
fn recent_addresses_are_offered_as_networks_and_taken_together() {
    let used = |usage| {
        let mut talk = Talk::with_keys(vec![key(1, "Checkout", Scope::Web), board()]);
        talk.press("j").rest();
        talk.answer_usage(Ok(usage));
        talk
    };
    let mut talk = used(busy());
    talk.press(TO_NETWORKS);
    let shown = drawn(&talk);
    assert!(shown.contains("used from 203.0.113.7, "), "{shown}");
    // What a network includes already is not offered with the rest.
    talk.press("203.0.113.0/24<Right>");
    assert!(!drawn(&talk).contains("used from"), "it is being typed");
    talk.press("<Enter>");
    let shown = drawn(&talk);
    assert!(shown.contains("used from 2001:db8:"), "{shown}");
    talk.press("<Right>");
    assert!(!drawn(&talk).contains("used from"));
    talk.press("<C-s>");
    talk.answer_usage(Ok(busy()));
    let networks = sent_edit(&talk).and_then(|edit| edit.allowed_networks);
    let address = "2001:db8:1234:5678:9abc:def0:1234:5678";
    assert_eq!(networks, Some(vec!["203.0.113.0/24".into(), address.into()]));
    // A key that nobody used has none, and Right does nothing in a blank line.
    let mut talk = used(unused());
    talk.press(TO_NETWORKS).press("<Right><C-s>");
    assert!(sent_edit(&talk).is_none());
}

#[test]
fn recent_use_that_cant_be_read_leaves_the_form_as_it_is() {
    let mut talk = Talk::with_keys(vec![board()]);
    talk.press(TO_NETWORKS).press("203.0.113.0/24<C-s>");
    talk.answer_usage(Err(offline()));
    assert!(sent_edit(&talk).is_none());
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("the form is gone")
    };
    let banner = form.form.banner.as_deref().unwrap_or_default();
    assert!(banner.contains("Nothing you typed is lost"), "{banner}");
    talk.press("<C-s>");
    talk.answer_usage(Ok(unused()));
    assert!(sent_edit(&talk).is_some());
}

#[test]
fn a_change_of_domains_is_compared_with_recent_origins() {
    let mut web = key(4, "Checkout", Scope::Web);
    web.settings.ui_domains = vec![UiDomain::trusted("https://*.acme.example".into())];
    let mut talk = Talk::with_keys(vec![web]);
    talk.press("e<Tab>");
    talk.press("<C-u>https://shop.acme.example<C-s>");
    talk.answer_usage(Ok(busy()));
    let shown = drawn(&talk);
    assert!(shown.contains("2 of the 3 recent origins would be"), "{shown}");
}

#[test]
fn what_a_paste_loses_is_said_below_its_field_until_something_is_typed() {
    let cut = "2,000 of the 5,000 pasted characters were kept";
    let joined = "The 2 pasted lines became one.";
    for (pasted, said) in [("x".repeat(5_000), cut), ("one\ntwo".to_owned(), joined)] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press("D").tell(Message::Paste(Secret::new(pasted)));
        assert!(drawn(&talk).contains(said), "{}", drawn(&talk));
        talk.press("<BS>");
        assert!(!drawn(&talk).contains(said), "{}", drawn(&talk));
    }
    // Fields that are no forms say it, too.
    for (keys, said) in [("d<Left>", "500 of the 5,000"), ("/", "100 of the 5,000")] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press(keys)
            .tell(Message::Paste(Secret::new("x ".repeat(2_500))));
        assert!(drawn(&talk).contains(said), "{}", drawn(&talk));
    }
}

#[test]
fn every_small_form_has_a_button_to_leave_it() {
    for key in ["D", "t", "l"] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press(key);
        assert!(drawn(&talk).contains("[ Cancel ]"), "{key}: {}", drawn(&talk));
        talk.press("<S-Tab><Enter>");
        assert!(talk.app.over.is_empty(), "{key}: {}", drawn(&talk));
    }
}

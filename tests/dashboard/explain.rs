//! The pure and the drawn ring: would this be allowed?

use crate::common::draw::*;
use crate::common::talk::*;
use keydeck::api::{Explain, GatewayVerdict, PresentedAt, ProblemType, Verdict};
use keydeck::client::Error;
use keydeck::model::{FieldErrors, Secret};
use keydeck::tui::dialogs::{Explaining, Modal};
use keydeck::tui::message::Message;

fn allowed() -> Result<Verdict, Error> {
    Ok(Verdict {
        allowed: true,
        at: PresentedAt::Connection,
        rule: "origin-listed".into(),
        sentence: "The page's origin is among the key's UI domains.".into(),
        origin: None,
        gateway: None,
    })
}

fn foreign() -> Result<Verdict, Error> {
    Ok(Verdict {
        allowed: false,
        at: PresentedAt::Connection,
        rule: "origin-foreign".into(),
        sentence: "The page's origin is not among the key's UI domains; add it if it is one of yours.".into(),
        origin: None,
        gateway: None,
    })
}

fn wrong(field: &str, message: &str) -> Result<Verdict, Error> {
    let mut invalid = problem(ProblemType::Invalid, 422, "A field is wrong.");
    invalid.errors = FieldErrors::one(field, message).0;
    Err(Error::Refused(Box::new(invalid)))
}

fn explaining(talk: &Talk) -> &Explaining {
    match talk.app.over.last() {
        Some(Modal::Explain(explaining)) => explaining,
        other => panic!("no such form but {other:?}"),
    }
}

#[test]
fn leaving_a_field_asks_and_what_was_typed_stays() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("whttps://shop.acme.example");
    assert_eq!(talk.usage_questions(), 0);
    talk.press("<Tab>");
    let asked = talk.answer_explain(allowed());
    let expected = Explain {
        origin: Some("https://shop.acme.example".into()),
        ..Explain::default()
    };
    assert_eq!(asked, expected);
    let screen = drawn(&talk);
    assert!(screen.contains("✓ Allowed by origin-listed"), "{screen}");
    talk.press("<Tab><Tab>");
    assert_eq!(talk.usage_questions(), 0, "nothing else was typed");
    talk.press("/evil<Down>203.0.113.7<Enter>");
    talk.answer_explain(foreign());
    assert_eq!(talk.usage_questions(), 1, "and once more with the address");
    let asked = talk.answer_explain(foreign());
    assert_eq!(asked.origin.as_deref(), Some("https://shop.acme.example/evil"));
    assert_eq!(asked.address.as_deref(), Some("203.0.113.7"));
    assert!(drawn(&talk).contains("✗ Refused by origin-foreign"));
}

#[test]
fn what_only_a_gateway_would_allow_is_said() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("wa<Enter>");
    let no_server = foreign().map(|verdict| Verdict {
        rule: "no-session-server".into(),
        gateway: Some(GatewayVerdict {
            allowed: true,
            rule: "origin-listed".into(),
            sentence: "The page's origin is among the key's UI domains.".into(),
        }),
        ..verdict
    });
    talk.answer_explain(no_server);
    let screen = drawn(&talk);
    assert!(screen.contains("✗ Refused by no-session-server"), "{screen}");
    assert!(
        screen.contains("A gateway would allow it, by origin-listed."),
        "{screen}"
    );
}

#[test]
fn blank_fields_ask_nothing_until_enter_does() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("w<Tab><Tab><S-Tab>");
    assert_eq!(talk.usage_questions(), 0);
    talk.press("<C-s>");
    assert_eq!(talk.answer_explain(foreign()), Explain::default());
    talk.press("<Enter>");
    assert_eq!(talk.usage_questions(), 1, "the key may have changed meanwhile");
}

#[test]
fn a_late_answer_is_void() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("wa<Enter>b<Enter>");
    talk.answer_explain(foreign());
    assert!(explaining(&talk).waiting && explaining(&talk).verdict.is_none());
    talk.answer_explain(allowed());
    assert!(!explaining(&talk).waiting && explaining(&talk).verdict.is_some());
}

#[test]
fn a_verdict_about_what_stood_there_before_says_so() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("wa<Enter>");
    talk.answer_explain(allowed());
    assert!(explaining(&talk).is_current());
    talk.press("b");
    assert!(!explaining(&talk).is_current());
    assert!(drawn(&talk).contains("(before what was typed since)"));
}

#[test]
fn what_is_wrong_stands_at_its_field_and_the_focus_stays_where_one_types() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("whttps://ok.example<Tab>300.1.1.1<Tab>");
    talk.answer_explain(allowed());
    talk.answer_explain(wrong("address", "This is no IPv4 or IPv6 address."));
    let fields = &explaining(&talk).form;
    assert_eq!(fields.focus, 2);
    assert_eq!(fields.error_under(1), Some("This is no IPv4 or IPv6 address."));
    assert!(explaining(&talk).verdict.is_none());
    talk.press("<S-Tab><BS>");
    assert!(explaining(&talk).form.error_under(1).is_none());
    talk.press("<Enter>")
        .answer_explain(wrong("key", "What is wrong elsewhere."));
    assert!(drawn(&talk).contains("What is wrong elsewhere."));
    talk.press("<Enter>").answer_explain(Err(offline()));
    assert!(drawn(&talk).contains("connection refused"));
}

#[test]
fn each_scope_has_its_own_fields() {
    let names = |keys: &str| {
        let mut talk = Talk::with_keys(some_keys(4));
        talk.press(keys);
        let names: Vec<_> = explaining(&talk)
            .form
            .fields
            .iter()
            .map(|field| field.name)
            .collect();
        (names, talk.usage_questions())
    };
    assert_eq!(names("w"), (vec!["origin", "address", "session_id"], 0));
    assert_eq!(names("jjw"), (vec!["bundle", "session_id"], 0));
    assert_eq!(names("jjjw"), (vec![], 1), "there is nothing to type");
}

#[test]
fn letters_and_pastes_are_text_and_esc_closes_at_once() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("wq?u").tell(Message::Paste(Secret::new("/d\n")));
    assert_eq!(explaining(&talk).form.value("origin"), "q?u/d");
    talk.press("<Esc>");
    assert!(talk.app.over.is_empty() && !talk.app.is_quitting());
}

#[test]
fn it_reads_only_so_that_a_read_only_profile_offers_it() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.app.deck.read_only = true;
    talk.press("w");
    assert!(matches!(talk.app.over.last(), Some(Modal::Explain(_))));
}

#[test]
fn the_form_and_its_verdicts() {
    let snapshots = |screen: &str, lead_to: &dyn Fn(&mut Talk)| {
        for (width, height) in SIZES {
            let mut talk = Talk::sized(width, height, some_keys(60));
            lead_to(&mut talk);
            insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
        }
    };
    snapshots("explain_web", &|talk| {
        talk.press("w");
    });
    snapshots("explain_allowed", &|talk| {
        talk.press("whttps://shop.acme.example/cart<Tab>");
        talk.answer_explain(allowed());
    });
    snapshots("explain_refused", &|talk| {
        talk.press("whttps://shop.acme.example.evil.example<Enter>");
        talk.answer_explain(foreign());
    });
    snapshots("explain_wrong", &|talk| {
        talk.press("whttps://shop.acme.example<Tab>300.1.1.1<Tab>");
        talk.answer_explain(allowed());
        talk.answer_explain(wrong(
            "address",
            "Write an IPv4 or IPv6 address, such as 203.0.113.7.",
        ));
    });
    snapshots("explain_mobile", &|talk| {
        talk.press("jjwcom.acme.shop");
    });
    snapshots("explain_analytics", &|talk| {
        talk.press("jjjw");
        talk.answer_explain(Ok(Verdict {
            allowed: true,
            at: PresentedAt::Gateway,
            rule: "analytics".into(),
            sentence: "An Analytics key reads the organisation's figures.".into(),
            origin: None,
            gateway: None,
        }));
    });
}

#[test]
fn no_size_is_too_small_and_no_word_of_a_server_is_terminal_control() {
    let hostile = "a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}2J\u{e0041}\u{2028}e\u{7}";
    let sizes = (0..=40).flat_map(|width| (0..=12).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(120, 36)]) {
        for result in [
            wrong("origin", hostile),
            Ok(Verdict {
                rule: hostile.into(),
                sentence: hostile.into(),
                ..allowed().expect("a verdict")
            }),
        ] {
            let mut talk = Talk::sized(width, height, some_keys(3));
            talk.press("wx<Enter>");
            talk.answer_explain(result);
            assert_eq!(hazard(&drawn(&talk)), None);
        }
    }
}

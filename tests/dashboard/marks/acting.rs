//! What a key does while keys are marked: it acts on these, in the table, and shows first what it would do.

use keydeck::api::{KeyEventKind, PlanAction};
use keydeck::model::Scope;
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::Effect;

use super::{event, id, numbers};
use crate::common::draw::drawn;
use crate::common::marks::*;
use crate::common::talk::*;

/// Asks for the form, with a few marked keys.
fn form(verb: &str) -> Talk {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space><Space>b").press(verb).press("<Enter>");
    talk
}

#[test]
fn revoking_is_planned_for_all_marked_keys() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space>j<Space>kd");
    let asked = talk.plan_question().1;
    assert_eq!(
        (asked.action, asked.ids),
        (PlanAction::Revoke, Some(vec![id(0), id(2)]))
    );
    assert!(!talk.effects.iter().any(Effect::is_change));
}

#[test]
fn what_has_a_key_of_its_own_for_one_key_has_the_same_for_all_marked() {
    for (key, title) in [("D", "Disable 2 keys"), ("l", "When do 2 keys end?")] {
        let mut talk = Talk::with_keys(some_keys(9));
        talk.press("<Space><Space>").press(key);
        assert!(drawn(&talk).contains(title), "{}", drawn(&talk));
    }
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space><Space>E");
    let asked = talk.plan_question().1;
    assert_eq!(
        (asked.action, asked.ids),
        (PlanAction::Enable, Some(vec![id(0), id(1)]))
    );
    // A token is of one key.
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space><Space>t");
    assert!(!talk.is_asked_about_marks() && talk.app.over.len() == 1);
}

#[test]
fn the_selected_key_is_told_from_the_marked_ones() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space><Space>jd")
        .answer_plan(|new| Ok(plan_of(new, 2)));
    let words = "“Assistant 003” is selected, but not marked: nothing is done to it.";
    assert!(drawn(&talk).contains(words), "{}", drawn(&talk));
    talk.press("<Esc>kkd").answer_plan(|new| Ok(plan_of(new, 2)));
    assert!(!drawn(&talk).contains("is selected, but"));
}

#[test]
fn in_the_details_an_action_is_about_their_key() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space><Space><Enter>d");
    assert!(matches!(talk.app.over.as_slice(), [Modal::Revoke(dialog)] if dialog.key.id == id(2)));
    assert_eq!(talk.marked(), (2, 0));
}

#[test]
fn without_marks_it_is_about_the_selected_key() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space>k<Space>kd");
    assert!(matches!(talk.app.over.as_slice(), [Modal::Revoke(_)]));
    talk.press("<Esc>b");
    assert_eq!(
        talk.notice(),
        "Nothing is marked: Space marks the selected key, * all that match."
    );
}

#[test]
fn keys_may_be_marked_that_the_person_may_not_revoke() {
    let mut keys = some_keys(3);
    keys.iter_mut().for_each(|key| key.may.revoke = false);
    let mut talk = Talk::with_keys(keys);
    talk.press("<Space>d");
    assert_eq!(talk.plan_question().1.ids, Some(vec![id(0)]), "the plan says it");
}

#[test]
fn a_selected_key_that_goes_does_not_keep_the_marked_ones_waiting() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space>").tell(event(KeyEventKind::Revoked, 1));
    talk.press("d");
    assert_eq!(talk.plan_question().1.ids, Some(vec![id(0)]));
}

#[test]
fn everything_that_can_be_done_is_offered() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space><Space>b");
    let screen = drawn(&talk);
    for words in [
        "What to do with 2 keys",
        "revoke:",
        "disable:",
        "enable",
        "set when they end",
        "labels",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    talk.press("enab<Enter>");
    assert_eq!(talk.plan_question().1.action, PlanAction::Enable);
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space>b<Enter>");
    assert_eq!(talk.plan_question().1.action, PlanAction::Revoke);
}

#[test]
fn disabling_asks_why() {
    let mut talk = form("disable");
    assert!(!talk.is_asked_about_marks());
    talk.press("Rotated out<C-s>");
    let asked = talk.answer_plan(|new| Ok(plan_of(new, 2)));
    assert_eq!(
        (asked.action, asked.reason.as_deref()),
        (PlanAction::Disable, Some("Rotated out"))
    );
    assert!(matches!(talk.app.over.as_slice(), [Modal::Plan(_)]));
    assert!(drawn(&talk).contains("Reason: Rotated out"), "{}", drawn(&talk));
    let mut talk = form("disable");
    talk.press("<C-s>");
    assert_eq!(talk.plan_question().1.reason, None);
}

#[test]
fn what_the_server_refuses_stands_at_its_field_and_what_was_typed_stays() {
    let mut talk = form("set when");
    talk.press("90d<C-s>").answer_plan(|_| {
        let mut problem = problem(keydeck::api::ProblemType::Invalid, 422, "Wrong.");
        problem.errors = vec![keydeck::model::FieldError {
            field: "expires_at".into(),
            message: "Web keys end within 30 days.".into(),
        }];
        Err(keydeck::client::Error::Refused(Box::new(problem)))
    });
    let screen = drawn(&talk);
    assert!(
        screen.contains("Web keys end within 30 days.") && screen.contains("90d"),
        "{screen}"
    );
    talk.press("<C-s>").answer_plan(|_| Err(offline()));
    let screen = drawn(&talk);
    assert!(
        screen.contains("connection refused") && screen.contains("90d"),
        "{screen}"
    );
    assert_eq!(talk.marked(), (2, 0));
    talk.press("<C-s>").answer_plan(|new| Ok(plan_of(new, 2)));
    assert!(matches!(talk.app.over.as_slice(), [Modal::Plan(_)]));
}

#[test]
fn an_end_is_an_instant_or_never() {
    for (typed, sent) in [
        ("never", Some(None)),
        ("2030-01-01T00:00:00Z", Some(Some("2030-01-01T00:00:00Z"))),
    ] {
        let mut talk = form("set when");
        talk.press(typed).press("<C-s>");
        let asked = talk.plan_question().1;
        let end = asked.expires_at.as_ref().map(Option::as_deref);
        assert_eq!((asked.action, end), (PlanAction::SetExpiry, sent), "{typed}");
    }
    for (typed, wrong) in [
        ("", "Write when they end, or never."),
        ("soon", "Write a length of time"),
    ] {
        let mut talk = form("set when");
        talk.press(typed).press("<C-s>");
        assert!(!talk.is_asked_about_marks(), "{typed}");
        assert!(drawn(&talk).contains(wrong), "{}", drawn(&talk));
    }
}

#[test]
fn labels_are_added_and_removed() {
    let mut talk = form("labels");
    talk.press("<C-s>");
    assert!(drawn(&talk).contains("Write a label to add, or one to remove."));
    talk.press("production, eu,<Tab>old<C-s>");
    let asked = talk.answer_plan(|new| Ok(plan_of(new, 2)));
    assert_eq!(asked.action, PlanAction::Label);
    assert_eq!(
        (asked.add_labels, asked.remove_labels),
        (vec!["production".to_owned(), "eu".into()], vec!["old".to_owned()])
    );
    assert!(
        drawn(&talk).contains("Added: production, eu. Removed: old."),
        "{}",
        drawn(&talk)
    );
}

#[test]
fn no_secret_is_sent_as_a_reason_or_label() {
    let secret = "kda_1fJjkkpe9PiTw9KSulA8Ghct30vZz4HpdQ5c5b9cPF12dwVzm";
    for verb in ["disable", "labels", "set when"] {
        let mut talk = form(verb);
        talk.press(secret).press("<C-s>");
        assert!(!talk.is_asked_about_marks(), "{verb}");
        assert!(!drawn(&talk).contains("1fJjkkpe9PiTw9KSul"), "{verb}");
    }
}

#[test]
fn a_form_that_is_left_plans_nothing_and_keeps_the_marks() {
    let mut talk = form("disable");
    talk.press("why<Esc>");
    assert_eq!(talk.app.over.len(), 2, "it asks, as something was typed");
    talk.press("<Right><Enter>");
    assert!(talk.app.over.is_empty() && !talk.is_asked_about_marks());
    assert_eq!(numbers(&talk), [0, 1]);
}

#[test]
fn one_key_is_planned_like_many() {
    let mut talk = Talk::with_keys(vec![key(0, "Only", Scope::Web)]);
    talk.press("<Space>d").answer_plan(|new| Ok(plan_of(new, 1)));
    assert!(drawn(&talk).contains("Revoke 1 key?"), "{}", drawn(&talk));
}

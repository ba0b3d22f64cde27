//! Which of the marked keys the filter lets through: nothing is done while some of them are not shown.

use keydeck::api::{KeyEventKind, PlanAction};
use keydeck::model::{KeyState, Scope, StateFilter};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Load, MarksReply, Message, Whereabouts};

use super::{event, id, numbers};
use crate::common::draw::drawn;
use crate::common::talk::*;

/// Keys 0 to 2 are marked, and the list shows key 0 and others; `more`: it goes on.
fn some_hidden(more: bool) -> Talk {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("<Space><Space><Space>/shop<Enter>");
    while talk
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::LoadPage { .. }))
    {
        let mut keys = some_keys(9);
        keys.drain(1..3);
        talk.answer_page(Ok(part(keys, false, more)));
    }
    talk
}

#[test]
fn what_the_rows_do_not_show_is_asked() {
    for more in [false, true] {
        let mut talk = some_hidden(more);
        assert!(drawn(&talk).contains("3 marked, …"));
        let (number, filter, ids) = talk.check_question();
        assert_eq!((filter.q.as_deref(), ids), (Some("shop"), vec![id(1), id(2)]));
        let found = vec![(id(1), Whereabouts::NotShown), (id(2), Whereabouts::Shown)];
        talk.tell(Message::OfMarks(MarksReply::Checked {
            number,
            result: Ok(found),
        }));
        assert_eq!(talk.marked(), (3, 1));
        assert!(drawn(&talk).contains("3 marked, 1 not shown"), "{}", drawn(&talk));
    }
}

#[test]
fn what_could_not_be_asked_counts_as_not_shown() {
    let mut talk = some_hidden(true);
    let (number, ..) = talk.check_question();
    talk.tell(Message::OfMarks(MarksReply::Checked {
        number,
        result: Err(offline()),
    }));
    assert_eq!(talk.marked(), (3, 2));
    talk.press("r");
    talk.answer_page(Ok(part(some_keys(9), false, true)));
    assert_eq!(talk.marked(), (3, 0), "the rows show them");
}

#[test]
fn an_answer_for_another_filter_is_ignored() {
    let mut talk = some_hidden(true);
    let (number, _, ids) = talk.check_question();
    talk.press("<Esc>").answer_page(Ok(page(some_keys(9))));
    let found = ids.iter().map(|id| (*id, Whereabouts::NotShown)).collect();
    talk.tell(Message::OfMarks(MarksReply::Checked {
        number,
        result: Ok(found),
    }));
    assert_eq!(talk.marked(), (3, 0));
}

#[test]
fn a_key_that_is_edited_is_looked_for_again() {
    let mut talk = Talk::with_keys(some_keys(100));
    super::beginning(&mut talk);
    talk.press("<Space>").tell(event(KeyEventKind::Edited, 0));
    talk.answer_page(Ok(part(some_keys(100).split_off(1), false, true)));
    // It is selected no more, but looked for.
    while talk
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::LoadPage { .. }))
    {
        talk.answer_page(Ok(part(some_keys(100).split_off(1), false, true)));
    }
    assert_eq!(talk.answer_whereabouts(Whereabouts::NotShown), [id(0)]);
    assert_eq!(talk.marked(), (1, 1));
}

#[test]
fn an_action_waits_until_it_is_known_which_are_shown() {
    let mut talk = some_hidden(true);
    talk.press("d");
    assert!(talk.app.over.is_empty());
    assert!(talk.app.waiting_words().is_some());
    talk.answer_whereabouts(Whereabouts::Shown);
    assert_eq!(talk.plan_question().1.action, PlanAction::Revoke);
}

#[test]
fn nothing_is_done_to_keys_that_are_not_shown() {
    let mut talk = some_hidden(true);
    talk.answer_whereabouts(Whereabouts::NotShown);
    talk.press("d");
    assert!(matches!(talk.app.over.last(), Some(Modal::NotShown(_))));
    assert!(!talk.is_asked_about_marks());
    let screen = drawn(&talk);
    for words in [
        "2 of the 3 marked keys are not in this list",
        "Assistant 001",
        "Assistant 002",
    ] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    talk.press("<Enter>");
    assert_eq!(
        (talk.app.over.len(), talk.marked()),
        (0, (3, 2)),
        "Cancel has the focus"
    );
}

#[test]
fn their_marks_are_dropped_and_the_others_gone_on_with() {
    let mut talk = some_hidden(true);
    talk.answer_whereabouts(Whereabouts::NotShown);
    talk.press("d<Left><Enter>");
    assert_eq!(numbers(&talk), [0]);
    assert_eq!(talk.plan_question().1.ids, Some(vec![id(0)]));
    assert!(matches!(talk.app.over.as_slice(), [Modal::Plan(_)]));
}

#[test]
fn where_none_of_them_is_shown_none_is_left() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("<Space>2").answer_page(Ok(page(Vec::new())));
    talk.answer_whereabouts(Whereabouts::NotShown);
    assert!(drawn(&talk).contains("1 marked, 1 not shown"), "{}", drawn(&talk));
    talk.press("d<Left><Enter>");
    assert!(talk.app.over.is_empty() && talk.app.marks.is_empty());
    assert!(!talk.is_asked_about_marks());
}

#[test]
fn they_are_shown_among_all() {
    for (keys, way) in [("d<Right><Enter>", "the dialog"), ("+", "a key")] {
        let mut talk = some_hidden(true);
        talk.answer_whereabouts(Whereabouts::NotShown);
        talk.press(keys);
        let (_, load, list) = talk.page_question();
        assert_eq!((load, list.q), (Load::Around(id(1)), None), "{way}");
        assert_eq!(talk.marked().0, 3);
    }
}

#[test]
fn a_key_drops_them() {
    let mut talk = some_hidden(true);
    talk.answer_whereabouts(Whereabouts::NotShown);
    talk.press("-");
    assert_eq!((talk.marked(), talk.app.over.len()), ((1, 0), 0));
    talk.press("-+");
    assert_eq!(talk.marked(), (1, 0));
}

#[test]
fn keys_that_have_expired_are_shown_in_their_own_list() {
    let mut keys = some_keys(3);
    keys[0].state = KeyState::Expired;
    let mut talk = Talk::with_keys(keys);
    talk.press("<Space>/x<Enter>")
        .answer_page(Ok(page(vec![key(9, "x", Scope::Web)])));
    talk.answer_whereabouts(Whereabouts::NotShown);
    talk.effects.clear();
    talk.press("+");
    let (_, load, list) = talk.page_question();
    assert_eq!(
        (load, list.state, list.q),
        (Load::Start, Some(StateFilter::Expired), None)
    );
}

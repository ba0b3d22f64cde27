//! Marking keys: one by one, a range, all that match; and which of the marked keys are shown.

mod acting;
mod hidden;
mod plans;
mod spring_cleaning;
mod views;

use keydeck::api::{KeyCounts, KeyEvent, KeyEventKind, Order, Sort};
use keydeck::tui::message::{Load, Message, Walked, Whereabouts};
use uuid::Uuid;

use crate::common::marks::*;
use crate::common::talk::*;

/// The numbers of the marked keys, as in `some_keys`.
fn numbers(talk: &Talk) -> Vec<u128> {
    talk.app
        .marks
        .ids()
        .iter()
        .map(|id| id.as_u128() - 1_000)
        .collect()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(1_000 + number)
}

fn event(kind: KeyEventKind, number: u128) -> Message {
    Message::Deck(KeyEvent {
        kind,
        key: id(number),
    })
}

/// The first 100 of more keys are here.
fn beginning(talk: &mut Talk) {
    talk.press("r").answer_page(Ok(part(some_keys(100), false, true)));
    talk.effects.clear();
}

#[test]
fn space_marks_and_moves_on_and_takes_the_mark_away() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("<Space><Space>");
    assert_eq!(numbers(&talk), [0, 1]);
    assert_eq!(talk.selected_name(), "Assistant 002");
    talk.press("k<Space>");
    assert_eq!(numbers(&talk), [0]);
    talk.press("G<Space>");
    assert_eq!(numbers(&talk), [0, 3]);
    assert_eq!(talk.selected_name(), "Assistant 003", "there is no next one");
    assert!(talk.effects.iter().all(|effect| !effect.is_change()));
}

#[test]
fn marks_stay_with_their_keys_through_sort_and_refresh() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("<Space>").press("s");
    let mut keys = some_keys(4);
    keys.reverse();
    talk.answer_page(Ok(page(keys.clone())));
    assert_eq!((numbers(&talk), talk.marked()), (vec![0], (1, 0)));
    keys.insert(0, key(9, "New", keydeck::model::Scope::Web));
    talk.press("r").answer_page(Ok(page(keys)));
    assert_eq!((numbers(&talk), talk.marked()), (vec![0], (1, 0)));
}

#[test]
fn a_key_that_is_revoked_is_no_longer_marked() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("<Space><Space>").tell(event(KeyEventKind::Revoked, 0));
    assert_eq!(numbers(&talk), [1]);
    // Nobody told of it: the list, which is whole, lacks a key.
    talk.answer_page(Ok(page(some_keys(4).split_off(1))));
    talk.effects.clear();
    talk.tell(Message::Resync);
    talk.answer_page(Ok(page(some_keys(4).split_off(2))));
    while talk
        .effects
        .iter()
        .any(|effect| matches!(effect, keydeck::tui::message::Effect::LoadPage { .. }))
    {
        talk.answer_page(Err(refused(
            keydeck::api::ProblemType::NotFound,
            404,
            "There is no such key.",
        )));
    }
    assert_eq!(talk.answer_whereabouts(Whereabouts::Gone), [id(1)]);
    assert!(numbers(&talk).is_empty());
}

#[test]
fn a_range_goes_where_the_selection_goes() {
    let mut talk = Talk::with_keys(some_keys(60));
    talk.press("jjvjj");
    assert_eq!((numbers(&talk), talk.app.marks.range()), (vec![2, 3, 4], Some(3)));
    talk.press("k");
    assert_eq!(numbers(&talk), [2, 3]);
    talk.press("g");
    assert_eq!(numbers(&talk), [0, 1, 2]);
    talk.press("<PgDn>");
    assert_eq!(numbers(&talk).len(), 29, "a screen down");
    talk.press("v").press("G");
    assert_eq!((numbers(&talk).len(), talk.app.marks.range()), (29, None));
}

#[test]
fn a_range_leaves_what_was_marked_before() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("jj<Space>gvjjjk");
    assert_eq!(numbers(&talk), [0, 1, 2]);
    talk.press("k");
    assert_eq!(numbers(&talk), [0, 1, 2], "it was marked by itself");
    talk.press("k");
    assert_eq!(numbers(&talk), [0, 2]);
}

#[test]
fn whatever_else_is_done_ends_a_range() {
    for keys in ["v", "<Esc>", "<Space>", "s", "/", "1", "u", ":", "?", "<Enter>"] {
        let mut talk = Talk::with_keys(some_keys(9));
        talk.press("vj").press(keys);
        let stays = keys == "?";
        assert_eq!(talk.app.marks.range().is_some(), stays, "{keys}");
        assert_eq!(numbers(&talk), [0, 1], "{keys}");
    }
}

#[test]
fn a_range_does_not_go_on_by_itself_when_its_last_key_is_gone() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("vj").tell(event(KeyEventKind::Revoked, 1));
    assert_eq!(talk.selected_name(), "Assistant 002");
    assert_eq!((numbers(&talk), talk.app.marks.range()), (vec![0], None));
}

#[test]
fn a_range_to_the_end_marks_the_keys_that_are_not_here() {
    let mut talk = Talk::with_keys(some_keys(100));
    beginning(&mut talk);
    talk.press("jvG");
    let all = some_keys(150);
    talk.answer_page(Ok(part(all[100..].to_vec(), true, false)));
    assert_eq!(numbers(&talk), [1], "the others are on their way");
    let (list, until) = talk.answer_walk(walked(&all[2..]));
    assert_eq!(list.after, Some(format!("c-{}", id(1))));
    assert_eq!((list.before, until), (None, Some(id(149))));
    assert_eq!((numbers(&talk).len(), talk.app.marks.range()), (149, Some(149)));
    talk.press("kk");
    assert_eq!(numbers(&talk).len(), 147);
}

#[test]
fn a_range_to_the_start_goes_backward() {
    let all = some_keys(150);
    let mut talk = Talk::with_keys(all[50..].to_vec());
    talk.press("r")
        .answer_page(Ok(part(all[50..].to_vec(), true, false)));
    talk.effects.clear();
    talk.press("Gvg");
    talk.answer_page(Ok(part(all[..50].to_vec(), false, true)));
    let mut backward = all[..149].to_vec();
    backward.reverse();
    let (list, until) = talk.answer_walk(walked(&backward));
    assert_eq!(list.before, Some(format!("c-{}", id(149))));
    assert_eq!((list.after, until), (None, Some(id(0))));
    assert_eq!(numbers(&talk).len(), 150);
}

#[test]
fn a_star_marks_all_that_are_here() {
    let mut talk = Talk::with_keys(some_keys(7));
    talk.press("*");
    assert_eq!(numbers(&talk).len(), 7);
    assert_eq!(talk.notice(), "Marked all 7 keys that match.");
    assert!(!talk.is_asked_about_marks());
    talk.press("*");
    assert_eq!(
        talk.notice(),
        "All that match are marked already; Esc drops the marks."
    );
}

#[test]
fn a_star_asks_for_those_that_are_not_here() {
    let mut talk = Talk::with_keys(some_keys(100));
    talk.press("sS/shop<Enter>").answer_page(Ok(page(Vec::new())));
    while talk
        .effects
        .iter()
        .any(|effect| matches!(effect, keydeck::tui::message::Effect::LoadPage { .. }))
    {
        talk.answer_page(Ok(part(some_keys(100), false, true)));
    }
    talk.press("*");
    assert!(talk.app.marks.walked().is_some());
    let (number, list, until) = talk.walk_question();
    assert_eq!(
        (list.q.as_deref(), list.sort, list.order),
        (Some("shop"), Sort::Requests, Some(Order::Asc))
    );
    assert_eq!((list.after, list.before, until), (None, None, None));
    talk.tell(Message::OfMarks(keydeck::tui::message::MarksReply::Walking {
        number,
        so_far: 200,
    }));
    assert_eq!(talk.app.marks.walked(), Some(200));
    talk.tell(Message::OfMarks(keydeck::tui::message::MarksReply::Walked {
        number,
        until,
        result: walked(&some_keys(214)),
    }));
    assert_eq!(
        (talk.marked(), talk.notice()),
        ((214, 0), "Marked all 214 keys that match.")
    );
}

#[test]
fn esc_stops_a_star_and_its_answer_comes_too_late() {
    let mut talk = Talk::with_keys(some_keys(100));
    beginning(&mut talk);
    talk.press("<Space>*<Esc>");
    assert_eq!(talk.marked(), (1, 0), "what was marked before stays");
    talk.answer_walk(walked(&some_keys(150)));
    assert_eq!(talk.marked(), (1, 0));
    talk.press("*").answer_walk(Err(offline()));
    assert_eq!(talk.marked(), (1, 0));
    assert!(
        talk.notice().ends_with("Nothing more was marked."),
        "{}",
        talk.notice()
    );
}

#[test]
fn more_than_ten_thousand_are_not_marked() {
    let too_many = "More than 10,000 keys match, and no more than that can be marked: filter for fewer.";
    let mut talk = Talk::with_keys(some_keys(100));
    talk.press("1").answer_page(Ok(part(some_keys(100), false, true)));
    let web = 10_001;
    talk.answer_counts(KeyCounts {
        web,
        ..KeyCounts::default()
    });
    talk.press("*");
    assert_eq!((talk.marked(), talk.notice()), ((0, 0), too_many));
    assert!(!talk.is_asked_about_marks());
    // They were not counted yet.
    talk.effects.clear();
    talk.press("/a<Enter>")
        .answer_page(Ok(part(some_keys(100), false, true)));
    talk.press("*");
    talk.answer_walk(walked(&some_keys(5)).map(|walked| Walked {
        are_more: true,
        ..walked
    }));
    assert_eq!((talk.marked(), talk.notice()), ((0, 0), too_many));
}

#[test]
fn esc_leaves_the_range_then_the_filter_and_then_the_marks() {
    let mut talk = Talk::with_keys(some_keys(9));
    talk.press("1").answer_page(Ok(page(some_keys(2))));
    talk.press("vj<Esc>");
    assert_eq!((talk.app.marks.range(), talk.marked().0), (None, 2));
    assert!(talk.app.browse.query.is_filtered());
    talk.press("<Esc>");
    assert!(!talk.app.browse.query.is_filtered());
    assert_eq!(talk.marked().0, 2);
    talk.answer_page(Ok(page(some_keys(9)))).press("<Enter><Esc>");
    assert_eq!(talk.marked().0, 2, "that was for the details");
    talk.press("<Esc>");
    assert_eq!(
        (talk.marked().0, talk.notice()),
        (0, "2 keys are no longer marked.")
    );
}

#[test]
fn what_is_pressed_before_the_rows_are_here_marks_what_they_show() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.press("s<Space>");
    assert!(numbers(&talk).is_empty());
    let (generation, load, _) = talk.page_question();
    assert_eq!(load, Load::Start);
    let mut keys = some_keys(4);
    keys.reverse();
    talk.tell(Message::Page {
        generation,
        load,
        result: Ok(page(keys)),
    });
    assert_eq!(numbers(&talk), [3]);
}

#[test]
fn a_read_only_profile_marks_nothing() {
    let mut talk = Talk::with_keys(some_keys(4));
    talk.app.deck.read_only = true;
    talk.press("<Space>v*b");
    assert_eq!(talk.marked(), (0, 0));
    assert!(talk.notice().contains("read-only"), "{}", talk.notice());
}

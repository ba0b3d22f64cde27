//! The pure ring: the activity log, on its screen and in the details of a key.

use crate::common::lists::*;
use crate::common::talk::*;
use keydeck::api::{Activity, ActivityAction, KeyEvent, KeyEventKind, Part};
use keydeck::tui::message::{ActivityRequest, Effect, Message, Purpose, Timer};
use keydeck::tui::state::Screen;
use keydeck::tui::state::list::Fetch;
use uuid::Uuid;

/// On the screen of activity.
fn activity(rows: Vec<Activity>, more: bool) -> Talk {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("A");
    talk.answer_activity(log(rows, more));
    talk.effects.clear();
    talk
}

fn selected(talk: &Talk) -> u64 {
    talk.app.activity.list.selected().map_or(0, |row| row.seq)
}

fn seen(talk: &Talk) -> Vec<u64> {
    talk.app.activity.list.visible().map(|(_, row)| row.seq).collect()
}

fn questions(talk: &Talk) -> usize {
    let is_question = |e: &&Effect| matches!(e, Effect::Activity(_));
    talk.effects.iter().filter(is_question).count()
}

fn edited(key: u128) -> Message {
    Message::Deck(KeyEvent {
        kind: KeyEventKind::Edited,
        key: Uuid::from_u128(key),
    })
}

// The screen.

#[test]
fn the_newest_rows_come_first_and_older_ones_ahead_of_the_scroll() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("A");
    let (fetch, query) = talk.answer_activity(log(rows(500, 100), true));
    assert_eq!((fetch, query.before, query.key), (Fetch::Refresh, None, None));
    assert_eq!((selected(&talk), questions(&talk)), (500, 0));
    talk.press("<PgDn><PgDn><PgDn>");
    let (fetch, query) = talk.answer_activity(log(rows(400, 100), false));
    assert_eq!((fetch, query.before), (Fetch::More, Some(401)));
    talk.press("G");
    assert_eq!(
        (selected(&talk), questions(&talk)),
        (301, 0),
        "that is all there is"
    );
}

#[test]
fn an_event_shows_the_new_row_to_who_is_at_the_start() {
    let mut talk = activity(rows(500, 100), true);
    talk.tell(edited(9));
    talk.answer_activity(log(rows(502, 100), true));
    assert_eq!(seen(&talk)[..3], [502, 501, 500]);
    assert_eq!(selected(&talk), 500, "the selection stays on its row");
}

#[test]
fn an_event_moves_nothing_for_who_has_scrolled_down() {
    let mut talk = activity(rows(500, 100), true);
    talk.press("<PgDn><PgDn><PgDn>");
    talk.answer_activity(log(rows(400, 100), true));
    talk.press("<PgDn><PgDn>");
    let before = (selected(&talk), seen(&talk));
    for message in [edited(9), Message::Resync, Message::Connected] {
        talk.tell(message);
    }
    assert_eq!(questions(&talk), 1, "a burst becomes one question");
    talk.answer_activity(log(rows(510, 100), true));
    talk.answer_activity(log(rows(512, 100), true));
    assert_eq!((selected(&talk), seen(&talk)), before);
    talk.press("g");
    assert_eq!(selected(&talk), 512);
    let all: Vec<u64> = talk.app.activity.list.items().iter().map(|row| row.seq).collect();
    let expected: Vec<u64> = (301..=512).rev().collect();
    assert_eq!(all, expected, "there is no gap and no row twice");
}

#[test]
fn events_ask_nothing_while_another_screen_is_shown() {
    let mut talk = activity(rows(20, 20), false);
    talk.press("K");
    talk.effects.clear();
    talk.tell(edited(9));
    assert_eq!(questions(&talk), 0);
}

#[test]
fn what_others_change_is_asked_again_where_it_is_shown() {
    let mut talk = activity(rows(20, 20), false);
    for about in [Part::Activity, Part::People, Part::Projects] {
        talk.tell(Message::Changed(about));
        assert_eq!(questions(&talk), 1, "{about:?}");
        talk.answer_activity(log(rows(20, 20), false));
    }
    talk.answer_page(Ok(page(some_keys(10)))).press("P");
    talk.effects.clear();
    talk.tell(Message::Changed(Part::People))
        .tell(Message::Changed(Part::Activity));
    assert!(talk.effects.is_empty(), "{:?}", talk.effects);
    talk.press("K").answer_page(Ok(page(some_keys(10))));
    talk.tell(Message::Changed(Part::Projects));
    talk.page_question();
}

#[test]
fn one_person_s_rows_are_one_key_away_and_so_are_everybody_s() {
    let mut talk = activity(varied_rows(), false);
    talk.press("jjw");
    let (_, query) = talk.answer_activity(log(varied_rows()[2..3].to_vec(), false));
    let jonas = Uuid::from_u128(4).to_string();
    assert_eq!(query.actor.as_deref(), Some(jonas.as_str()));
    assert_eq!(talk.app.activity.words(), "by jonas@acme.example");
    talk.press("w");
    assert_eq!(talk.answer_activity(log(varied_rows(), false)).1.actor, None);
}

#[test]
fn where_nobody_was_signed_in_there_is_no_person_to_filter_by() {
    let mut talk = activity(varied_rows(), false);
    talk.press("Gw");
    assert_eq!(talk.notice(), "Nobody was signed in when this was done.");
    assert_eq!(questions(&talk), 0);
}

#[test]
fn an_action_is_chosen_from_a_list_by_a_part_of_its_name() {
    let mut talk = activity(varied_rows(), false);
    talk.press("trevok<Enter>");
    let (_, query) = talk.answer_activity(log(Vec::new(), false));
    assert_eq!(query.action, Some(ActivityAction::KeyRevoked));
    talk.press("<Esc>");
    assert_eq!(talk.app.screen, Screen::Activity, "Esc first clears the filters");
    assert_eq!(talk.answer_activity(log(varied_rows(), false)).1.action, None);
    talk.press("t<Esc>");
    assert_eq!(questions(&talk), 0);
    talk.press("<Esc>");
    assert_eq!(talk.app.screen, Screen::Keys);
}

#[test]
fn filters_hold_together_and_everything_clears_the_one_of_actions() {
    let mut talk = activity(varied_rows(), false);
    talk.press("w");
    talk.answer_activity(log(varied_rows(), false));
    talk.press("tkey created<Enter>");
    let (_, query) = talk.answer_activity(log(varied_rows(), false));
    assert!(query.actor.is_some() && query.action == Some(ActivityAction::KeyCreated));
    assert_eq!(talk.app.activity.words(), "by mira@acme.example  ·  key created");
    talk.press("teverything<Enter>");
    let (_, query) = talk.answer_activity(log(varied_rows(), false));
    assert!(query.actor.is_some() && query.action.is_none());
}

#[test]
fn a_late_answer_to_another_filter_is_dropped() {
    let mut talk = activity(rows(500, 100), false);
    talk.press("w");
    let of_one = talk.effects.pop().expect("asked");
    talk.press("w");
    talk.answer_activity(log(rows(500, 100), false));
    talk.effects.push(of_one);
    talk.answer_activity(log(rows(7, 1), false));
    assert_eq!(talk.app.activity.list.items().len(), 100);
}

#[test]
fn the_activity_of_a_key_is_one_key_away() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("ja");
    assert_eq!(talk.app.screen, Screen::Activity);
    let (_, query) = talk.answer_activity(log(rows(3, 3), false));
    assert_eq!(query.key, Some(Uuid::from_u128(1_001)));
    assert_eq!(talk.app.activity.words(), "of key Assistant 001");
    talk.press("<Esc>");
    assert_eq!(talk.answer_activity(log(rows(3, 3), false)).1.key, None);
}

#[test]
fn a_failure_keeps_the_rows_and_asks_again_once_connected() {
    let mut talk = activity(rows(500, 100), true);
    talk.press("r");
    talk.answer_activity(Err(offline()));
    assert!(talk.notice().contains("connection refused"));
    assert_eq!(talk.app.activity.list.items().len(), 100);
    talk.press("G");
    assert_eq!(questions(&talk), 0, "nothing is asked by itself after a failure");
    talk.tell(Message::Connected);
    talk.answer_activity(log(rows(501, 100), true));
    assert!(seen(&talk).contains(&402));
}

// In the details of a key.

fn timers(talk: &Talk) -> usize {
    let is_timer = |e: &&Effect| matches!(e, Effect::After(_, Timer::KeyRests(_)));
    talk.effects.iter().filter(is_timer).count()
}

#[test]
fn moving_through_the_table_asks_nothing_until_the_selection_rests() {
    let mut talk = Talk::with_keys(some_keys(200));
    talk.press("jjjjjjjjjjkkj");
    assert_eq!(questions(&talk), 0);
    talk.rest();
    assert_eq!(questions(&talk), 1);
    assert_eq!(
        talk.answer_key_activity(Ok(rows(5, 5))),
        Some(Uuid::from_u128(1_009))
    );
    let id = talk.app.selected().expect("selected").id;
    assert!(matches!(talk.app.key_activity.of(id), Some(Ok(rows)) if rows.len() == 5));
}

#[test]
fn a_late_answer_is_never_shown_with_another_key() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("j").rest().press("j");
    talk.answer_key_activity(Ok(rows(5, 5)));
    let id = talk.app.selected().expect("selected").id;
    assert!(talk.app.key_activity.of(id).is_none());
}

#[test]
fn what_is_done_to_the_key_in_the_details_is_asked_for_again() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("j").rest();
    talk.answer_key_activity(Ok(rows(5, 5)));
    talk.tell(edited(1_005)).rest();
    assert_eq!(questions(&talk), 0, "it was done to another key");
    talk.tell(edited(1_001)).tell(edited(1_001)).rest();
    assert_eq!(questions(&talk), 1);
    talk.answer_key_activity(Err(offline()));
    let id = talk.app.selected().expect("selected").id;
    assert!(
        matches!(talk.app.key_activity.of(id), Some(Ok(rows)) if rows.len() == 5),
        "what is known stays"
    );
    talk.tell(Message::Revealed {
        id,
        purpose: Purpose::Show,
        result: Err(offline()),
    });
    assert_eq!(timers(&talk), 1, "a revelation is written to the log too");
}

#[test]
fn a_narrow_terminal_asks_when_the_details_are_opened() {
    let mut talk = Talk::sized(80, 24, some_keys(10));
    talk.press("jj").rest();
    assert_eq!(questions(&talk), 0);
    talk.press("<Enter>").rest();
    assert_eq!(
        talk.answer_key_activity(Ok(rows(5, 5))),
        Some(Uuid::from_u128(1_002))
    );
}

#[test]
fn a_key_asks_for_no_more_than_the_details_show() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("j").rest();
    let limit = talk.expect("question", |e| match e {
        Effect::Activity(ActivityRequest::OfKey { query, .. }) => Some(query.limit),
        _ => None,
    });
    assert_eq!(limit, Some(5));
}

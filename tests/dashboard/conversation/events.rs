//! What others change meanwhile.

use super::*;

#[test]
fn the_selection_follows_its_key_through_a_refresh() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("<Down><Down><Down>");
    let selected = talk.selected_name().to_owned();
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Created,
        key: Uuid::from_u128(9),
    }));
    let mut with_new = vec![key(500, "New by another", Scope::Web)];
    with_new.extend(keys);
    talk.answer_page(Ok(page(with_new)));
    assert_eq!(talk.selected_name(), selected);
}

#[test]
fn a_selected_key_that_moved_in_the_order_is_looked_for() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    let moved = keys[0].id;
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Edited,
        key: moved,
    }));
    talk.answer_page(Ok(page(keys[1..].to_vec())));
    let (generation, load, list) = talk.page_question();
    assert_eq!((load, list.around), (Load::Around(moved), Some(moved)));
    let there = part(
        vec![key(80, "Neighbour", Scope::Web), keys[0].clone()],
        true,
        true,
    );
    talk.tell(Message::Page {
        generation,
        load,
        result: Ok(there),
    });
    assert_eq!(talk.selected_name(), "Assistant 000");
}

#[test]
fn a_key_that_is_gone_leaves_its_neighbour_selected() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    talk.press("<Down>");
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Revoked,
        key: keys[1].id,
    }));
    assert_eq!(talk.selected_name(), "Assistant 002");
    let mut rest = keys.clone();
    rest.remove(1);
    talk.answer_page(Ok(page(rest)));
    assert_eq!(talk.selected_name(), "Assistant 002");
}

#[test]
fn a_burst_of_events_becomes_one_question_at_a_time() {
    let keys = some_keys(10);
    let mut talk = Talk::with_keys(keys.clone());
    for _ in 0..50 {
        talk.tell(Message::Deck(KeyEvent {
            kind: KeyEventKind::Created,
            key: Uuid::from_u128(9),
        }));
    }
    let pages = |talk: &Talk| {
        talk.effects
            .iter()
            .filter(|e| matches!(e, Effect::LoadPage { .. }))
            .count()
    };
    assert_eq!(pages(&talk), 1);
    talk.answer_page(Ok(page(keys)));
    assert_eq!(pages(&talk), 1, "asked once more for what came meanwhile");
}

#[test]
fn a_lost_connection_keeps_the_rows_and_catches_up_when_it_is_back() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.tell(Message::Disconnected(offline()));
    assert!(matches!(talk.app.browse.body(), Body::Rows));
    talk.press("<Down>");
    assert_eq!(talk.selected_name(), "Assistant 001");
    talk.tell(Message::Connected);
    assert_eq!(talk.page_question().1, Load::Refresh);
}

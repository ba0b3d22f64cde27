//! Filter, sort, scopes, and pages of rows.

use super::*;

#[test]
fn the_first_questions_are_who_which_rows_and_how_many() {
    let mut talk = Talk::started(120, 36);
    talk.expect("LoadMe", |e| matches!(e, Effect::LoadMe).then_some(()));
    let (_, load, list) = talk.page_question();
    assert_eq!(
        (load, list.sort, list.order),
        (Load::Start, Sort::CreatedAt, Some(Order::Desc))
    );
    talk.expect("LoadCounts", |e| {
        matches!(e, Effect::LoadCounts { .. }).then_some(())
    });
    assert!(matches!(talk.app.browse.body(), Body::Loading));
}

#[test]
fn typing_in_the_filter_asks_for_each_letter_and_takes_only_the_last_answer() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/sh");
    let (first, _, list) = talk.page_question();
    assert_eq!(list.q.as_deref(), Some("s"));
    let (second, load, list) = talk.page_question();
    assert_eq!(list.q.as_deref(), Some("sh"));
    let late = page(vec![key(1, "Late answer", Scope::Web)]);
    talk.tell(Message::Page {
        generation: first,
        load,
        result: Ok(late),
    });
    assert_ne!(talk.selected_name(), "Late answer");
    let found = page(vec![key(2, "Shop", Scope::Web)]);
    talk.tell(Message::Page {
        generation: second,
        load,
        result: Ok(found),
    });
    assert_eq!(talk.selected_name(), "Shop");
}

#[test]
fn letters_in_the_filter_are_text_and_never_commands() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/qdnx").tell(Message::Paste(Secret::new("q\nd")));
    assert_eq!(talk.app.browse.typed, "qdnxq d");
    assert!(!talk.app.is_quitting());
    assert_eq!(talk.app.over.len(), 1);
}

#[test]
fn enter_keeps_the_filter_and_esc_clears_it() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/shop<Enter>");
    assert_eq!((talk.app.over.len(), talk.app.browse.typed.as_str()), (0, "shop"));
    talk.press("<Esc>");
    assert_eq!(talk.app.browse.typed, "");
    talk.press("/kiosk<Esc>");
    assert_eq!((talk.app.over.len(), talk.app.browse.typed.as_str()), (0, ""));
}

#[test]
fn sorting_goes_through_the_columns_and_turns_round() {
    let mut talk = Talk::with_keys(some_keys(10));
    let mut sorts = Vec::new();
    for _ in 0..10 {
        talk.press("s");
        let (_, _, list) = talk.page_question();
        sorts.push((list.sort, list.order.expect("always sent")));
    }
    let expected = [
        (Sort::Requests, Order::Desc),
        (Sort::LastUsedAt, Order::Desc),
        (Sort::ExpiresAt, Order::Asc),
        (Sort::Creator, Order::Asc),
        (Sort::LastRefusedAt, Order::Desc),
        (Sort::State, Order::Asc),
        (Sort::Name, Order::Asc),
        (Sort::Scope, Order::Asc),
        (Sort::Project, Order::Asc),
        (Sort::CreatedAt, Order::Desc),
    ];
    assert_eq!(sorts, expected);
    talk.press("S");
    assert_eq!(talk.page_question().2.order, Some(Order::Asc));
}

#[test]
fn a_click_on_a_header_sorts_and_a_second_one_reverses() {
    let mut talk = Talk::with_keys(some_keys(10));
    let columns = talk.app.layout().columns;
    let click = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: columns.x + 2,
        row: columns.y,
        modifiers: KeyModifiers::NONE,
    };
    talk.tell(Message::Mouse(click));
    assert_eq!(talk.page_question().2.sort, Sort::Name);
    talk.tell(Message::Mouse(click));
    assert_eq!(talk.page_question().2.order, Some(Order::Desc));
}

#[test]
fn a_scope_is_one_key_and_zero_shows_all() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("3");
    assert_eq!(talk.page_question().2.scope, Some(Scope::Analytics));
    talk.press("0");
    assert_eq!(talk.page_question().2.scope, None);
}

#[test]
fn pages_arrive_ahead_of_the_scroll_and_join_without_a_seam() {
    let keys = some_keys(300);
    let mut talk = Talk::with_keys(keys[..100].to_vec());
    talk.press("g").tell(Message::Resync);
    talk.answer_page(Ok(part(keys[..100].to_vec(), false, true)));
    talk.press("<PgDn><PgDn>");
    let (generation, load, list) = talk.page_question();
    assert_eq!(
        (load, list.after.as_deref()),
        (Load::After, Some(format!("c-{}", keys[99].id).as_str()))
    );
    let before = talk.selected_name().to_owned();
    talk.tell(Message::Page {
        generation,
        load,
        result: Ok(part(keys[100..200].to_vec(), true, true)),
    });
    assert_eq!(talk.selected_name(), before, "the selection stays on its key");
    assert_eq!(talk.app.browse.rows.len(), 200);
    for (index, name) in (0..200).map(|n| format!("Assistant {n:03}")).enumerate() {
        talk.press("g");
        talk.app.browse.rows.move_by(index as isize);
        assert_eq!(talk.selected_name(), name);
    }
}

#[test]
fn the_window_of_rows_stays_bounded_while_scrolling_through_a_large_organisation() {
    let keys = some_keys(5_000);
    let mut talk = Talk::with_keys(keys[..100].to_vec());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys[..100].to_vec(), false, true)));
    let mut loaded = 100;
    for _ in 0..3_000 {
        talk.press("<Down>");
        let question = talk.effects.iter().any(|e| {
            matches!(
                e,
                Effect::LoadPage {
                    load: Load::After,
                    ..
                }
            )
        });
        if question {
            talk.answer_page(Ok(part(keys[loaded..loaded + 100].to_vec(), true, true)));
            loaded += 100;
        }
        talk.effects.clear();
    }
    assert_eq!(talk.selected_name(), "Assistant 3000");
    assert!(
        talk.app.browse.rows.len() <= 700,
        "{} rows are kept",
        talk.app.browse.rows.len()
    );
    assert_eq!(talk.app.browse.rows.first_number().map(|n| n > 2_900), Some(true));
}

#[test]
fn the_end_is_asked_of_the_server_when_it_is_not_here() {
    let keys = some_keys(100);
    let mut talk = Talk::with_keys(keys.clone());
    talk.tell(Message::Resync)
        .answer_page(Ok(part(keys, false, true)));
    talk.effects.clear();
    talk.press("G");
    let (generation, load, list) = talk.page_question();
    assert_eq!(load, Load::End);
    assert!(list.from.is_some());
    let last = part(vec![key(4_999, "Very last", Scope::Web)], true, false);
    talk.tell(Message::Page {
        generation,
        load,
        result: Ok(last),
    });
    assert_eq!(talk.selected_name(), "Very last");
}

//! What a list does with answers, and where its selection is.

use super::*;

impl Listed for u32 {
    type Id = u32;

    fn id(&self) -> u32 {
        *self
    }
}

fn of(items: std::ops::Range<u32>) -> List<u32> {
    let mut list = List::default();
    list.set_height(3);
    let question = list.ask();
    list.loaded(question, Fetch::Start, Ok((items.collect(), false)));
    list
}

fn visible(list: &List<u32>) -> Vec<u32> {
    list.visible().map(|(_, item)| *item).collect()
}

#[test]
fn the_selection_stays_on_its_item_and_on_the_screen() {
    let mut list = of(0..10);
    assert!(list.moves(Action::PageDown) && list.moves(Action::Down));
    assert_eq!((list.selected(), visible(&list)), (Some(&4), vec![2, 3, 4]));
    let question = list.ask();
    list.loaded(question, Fetch::Start, Ok((vec![7, 8, 4, 9], true)));
    assert_eq!((list.selected(), list.total()), (Some(&4), Some(4)));
    list.moves(Action::Bottom);
    assert_eq!((list.selected(), visible(&list)), (Some(&9), vec![8, 4, 9]));
    list.scroll_by(-9);
    assert_eq!((list.selected(), visible(&list)), (Some(&4), vec![7, 8, 4]));
}

#[test]
fn late_answers_are_void_and_failed_ones_keep_what_is_there() {
    let mut list = of(0..2);
    let late = list.ask();
    let question = list.ask();
    list.loaded(late, Fetch::Start, Ok((vec![9], true)));
    assert!(list.is_waiting());
    list.loaded(question, Fetch::More, Err(Error::SignIn));
    assert_eq!((visible(&list), list.wants_more()), (vec![0, 1], false));
    let question = list.ask();
    list.loaded(question, Fetch::More, Ok((vec![2], false)));
    assert_eq!(visible(&list), [0, 1, 2]);
    assert!(list.wants_more());
}

#[test]
fn a_refresh_keeps_what_was_loaded_further_down_and_what_is_seen() {
    let mut list = of(0..6);
    let question = list.ask();
    list.loaded(question, Fetch::More, Ok(((6..10).collect(), true)));
    list.moves(Action::PageDown);
    list.moves(Action::PageDown);
    let seen = visible(&list);
    let (question, fetch) = list.begin(Fetch::Refresh).expect("nothing is on its way");
    assert_eq!(list.begin(Fetch::Refresh), None);
    let loaded = list.loaded(question, fetch, Ok((vec![98, 99, 0, 2, 3, 4], false)));
    assert_eq!((visible(&list), list.selected()), (seen, Some(&6)));
    assert_eq!(list.items(), [98, 99, 0, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(
        (list.total(), loaded.map(|loaded| loaded.next)),
        (Some(11), Some(Fetch::Refresh))
    );
}

#[test]
fn a_refresh_shows_what_is_new_to_who_is_at_the_start() {
    let mut list = of(1..4);
    let (question, fetch) = list.begin(Fetch::Refresh).expect("nothing is on its way");
    list.loaded(question, fetch, Ok((vec![0, 1, 2], false)));
    assert_eq!((visible(&list), list.selected()), (vec![0, 1, 2], Some(&1)));
    let (question, fetch) = list.begin(Fetch::Refresh).expect("nothing is on its way");
    list.loaded(question, fetch, Ok((vec![7, 8], false)));
    assert_eq!(list.items(), [7, 8], "nothing joins the two");
}

#[test]
fn what_is_wanted_is_selected_wherever_it_turns_up() {
    let mut list = of(0..100);
    list.want(150);
    assert!(list.wants_more());
    let question = list.ask();
    list.loaded(question, Fetch::More, Ok(((100..200).collect(), false)));
    assert_eq!(list.selected(), Some(&150));
    list.want(999);
    let question = list.ask();
    list.loaded(question, Fetch::More, Ok((vec![200], true)));
    assert_eq!((list.selected(), list.wants_more()), (Some(&150), false));
}

#[test]
fn an_empty_list_has_nothing_to_move() {
    let mut list: List<u32> = List::default();
    list.scroll_by(3);
    assert!(list.moves(Action::Bottom) && list.selected().is_none());
    assert!(!list.moves(Action::Accept));
}

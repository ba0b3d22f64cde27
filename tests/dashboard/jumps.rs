//! From a key to the keys of its project and of the person who created it, from the lists to the keys of what is
//! selected there, and back to where one was.

use keydeck::api::{KeyList, Order, PersonRef, Sort};
use keydeck::model::Scope;
use keydeck::tui::keymap::{Action, Layer};
use keydeck::tui::message::{Effect, Load};
use keydeck::tui::state::Screen;
use uuid::Uuid;

use crate::common::draw::drawn;
use crate::common::lists::*;
use crate::common::people::some_people;
use crate::common::talk::*;

/// What the newest question for a page asks, which is answered with these keys.
fn answered(talk: &mut Talk, keys: Vec<keydeck::api::Key>) -> (Load, KeyList) {
    let is_page = |effect: &Effect| matches!(effect, Effect::LoadPage { .. });
    while talk.effects.iter().filter(|effect| is_page(effect)).count() > 1 {
        let at = talk.effects.iter().position(is_page).expect("there");
        talk.effects.remove(at);
    }
    let asked = talk.effects.iter().find_map(|effect| match effect {
        Effect::LoadPage { load, list, .. } => Some((*load, list.clone())),
        _ => None,
    });
    talk.answer_page(Ok(page(keys)));
    asked.expect("a question for a page")
}

fn of_jonas() -> Vec<keydeck::api::Key> {
    let mut keys = some_keys(10);
    for key in &mut keys[3..] {
        key.creator = PersonRef {
            id: Uuid::from_u128(4),
            email: "jonas@acme.example".into(),
        };
    }
    keys
}

/// Filtered, sorted by name, with the fifth key selected.
fn somewhere() -> Talk {
    let mut talk = Talk::with_keys(of_jonas());
    talk.press("1/assistant<Enter>ssss");
    answered(&mut talk, of_jonas());
    talk.press("jjjj");
    talk.effects.clear();
    talk
}

#[test]
fn one_comes_back_to_the_filter_the_sort_and_the_selection() {
    for (jump, back) in [("o", "<Esc>"), ("p", "<Esc>"), ("o", "<BS>"), ("p", "<BS>")] {
        let mut talk = somewhere();
        let selected = talk.app.selected().expect("selected").clone();
        let before = talk.app.browse.query.clone();
        let typed = talk.app.browse.typed.clone();
        talk.press(jump);
        let (load, list) = answered(&mut talk, of_jonas());
        assert_eq!(
            (load, list.q, list.scope),
            (Load::Start, None, None),
            "all of them"
        );
        match jump {
            "o" => assert_eq!((list.creator, list.project), (Some(selected.creator.id), None)),
            _ => assert_eq!(list.project, selected.project.as_ref().map(|project| project.id)),
        }
        // Elsewhere there, in another order.
        talk.press("s");
        answered(&mut talk, of_jonas());
        talk.press("j").press(back);
        let (load, list) = answered(&mut talk, of_jonas());
        assert_eq!(load, Load::Around(selected.id), "{jump}{back}");
        assert_eq!(list.q.as_deref(), Some("assistant"));
        assert_eq!(list.scope, Some(Scope::Web));
        assert_eq!(
            (&talk.app.browse.query, &talk.app.browse.typed),
            (&before, &typed)
        );
        assert_eq!(talk.app.browse.selected_id(), Some(selected.id));
        // There is nothing further back.
        assert!(!talk.app.can_go_back());
    }
}

#[test]
fn one_comes_back_step_by_step_and_a_filter_of_the_jump_goes_first() {
    let mut talk = somewhere();
    talk.press("o");
    answered(&mut talk, of_jonas());
    talk.press("p");
    answered(&mut talk, of_jonas());
    talk.press("/kiosk<Enter>");
    answered(&mut talk, of_jonas());
    talk.press("<Esc>");
    let (_, list) = answered(&mut talk, of_jonas());
    assert!(list.q.is_none() && list.project.is_some());
    talk.press("<Esc>");
    let (_, list) = answered(&mut talk, of_jonas());
    assert!(list.creator.is_some() && list.project.is_none());
    talk.press("<Esc>");
    assert_eq!(answered(&mut talk, of_jonas()).1.q.as_deref(), Some("assistant"));
}

#[test]
fn enter_on_a_project_and_on_a_person_shows_their_keys_and_esc_comes_back() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("P");
    talk.answer_list_of_projects(Ok(some_projects()));
    talk.press("j").effects.clear();
    talk.press("<Enter>");
    assert_eq!(talk.app.screen, Screen::Keys);
    assert_eq!(
        answered(&mut talk, some_keys(2)).1.project,
        Some(Uuid::from_u128(51))
    );
    talk.press("<Esc>");
    assert_eq!(talk.app.screen, Screen::Projects);
    let selected = talk.app.projects.list.selected().map(|project| project.id);
    assert_eq!(selected, Some(Uuid::from_u128(51)));
    // The table is all keys again.
    talk.press("K");
    assert_eq!(answered(&mut talk, some_keys(3)).1.project, None);

    let mut talk = Talk::people(120, 36, some_people());
    talk.press("j").effects.clear();
    let person = talk.app.people.list.selected().expect("there").user.id;
    talk.press("<Enter>");
    assert_eq!(answered(&mut talk, some_keys(2)).1.creator, Some(person));
    talk.press("<BS>");
    assert_eq!(talk.app.screen, Screen::People);
    assert_eq!(
        talk.app.people.list.selected().map(|person| person.user.id),
        Some(person)
    );
}

#[test]
fn one_comes_back_among_keys_that_have_ended_too() {
    use crate::common::ended::revoked_keys;
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("s").press("4");
    answered(&mut talk, revoked_keys(5));
    talk.press("jj").effects.clear();
    let selected = talk.app.browse.selected_id().expect("selected");
    talk.press("o");
    let (_, list) = answered(&mut talk, some_keys(3));
    assert!(list.state.is_none() && list.creator.is_some());
    talk.press("<Esc>");
    let (load, list) = answered(&mut talk, revoked_keys(5));
    assert_eq!(load, Load::Around(selected));
    assert!(list.state.is_some() && list.creator.is_none());
    // From there, to where one was before.
    talk.press("<Esc>");
    let (_, list) = answered(&mut talk, some_keys(3));
    assert_eq!(
        (list.state, list.sort, list.order),
        (None, Sort::Requests, Some(Order::Desc))
    );
}

#[test]
fn going_elsewhere_forgets_the_way_back() {
    for elsewhere in ["PK", "AK", "K"] {
        let mut talk = somewhere();
        talk.press("o").press(elsewhere);
        assert!(!talk.app.can_go_back(), "{elsewhere}");
    }
}

#[test]
fn help_names_the_jumps_and_a_key_without_project_says_why() {
    let mut talk = Talk::sized(120, 60, some_keys(4));
    talk.press("?");
    let screen = drawn(&talk);
    for words in ["all keys of its project", "all keys of the person"] {
        assert!(screen.contains(words), "{words}: {screen}");
    }
    talk.press("<Esc>jjj");
    assert_eq!(talk.app.selected().map(|key| key.scope), Some(Scope::Analytics));
    talk.press("p");
    assert_eq!(talk.notice(), "An Analytics key has no project.");
    let layers = [Layer::Projects, Layer::People];
    for layer in layers {
        assert_eq!(
            talk.app.keymap.key_of(layer, Action::ItsKeys).as_deref(),
            Some("Enter")
        );
    }
}

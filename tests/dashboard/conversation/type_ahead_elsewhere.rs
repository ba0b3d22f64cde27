//! What is typed ahead on the other screens, in pickers and in forms.

use keydeck::model::{Role, Secret};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::Effect;
use keydeck::tui::message::ProjectTask;
use keydeck::tui::state::Screen;
use uuid::Uuid;

use super::type_ahead::{at_nord, waits};
use crate::common::people::{holding, person, some_people};
use crate::common::talk::*;

#[test]
fn a_secret_that_comes_meanwhile_takes_no_key_that_was_typed_for_a_row() {
    let mut talk = Talk::people(120, 36, some_people());
    talk.press("t<Tab><Enter>/nina<Enter>d");
    assert!(waits(&talk).contains("remove"), "{}", waits(&talk));
    let someone = talk.request("new token", |request| match request {
        keydeck::tui::message::PeopleRequest::NewToken { person } => Some(person.clone()),
        _ => None,
    });
    talk.reply(keydeck::tui::message::PeopleReply::TokenMade {
        person: someone,
        result: Ok(Secret::new("kdu_made")),
    });
    assert!(waits(&talk).is_empty());
    talk.answer_people(Ok(vec![person(4, "nina@acme.example", Role::Support, 12)]));
    assert!(matches!(talk.app.over.last(), Some(Modal::NewSecret(_))));
}

#[test]
fn other_screens_wait_for_their_rows_too() {
    let mut talk = at_nord();
    talk.press("Pv");
    assert_eq!(talk.app.screen, Screen::Projects);
    assert!(talk.app.over.is_empty() && waits(&talk).contains("server"));
    let mut projects = crate::common::lists::some_projects();
    talk.answer_list_of_projects(Ok(projects.clone()));
    assert!(format!("{:?}", talk.app.over.last()).contains("Storefront"));
    talk.press("<Esc>/empty<Enter>d<Tab><Enter>");
    for _ in 0..4 {
        talk.answer_list_of_projects(Ok(projects.clone()));
    }
    assert!(talk.app.over.is_empty());
    talk.answer_list_of_projects(Ok(vec![projects.remove(2)]));
    let top = format!("{:?}", talk.app.over.last());
    assert!(
        top.contains("Empty shelf") && top.contains("focus: Some(0)"),
        "{top}"
    );

    let mut talk = Talk::people(120, 36, some_people());
    talk.press("/nina<Enter>d");
    assert!(talk.app.over.is_empty());
    talk.answer_people(Ok(vec![person(4, "nina@acme.example", Role::Support, 12)]));
    let top = format!("{:?}", talk.app.over.last());
    assert!(
        top.starts_with("Some(Removal") && top.contains("nina@acme.example"),
        "{top}"
    );
}

#[test]
fn a_project_is_named_when_it_is_no_longer_in_the_list() {
    let mut talk = at_nord();
    talk.press("P");
    let projects = crate::common::lists::some_projects();
    talk.answer_list_of_projects(Ok(projects.clone()));
    talk.press("<Down><Down>d<Tab><Enter>");
    let (task, _) = talk.project_change();
    assert_eq!(task, ProjectTask::Remove(projects[2].id));
    talk.press("/kiosk<Enter>");
    for _ in 0..4 {
        talk.answer_list_of_projects(Ok(projects.clone()));
    }
    talk.answer_list_of_projects(Ok(vec![projects[1].clone()]));
    talk.answer_change(task, Ok(None));
    assert!(talk.notice().contains("“Empty shelf”"), "{}", talk.notice());
}

#[test]
fn the_picker_of_projects_takes_what_was_typed_and_not_what_is_shown_of_before() {
    for leave in ["<Tab>", "<Enter>"] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.press("nShop<Tab>sto");
        talk.answer_projects("sto", vec![project(49, "Stock room"), project(50, "Storefront")]);
        talk.press("ref").press(leave).press("https://a.example<C-s>");
        assert!(talk.effects.iter().all(|e| !matches!(e, Effect::Create { .. })));
        talk.answer_projects("storef", vec![project(50, "Storefront")]);
        let fields = talk.expect("Create", |e| match e {
            Effect::Create { fields, .. } => Some(fields.clone()),
            _ => None,
        });
        assert_eq!(fields.project, Some(Uuid::from_u128(50)), "{leave}");
        assert_eq!(fields.ui_domains.unwrap_or_default(), ["https://a.example"]);
    }
}

#[test]
fn a_new_project_that_was_typed_ahead_is_taken_and_made_only_when_the_form_is_sent() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("nShop<Tab>Storefrnt<Enter>https://a.example");
    talk.answer_projects("Storefrnt", Vec::new());
    let makes_one = |talk: &Talk| {
        let mut effects = talk.effects.iter();
        effects.any(|e| matches!(e, Effect::CreateProject { .. }))
    };
    assert!(!makes_one(&talk));
    let Some(Modal::Form(form)) = talk.app.over.last() else {
        panic!("no form")
    };
    let picker = form.project().unwrap();
    assert_eq!((picker.new_name(), picker.chosen()), (Some("Storefrnt"), None));
    // What was typed meanwhile is in the next field, and nothing is wrong with the project.
    assert_eq!(
        form.key_fields().ui_domains.unwrap_or_default(),
        ["https://a.example"]
    );
    assert_eq!(form.form.errors.about("project"), None);
    talk.press("<Esc><Tab><Enter>");
    assert!(talk.app.over.is_empty() && !makes_one(&talk), "it was left");
}

#[test]
fn keys_go_to_the_one_who_was_typed_and_never_to_one_who_was_shown_before() {
    let mut talk = Talk::people(120, 36, some_people());
    talk.press("<Down><Down>d").answer_holding(Ok(holding(2, 2)));
    talk.press("<Tab><Enter>");
    talk.answer_successors(some_people());
    talk.press("omar<Enter>");
    assert!(
        matches!(talk.app.over.last(), Some(Modal::Successors(_)))
            && talk.notice().contains("Still searching")
    );
    for _ in 0..4 {
        talk.answer_successors(vec![person(5, "omar@acme.example", Role::Analytics, 0)]);
    }
    talk.press("<Enter>");
    let top = format!("{:?}", talk.app.over.last());
    assert!(
        top.contains("Question") && top.contains("omar@acme.example"),
        "{top}"
    );
}

//! Adding and renaming projects.

use keydeck::api::{ProblemType, Project};
use keydeck::client::Error;
use keydeck::model::FieldError;
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::ProjectTask;
use keydeck::tui::state::list::Fetch;
use uuid::Uuid;

use crate::common::lists::*;
use crate::common::talk::*;
use crate::projects::{asks_the_server, open_sheet, projects, selected, showing};

#[test]
fn a_project_is_added_deployed_or_not_and_then_selected() {
    let mut talk = projects();
    talk.press("nPop-up<Tab><Right><C-s>");
    let (task, change) = talk.project_change();
    assert_eq!(change, "add Pop-up deployed=false");
    let new = project(60, "Pop-up");
    talk.answer_change(task, Ok(Some(new.clone())));
    assert!(talk.app.over.is_empty());
    let mut all = some_projects();
    all.insert(2, new);
    talk.answer_list_of_projects(Ok(all));
    assert_eq!(
        (selected(&talk), talk.notice()),
        ("Pop-up", "Created the project “Pop-up”.")
    );
}

#[test]
fn what_is_typed_survives_every_refusal() {
    let mut talk = projects();
    talk.press("n<C-s>");
    assert!(!asks_the_server(&talk), "a project needs a name");
    talk.press("Storefront<C-s>");
    let (task, _) = talk.project_change();
    let mut taken = problem(ProblemType::Invalid, 422, "");
    taken.errors = vec![FieldError {
        field: "name".into(),
        message: "There is already a project with this name; choose another one.".into(),
    }];
    talk.answer_change(task, Err(Error::Refused(Box::new(taken))));
    let sheet = open_sheet(&talk);
    assert_eq!(sheet.form.value("name"), "Storefront");
    assert!(
        sheet
            .form
            .error_under(0)
            .is_some_and(|e| e.contains("choose another"))
    );
    talk.press(" 2<C-s>");
    let (task, change) = talk.project_change();
    assert_eq!(change, "add Storefront 2 deployed=true");
    talk.answer_change(task, Err(offline()));
    let sheet = open_sheet(&talk);
    assert_eq!(
        (sheet.form.value("name"), sheet.form.sending),
        ("Storefront 2", false)
    );
    assert!(
        sheet
            .form
            .banner
            .as_deref()
            .is_some_and(|e| e.contains("connection refused"))
    );
}

#[test]
fn a_project_is_renamed_where_it_stands() {
    let mut talk = projects();
    talk.press("e<C-s>");
    assert_eq!(talk.notice(), "Nothing was changed.");
    talk.press("e 2<C-s>");
    let (task, change) = talk.project_change();
    assert_eq!(
        (task, change.as_str()),
        (ProjectTask::Rename(Uuid::from_u128(50)), "rename Storefront 2")
    );
    let renamed = project(50, "Storefront 2");
    talk.answer_change(task, Ok(Some(renamed)));
    assert_eq!(selected(&talk), "Storefront 2");
    assert_eq!(talk.notice(), "Renamed the project to “Storefront 2”.");
}

/// 150 projects, of which the first page is `a100` to `a199`.
fn many_projects() -> Vec<Project> {
    let may = some_projects()[0].may;
    let named = |n: u128| Project {
        may,
        ..project(n, &format!("a{n}"))
    };
    (100..250).map(named).collect()
}

fn all_loaded() -> Talk {
    let many = many_projects();
    let mut talk = showing(many[..100].to_vec());
    talk.press("G").answer_list_of_projects(Ok(many[100..].to_vec()));
    talk.effects.clear();
    talk
}

#[test]
fn what_was_added_or_renamed_is_found_however_far_down_it_stands() {
    for (keys, id) in [("nZzz<C-s>", 999), ("e<BS><BS><BS><BS>Zzz<C-s>", 249)] {
        let mut talk = all_loaded();
        talk.press("G").press(keys);
        let (task, _) = talk.project_change();
        talk.effects.clear();
        talk.answer_change(task, Ok(Some(project(id, "Zzz"))));
        let many = many_projects();
        let (fetch, _) = talk.answer_list_of_projects(Ok(many[..100].to_vec()));
        assert_eq!(fetch, Fetch::Start);
        let mut rest = many[100..149].to_vec();
        rest.push(project(id, "Zzz"));
        let (fetch, _) = talk.answer_list_of_projects(Ok(rest));
        assert_eq!(fetch, Fetch::More);
        assert_eq!(
            (selected(&talk), talk.app.projects.list.total()),
            ("Zzz", Some(150))
        );
    }
}

#[test]
fn a_filter_that_would_hide_what_was_added_is_cleared() {
    let mut talk = projects();
    talk.press("/sto<Enter>")
        .answer_list_of_projects(Ok(some_projects()[..1].to_vec()));
    talk.press("nZzz<C-s>").effects.clear();
    talk.answer_change(ProjectTask::Add, Ok(Some(project(999, "Zzz"))));
    let (_, query) = talk.answer_list_of_projects(Ok(vec![project(999, "Zzz")]));
    assert_eq!((query.q, selected(&talk)), (None, "Zzz"));
}

#[test]
fn a_sheet_waits_for_its_answer_and_is_sent_once() {
    let mut talk = projects();
    talk.press("nPop-up<C-s><C-s><Enter><Esc><Tab><Enter>");
    assert!(matches!(talk.app.over[..], [Modal::Sheet(_)]) && open_sheet(&talk).form.sending);
    let (task, _) = talk.project_change();
    assert!(!asks_the_server(&talk));
    talk.answer_change(task, Err(offline()));
    talk.press("<Esc><Right><Enter>");
    assert!(talk.app.over.is_empty(), "it can be left again");
}

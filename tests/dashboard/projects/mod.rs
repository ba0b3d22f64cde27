//! The pure ring: the screen of projects.

mod naming;
mod session_servers;

use crate::common::lists::*;
use crate::common::talk::*;
use keydeck::api::{KeyEvent, KeyEventKind, ProblemType, Project, ProjectMay};
use keydeck::tui::dialogs::{Modal, Sheet};
use keydeck::tui::keymap::Action;
use keydeck::tui::message::{Effect, Message, ProjectRequest};
use keydeck::tui::state::Screen;
use keydeck::tui::state::list::Fetch;
use uuid::Uuid;

/// On the screen of projects, as Owner.
fn projects() -> Talk {
    showing(some_projects())
}

fn showing(projects: Vec<Project>) -> Talk {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("P");
    talk.answer_list_of_projects(Ok(projects));
    talk.effects.clear();
    talk
}

fn selected(talk: &Talk) -> &str {
    let project = talk.app.projects.list.selected();
    project.map_or("", |project| project.name.as_str())
}

fn question(talk: &Talk) -> &str {
    match talk.app.over.last() {
        Some(Modal::Question(question)) => &question.text,
        other => panic!("no question: {other:?}"),
    }
}

fn open_sheet(talk: &Talk) -> &Sheet {
    match talk.app.over.last() {
        Some(Modal::Sheet(sheet)) => sheet,
        other => panic!("no sheet: {other:?}"),
    }
}

fn asks_the_server(talk: &Talk) -> bool {
    let is_change = |e: &Effect| matches!(e, Effect::Projects(ProjectRequest::Do { .. }));
    talk.effects.iter().any(is_change)
}

// Finding.

#[test]
fn the_filter_asks_by_name_or_id_and_esc_goes_from_the_filter_to_the_keys() {
    let mut talk = projects();
    talk.press("/sto<Enter>");
    talk.effects.drain(..2);
    let (fetch, query) = talk.answer_list_of_projects(Ok(some_projects()[..1].to_vec()));
    assert_eq!((fetch, query.q.as_deref()), (Fetch::Start, Some("sto")));
    talk.press("<Esc>");
    assert_eq!(talk.answer_list_of_projects(Ok(some_projects())).1.q, None);
    talk.press("<Esc>");
    assert_eq!(talk.app.screen, Screen::Keys);
}

#[test]
fn more_projects_load_ahead_of_the_scroll() {
    let many = |from: u128| (from..from + 100).map(|n| project(n, &format!("Project {n}")));
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("P");
    talk.answer_list_of_projects(Ok(many(1_000).collect()));
    talk.press("<PgDn><PgDn><PgDn>");
    let (fetch, query) = talk.answer_list_of_projects(Ok(many(1_100).collect()));
    assert_eq!((fetch, query.after), (Fetch::More, Some(Uuid::from_u128(1_099))));
    talk.press("G");
    assert_eq!(selected(&talk), "Project 1199");
}

#[test]
fn the_keys_of_a_project_are_the_table_filtered_by_it_and_esc_shows_all_again() {
    let mut talk = projects();
    talk.press("jo");
    assert_eq!(talk.app.screen, Screen::Keys);
    let (_, _, list) = talk.page_question();
    assert_eq!(list.project, Some(Uuid::from_u128(51)));
    let filter = talk.expect("LoadCounts", |effect| match effect {
        Effect::LoadCounts { filter, .. } => Some(filter.clone()),
        _ => None,
    });
    assert_eq!(filter.project, Some(Uuid::from_u128(51)));
    talk.press("1");
    assert_eq!(
        talk.page_question().2.project,
        Some(Uuid::from_u128(51)),
        "a scope narrows it further"
    );
    talk.press("<Esc>");
    let (_, _, list) = talk.page_question();
    assert_eq!((list.project, list.scope), (None, None));
}

// Deploying.

#[test]
fn undeploying_asks_first_and_says_what_stops() {
    let mut talk = projects();
    talk.press("p");
    assert_eq!(
        question(&talk),
        "Undeploy “Storefront”? From then on its 1284 keys can't connect, and none can be created."
    );
    talk.press("<Enter>");
    assert!(
        talk.app.over.is_empty() && !asks_the_server(&talk),
        "Cancel has the focus"
    );
    talk.press("p<Tab><Enter>");
    let (task, change) = talk.project_change();
    assert_eq!(change, "undeploy");
    let mut undeployed = some_projects().remove(0);
    undeployed.deployed = false;
    talk.answer_change(task, Ok(Some(undeployed)));
    let project = talk.app.projects.list.selected().expect("selected");
    assert!(!project.deployed);
    assert!(talk.notice().contains("can't connect"));
    talk.press("p");
    assert_eq!(talk.project_change().1, "deploy", "which needs no question");
}

// Removing.

#[test]
fn a_project_without_keys_is_removed_after_a_question_that_names_it() {
    let mut talk = projects();
    talk.press("Gd");
    assert!(question(&talk).contains("“Empty shelf”"));
    talk.press("<Right><Enter>");
    let (task, change) = talk.project_change();
    assert_eq!(change, "remove");
    talk.answer_change(task, Ok(None));
    assert_eq!(talk.notice(), "Removed the project “Empty shelf”.");
    assert_eq!(talk.app.projects.list.items().len(), 2);
}

#[test]
fn a_project_with_keys_is_not_offered_for_removal_and_says_why() {
    let mut talk = projects();
    assert!(!talk.app.can(Action::Remove));
    talk.press("jd");
    assert_eq!(
        talk.notice(),
        "“Kiosk, Auckland 🥝” has 3 active or expired keys: revoke them first; Enter shows them, and with the filter expired those."
    );
    assert!(talk.app.over.is_empty());
}

#[test]
fn a_refused_removal_is_a_sentence_and_the_list_is_asked_again() {
    let mut talk = projects();
    talk.press("Gd<Tab><Enter>");
    let (task, _) = talk.project_change();
    let why = "This project has 1 active key; revoke it first.";
    talk.answer_change(task, Err(refused(ProblemType::InUse, 409, why)));
    assert_eq!(talk.notice(), why);
    talk.answer_list_of_projects(Ok(some_projects()));
}

// Who may what.

#[test]
fn what_is_not_allowed_is_not_offered_and_says_why_when_it_is_tried() {
    let mut me = owner();
    me.may.create_projects = false;
    let mut others = some_projects();
    for project in &mut others {
        project.may = ProjectMay::default();
        project.session_server = None;
    }
    let mut talk = Talk::with_keys(some_keys(10));
    talk.tell(Message::Me(Ok(me))).press("P");
    talk.answer_list_of_projects(Ok(others));
    let not = [
        Action::Create,
        Action::Edit,
        Action::Deploy,
        Action::Remove,
        Action::SetSessionServer,
        Action::RemoveSessionServer,
    ];
    for (action, key) in not.into_iter().zip(["n", "e", "p", "d", "v", "V"]) {
        assert!(!talk.app.can(action), "{action:?}");
        talk.app.notice = None;
        talk.press(key);
        assert!(
            talk.app.over.is_empty() && !talk.notice().is_empty(),
            "{action:?}"
        );
    }
    assert!(!asks_the_server(&talk));
    assert!(talk.app.can(Action::ItsKeys));
}

#[test]
fn a_read_only_profile_offers_no_change() {
    let mut talk = projects();
    talk.app.deck.read_only = true;
    for key in ["n", "e", "p", "v", "V", "d"] {
        talk.press(key);
        assert!(
            talk.app.over.is_empty() && talk.notice().contains("read-only"),
            "{key}"
        );
    }
    assert!(!talk.app.can(Action::Deploy) && talk.app.can(Action::ItsKeys));
}

// Others' changes.

#[test]
fn bursts_of_events_become_one_question_and_the_selection_stays() {
    let mut talk = projects();
    talk.press("j");
    let event = KeyEvent {
        kind: KeyEventKind::Created,
        key: Uuid::from_u128(9),
    };
    for _ in 0..50 {
        talk.tell(Message::Deck(event.clone()));
    }
    let mut now = some_projects();
    now.insert(0, project(40, "Arcade"));
    talk.answer_list_of_projects(Ok(now.clone()));
    assert_eq!(selected(&talk), "Kiosk, Auckland 🥝");
    talk.answer_list_of_projects(Ok(now));
    let is_question = |e: &Effect| matches!(e, Effect::Projects(_));
    assert!(
        !talk.effects.iter().any(is_question),
        "one more, for what came meanwhile"
    );
}

#[test]
fn a_lost_connection_keeps_the_projects_and_tells_why() {
    let mut talk = projects();
    talk.press("r");
    talk.answer_list_of_projects(Err(offline()));
    assert_eq!(talk.app.projects.list.items().len(), 3);
    assert!(talk.notice().contains("connection refused"));
    talk.tell(Message::Connected);
    let (fetch, _) = talk.answer_list_of_projects(Ok(some_projects()));
    assert_eq!(fetch, Fetch::Start);
}

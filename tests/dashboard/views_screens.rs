//! The drawn ring: the screens of projects and of activity, at several sizes.

use crate::common::draw::*;
use crate::common::lists::*;
use crate::common::talk::*;
use keydeck::api::{ActivityAction, ActivityPage, KeyPage, ProblemType, Project};
use keydeck::client::Error;
use keydeck::model::{FieldErrors, LeakSource, Scope, Secret};
use keydeck::tui::message::Message;
use serde_json::json;
use strum::IntoEnumIterator;

/// One snapshot a size, named after the screen.
fn snapshots(screen: &str, lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::sized(width, height, some_keys(60));
        lead_to(&mut talk);
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

fn projects(talk: &mut Talk, result: Result<Vec<Project>, Error>, keys: &str) {
    talk.press("P");
    talk.answer_list_of_projects(result);
    talk.press(keys);
}

fn activity(talk: &mut Talk, result: Result<ActivityPage, Error>, keys: &str) {
    talk.press("A");
    talk.answer_activity(result);
    talk.press(keys);
}

fn ours() -> Result<ActivityPage, Error> {
    log(varied_rows(), false)
}

#[test]
fn what_is_long_can_be_read_whole_in_the_details() {
    let email = "somebody.with.an.address.as.long.as.addresses.may.well.become@subsidiary.acme.example";
    let name = "Storefront".repeat(10);
    let somebody = person(7, email);
    let long = Project {
        creator: somebody.clone(),
        ..project(53, &name)
    };
    let mut talk = Talk::with_keys(Vec::new());
    projects(&mut talk, Ok(vec![long]), "");
    assert!(details(&talk).contains(email) && details(&talk).contains(&name));

    let mut row = row(1, ActivityAction::ProjectCreated, &name);
    row.actor = Some(somebody.clone());
    let mut talk = Talk::with_keys(Vec::new());
    activity(&mut talk, log(vec![row], false), "");
    assert!(details(&talk).contains(email) && details(&talk).contains(&name));

    let mut key = key(1, &name, Scope::Web);
    key.creator = somebody;
    if let Some(project) = &mut key.project {
        project.name = "Shopfront".repeat(10);
    }
    let talk = Talk::with_keys(vec![key]);
    assert!(details(&talk).contains(email) && details(&talk).contains(&name));
    assert!(details(&talk).contains(&"Shopfront".repeat(10)));
}

#[test]
fn projects_as_an_owner_sees_them() {
    snapshots("projects", |talk| projects(talk, Ok(some_projects()), ""));
    snapshots("project_details", |talk| {
        projects(talk, Ok(some_projects()), "<Enter>")
    });
    snapshots("project_not_deployed", |talk| {
        projects(talk, Ok(some_projects()), "j<Enter>")
    });
}

#[test]
fn projects_of_those_who_may_not_see_session_servers() {
    snapshots("projects_of_editor", |talk| {
        let mut own = some_projects();
        for project in &mut own {
            project.may.session_server = false;
            project.session_server = None;
        }
        projects(talk, Ok(own), "");
    });
}

#[test]
fn the_sheets_and_questions_of_a_project() {
    snapshots("project_new", |talk| {
        projects(talk, Ok(some_projects()), "nPop-up<Tab>")
    });
    snapshots("project_new_refused", |talk| {
        projects(talk, Ok(some_projects()), "nStorefront<C-s>");
        let (task, _) = talk.project_change();
        let taken = "There is already a project with this name; choose another one.";
        let mut invalid = problem(ProblemType::Invalid, 422, "");
        invalid.errors = FieldErrors::one("name", taken).0;
        talk.answer_change(task, Err(Error::Refused(Box::new(invalid))));
    });
    snapshots("session_server", |talk| {
        projects(talk, Ok(some_projects()), "v<Tab><Tab>canary-of-a-private-key");
        assert!(!drawn(talk).contains("canary"));
    });
    snapshots("undeploy", |talk| projects(talk, Ok(some_projects()), "p"));
    snapshots("remove_project", |talk| {
        projects(talk, Ok(some_projects()), "Gd<Tab>")
    });
}

#[test]
fn no_projects_for_whatever_reason() {
    snapshots("projects_empty", |talk| projects(talk, Ok(Vec::new()), ""));
    snapshots("projects_no_match", |talk| {
        projects(talk, Ok(some_projects()), "/zzz<Enter>");
        for _ in 0..3 {
            talk.answer_list_of_projects(Ok(Vec::new()));
        }
    });
    snapshots("projects_loading", |talk| {
        talk.press("P");
    });
    snapshots("projects_offline", |talk| projects(talk, Err(offline()), ""));
    let why = "Your role doesn't see projects; ask an Owner.";
    snapshots("projects_refused", |talk| {
        projects(talk, Err(refused(ProblemType::Forbidden, 403, why)), "");
    });
}

#[test]
fn the_keys_of_a_project() {
    snapshots("keys_of_project", |talk| {
        projects(talk, Ok(some_projects()), "o");
        talk.answer_counts(counts(&some_keys(3)));
        talk.answer_page(Ok(page(some_keys(3))));
    });
    snapshots("no_keys_of_project", |talk| {
        projects(talk, Ok(some_projects()), "Go");
        talk.answer_counts(counts(&[]));
        talk.answer_page(Ok(KeyPage::default()));
    });
}

#[test]
fn the_activity_log() {
    snapshots("activity", |talk| activity(talk, ours(), ""));
    snapshots("activity_details", |talk| activity(talk, ours(), "j<Enter>"));
    snapshots("activity_filtered", |talk| {
        activity(talk, ours(), "w");
        talk.answer_activity(log(varied_rows(), false));
        talk.press("tkey rev<Enter>");
        talk.answer_activity(log(varied_rows()[2..3].to_vec(), false));
    });
    snapshots("activity_actions", |talk| activity(talk, ours(), "tkey"));
}

#[test]
fn no_activity_for_whatever_reason() {
    snapshots("activity_empty", |talk| {
        activity(talk, log(Vec::new(), false), "")
    });
    snapshots("activity_no_match", |talk| {
        activity(talk, ours(), "tkey revealed<Enter>");
        talk.answer_activity(log(Vec::new(), false));
    });
    snapshots("activity_loading", |talk| {
        talk.press("A");
    });
    snapshots("activity_offline", |talk| activity(talk, Err(offline()), ""));
}

#[test]
fn the_details_of_a_key_end_with_its_newest_activity() {
    snapshots("key_activity", |talk| {
        talk.press("j<Enter>").rest();
        talk.answer_key_activity(Ok(varied_rows()[..4].to_vec()));
        talk.press("<PgDn><PgDn>");
    });
    snapshots("key_activity_unknown", |talk| {
        talk.press("j<Enter>").rest();
        talk.answer_key_activity(Err(offline()));
        talk.press("<PgDn><PgDn>");
    });
}

#[test]
fn activity_in_the_details_is_told_whole() {
    for action in ActivityAction::iter() {
        let mut done = row(1, action, "Checkout assistant");
        done.actor = Some(person(1, LeakSource::Holder.name()));
        let mut talk = Talk::sized(120, 36, some_keys(3));
        talk.press("j").rest();
        talk.answer_key_activity(Ok(vec![done]));
        let said = format!("{} {}", LeakSource::Holder.name(), action.words());
        let said = said.replace(' ', "");
        assert!(details(&talk).contains(&said), "{said}: {}", details(&talk));
    }
}

#[test]
fn a_key_of_a_project_that_is_not_deployed_says_that_it_refuses() {
    for (width, height) in SIZES {
        let mut key = key(1, "Checkout assistant", Scope::Web);
        key.project.as_mut().expect("Web").deployed = false;
        let mut talk = Talk::sized(width, height, vec![key]);
        talk.press("<Enter>");
        insta::assert_snapshot!(format!("key_not_deployed_{width}x{height}"), drawn(&talk));
    }
}

/// The states that the next tests put the screens in.
const PROJECT_KEYS: [&str; 9] = ["", "<Enter>", "/x", "n", "e", "v<Tab><Tab>secret", "p", "?", ":"];
const ACTIVITY_KEYS: [&str; 5] = ["", "<Enter>", "tkey", "?", ":"];

#[test]
fn no_size_is_too_small_or_too_odd() {
    let sizes = (0..=40).flat_map(|width| (0..=12).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(1, 60), (300, 1), (99, 24), (100, 24), (300, 100)]) {
        for keys in PROJECT_KEYS {
            let mut talk = Talk::sized(width, height, some_keys(3));
            projects(&mut talk, Ok(some_projects()), keys);
            drawn(&talk);
        }
        for keys in ACTIVITY_KEYS {
            let mut talk = Talk::sized(width, height, some_keys(3));
            activity(&mut talk, ours(), keys);
            drawn(&talk);
        }
    }
}

#[test]
fn names_from_outside_are_text_and_never_terminal_control() {
    let hostile = "a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}2J\u{e0041}\u{2028}e\u{7}";
    let mut project = some_projects().remove(0);
    project.name = hostile.into();
    project.creator.email = hostile.into();
    if let Some(server) = &mut project.session_server {
        server.url = hostile.into();
        server.key_name = hostile.into();
    }
    for keys in ["", "<Enter>", "e", "v", "p", "d", "o"] {
        let mut talk = Talk::sized(120, 36, some_keys(3));
        projects(&mut talk, Ok(vec![project.clone()]), keys);
        talk.answer_page(Ok(KeyPage::default()));
        assert_eq!(hazard(&drawn(&talk)), None, "{keys}");
    }
    let mut row = row(1, ActivityAction::KeyEdited, hostile);
    row.actor = Some(person(1, hostile));
    row.changes = json!({ hostile: [hostile, hostile], "ui_domains": [[hostile], []], "name": hostile });
    for keys in ["", "<Enter>", "w"] {
        let mut talk = Talk::sized(120, 36, some_keys(3));
        activity(&mut talk, log(vec![row.clone()], false), keys);
        assert_eq!(hazard(&drawn(&talk)), None, "{keys}");
    }
    let mut talk = Talk::sized(120, 36, some_keys(3));
    talk.press("j").rest();
    talk.answer_key_activity(Ok(vec![row]));
    talk.tell(Message::Paste(Secret::new(hostile)));
    assert_eq!(hazard(&drawn(&talk)), None);
}

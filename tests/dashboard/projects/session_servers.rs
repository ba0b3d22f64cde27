//! Where the keys of a project connect.

use keydeck::model::Secret;
use keydeck::tui::message::Message;
use keydeck::tui::state::list::Fetch;

use crate::common::lists::*;
use crate::projects::{asks_the_server, open_sheet, projects, question};

#[test]
fn a_private_key_is_never_shown_and_goes_only_to_the_server() {
    let mut talk = projects();
    talk.press("jvwss://new.acme.example<Tab>kiosk<Tab>s3cret");
    talk.tell(Message::Paste(Secret::new("-canary-kY7w2Qz0pLx9sd7Hf2Jr4Vn8\n")));
    assert!(!format!("{:?}", talk.app).contains("canary") && !format!("{:?}", talk.app).contains("s3cret"));
    talk.press("<C-s>");
    assert!(!format!("{:?}", talk.effects).contains("canary"));
    let (task, change) = talk.project_change();
    assert_eq!(
        change,
        "set wss://new.acme.example kiosk s3cret-canary-kY7w2Qz0pLx9sd7Hf2Jr4Vn8"
    );
    talk.answer_change(task, Ok(Some(some_projects().remove(1))));
    assert!(talk.app.over.is_empty() && !talk.notice().contains("canary"));
}

#[test]
fn what_can_be_no_session_server_is_said_beside_its_field_and_never_sent() {
    let mut talk = projects();
    talk.press("jvhttp://sessions.acme.example<Tab>kiosk<Tab>two words<C-s>");
    assert!(!asks_the_server(&talk));
    let sheet = open_sheet(&talk);
    let wrong = sheet.form.errors.0.iter();
    let wrong: Vec<_> = wrong.map(|error| error.field.as_str()).collect();
    assert_eq!((wrong, sheet.form.focus), (vec!["url", "private_key"], 0));
}

#[test]
fn an_empty_private_key_keeps_the_one_that_is_set() {
    let mut talk = projects();
    talk.press("v<Tab>-b<C-s>");
    let set = "set wss://sessions.acme.example/storefront storefront-2026-b kept";
    assert_eq!(talk.project_change().1, set);
}

#[test]
fn a_session_server_is_removed_only_after_a_question_that_says_what_stops() {
    let mut talk = projects();
    talk.press("V");
    assert!(question(&talk).contains("its 1284 keys can't connect"));
    talk.press("<Tab><Enter>");
    let (task, change) = talk.project_change();
    assert_eq!(change, "remove session server");
    talk.answer_change(task, Ok(None));
    assert_eq!(
        talk.notice(),
        "“Storefront” no longer has a session server. Its keys can't connect."
    );
    let (fetch, _) = talk.answer_list_of_projects(Ok(some_projects()));
    assert_eq!(fetch, Fetch::Refresh, "the list tells that it is gone");
    talk.press("jV");
    assert_eq!(talk.notice(), "“Kiosk, Auckland 🥝” has no session server.");
}

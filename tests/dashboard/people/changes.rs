//! Adding a person, changing a role, and making a new sign-in token.

use keydeck::api::{NewUser, Part, ProblemType};
use keydeck::client::Error;
use keydeck::model::{FieldError, Role, Secret};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::{Effect, Message, PeopleReply, PeopleRequest, Route};
use uuid::Uuid;

use crate::common::people::*;
use crate::common::talk::*;
use crate::people::{new_person, sends_to_people, sheet, showing_people};

#[test]
fn a_person_is_added_and_their_token_is_shown_once_and_copied() {
    let mut talk = showing_people();
    talk.press("n lena@acme.example <Tab><Left><Left><C-s>");
    let new = talk.request("add", |request| match request {
        PeopleRequest::Add { new } => Some(new.clone()),
        _ => None,
    });
    let wanted = NewUser {
        email: "lena@acme.example".into(),
        role: Role::Support,
    };
    assert_eq!(new, wanted);
    talk.reply(PeopleReply::Added(Ok(new_person())));
    assert!(matches!(talk.app.over.last(), Some(Modal::NewSecret(_))));
    talk.press("c");
    let (subject, secret) = talk.expect("Copy", |effect| match effect {
        Effect::Copy { subject, secret } => Some((subject.clone(), secret.clone())),
        _ => None,
    });
    assert_eq!(
        (subject.name.as_str(), secret.expose()),
        ("lena@acme.example", "kdu_secret")
    );
    talk.press("<Esc>");
    assert!(
        matches!(talk.app.over.last(), Some(Modal::Question(_))),
        "it would be lost"
    );
    talk.press("<Esc>").tell(Message::Copied {
        subject,
        route: Route::Clipboard,
    });
    talk.press("<Esc>");
    assert!(talk.app.over.is_empty());
    assert!(!format!("{:?}", talk.app).contains("kdu_secret"));
}

#[test]
fn who_was_added_is_selected_however_far_down_they_stand() {
    let mut talk = showing_people();
    talk.press("/omar<Enter>")
        .answer_people(Ok(some_people()[3..].to_vec()));
    talk.effects.clear();
    talk.press("nlena@acme.example<C-s>");
    talk.reply(PeopleReply::Added(Ok(new_person())));
    assert_eq!(talk.app.people.filter, "", "the filter would hide them");
    let first = (100..200).map(|n| person(n, &format!("a{n}@acme.example"), Role::Editor, 0));
    talk.answer_people(Ok(first.collect()));
    assert_ne!(talk.selected_email(), "lena@acme.example");
    let second = vec![person(9, "lena@acme.example", Role::Support, 0)];
    talk.answer_people(Ok(second));
    assert_eq!(talk.selected_email(), "lena@acme.example");
}

#[test]
fn what_is_wrong_with_a_new_person_stands_beside_the_field_and_nothing_typed_is_lost() {
    let mut talk = showing_people();
    talk.press("nlena<C-s>");
    assert!(sheet(&talk).form.error_under(0).is_some() && !sends_to_people(&talk));
    talk.press("@acme.example<C-s>");
    assert!(sheet(&talk).form.sending && sends_to_people(&talk));
    let mut taken = problem(ProblemType::Invalid, 422, "A field is wrong.");
    taken.errors = vec![FieldError {
        field: "email".into(),
        message: "There is a user with this address.".into(),
    }];
    talk.reply(PeopleReply::Added(Err(Error::Refused(Box::new(taken)))));
    let form = &sheet(&talk).form;
    assert_eq!(
        (form.value("email"), form.error_under(0)),
        ("lena@acme.example", Some("There is a user with this address."))
    );
    talk.press("<C-s>").reply(PeopleReply::Added(Err(offline())));
    assert!(sheet(&talk).form.banner.is_some());
    assert_eq!(sheet(&talk).form.fields[0].value(), "lena@acme.example");
}

// Roles and tokens.

#[test]
fn a_role_is_changed_and_the_list_shows_it_at_once() {
    let mut talk = showing_people();
    talk.press("e<Left><C-s>");
    let asked = talk.request("role", |request| match request {
        PeopleRequest::SetRole { id, role } => Some((*id, *role)),
        _ => None,
    });
    assert_eq!(asked, (Uuid::from_u128(3), Role::Analytics));
    let changed = person(3, "jonas@acme.example", Role::Analytics, 2).user;
    talk.reply(PeopleReply::RoleSet {
        id: changed.id,
        result: Ok(changed),
    });
    assert!(talk.app.over.is_empty());
    assert_eq!(
        talk.notice(),
        "jonas@acme.example is Analytics from their next request."
    );
    let selected = talk.app.people.list.selected().expect("still there");
    assert_eq!((selected.user.role, selected.keys), (Role::Analytics, 2));
    talk.answer_people(Ok(some_people()));
}

#[test]
fn the_last_owner_stays_one_and_the_sheet_says_why() {
    let mut talk = showing_people();
    talk.press("je<Right><C-s>");
    let why = "This is the last Owner; make someone else an Owner first.";
    talk.reply(PeopleReply::RoleSet {
        id: Uuid::from_u128(1),
        result: Err(refused(ProblemType::LastOwner, 409, why)),
    });
    assert_eq!(sheet(&talk).form.banner.as_deref(), Some(why));
    assert_eq!(sheet(&talk).form.value("role"), "Support");
}

#[test]
fn a_new_token_is_asked_about_first_and_shown_once() {
    let mut talk = showing_people();
    talk.press("t<Enter>");
    assert!(
        talk.app.over.is_empty() && !sends_to_people(&talk),
        "Cancel has the focus"
    );
    talk.press("t<Right><Enter>");
    let person = talk.request("token", |request| match request {
        PeopleRequest::NewToken { person } => Some(person.clone()),
        _ => None,
    });
    assert_eq!(person.email, "jonas@acme.example");
    talk.reply(PeopleReply::TokenMade {
        person,
        result: Ok(Secret::new("kdu_secret")),
    });
    assert!(matches!(talk.app.over.last(), Some(Modal::NewSecret(new)) if new.would_be_lost()));
    talk.press("<C-c>");
    assert!(!talk.app.is_quitting(), "quitting asks too");
}

/// A token for jonas was asked for, and comes when another layer is open.
fn answer_token(talk: &mut Talk) {
    let person = talk.request("token", |request| match request {
        PeopleRequest::NewToken { person } => Some(person.clone()),
        _ => None,
    });
    let result = Ok(Secret::new("kdu_secret"));
    talk.reply(PeopleReply::TokenMade { person, result });
}

fn shows_the_token(talk: &Talk) -> bool {
    matches!(talk.app.over.last(), Some(Modal::NewSecret(new)) if new.secret.is_some())
}

#[test]
fn a_token_stays_on_the_screen_when_what_lies_under_it_goes() {
    let mut talk = showing_people();
    talk.press("t<Right><Enter>je<Right><C-s><F1>");
    answer_token(&mut talk);
    talk.reply(PeopleReply::RoleSet {
        id: Uuid::from_u128(1),
        result: Ok(person(1, "mira@acme.example", Role::Support, 2).user),
    });
    assert!(
        shows_the_token(&talk) && talk.app.over.len() == 1,
        "{:?}",
        talk.app.over
    );

    let mut talk = showing_people();
    talk.press("t<Right><Enter>jd").answer_holding(Ok(holding(0, 0)));
    talk.press("<Right><Enter>");
    let (id, _) = talk.removal();
    answer_token(&mut talk);
    let gone = refused(ProblemType::NotFound, 404, "There is no such user.");
    talk.answer_removal(id, Err(gone));
    assert!(
        shows_the_token(&talk) && talk.app.over.len() == 1,
        "{:?}",
        talk.app.over
    );
}

#[test]
fn a_token_stays_on_the_screen_when_a_key_under_it_was_changed_by_someone_else() {
    let mut talk = showing_people();
    talk.press("t<Right><Enter>Kex<C-s>");
    answer_token(&mut talk);
    let key = talk.app.selected().expect("selected").clone();
    let mut changed = problem(ProblemType::Changed, 412, "Someone changed it.");
    changed.current = Some(Box::new(key.clone()));
    talk.tell(Message::Edited {
        id: key.id,
        result: Err(Error::Refused(Box::new(changed))),
    });
    assert!(shows_the_token(&talk));
    talk.press("<Esc><Right><Enter>");
    assert!(matches!(talk.app.over.last(), Some(Modal::Conflict(_))));
    talk.press("<Enter>");
    assert!(matches!(talk.app.over.last(), Some(Modal::Form(form)) if form.form.sending));
}

#[test]
fn what_changed_while_an_answer_was_on_its_way_is_asked_for_though_that_failed() {
    let mut talk = showing_people();
    for _ in 0..2 {
        talk.tell(Message::Changed(Part::People));
    }
    talk.answer_people(Err(offline()));
    assert!(talk.notice().contains("connection refused"));
    talk.answer_people(Ok(some_people()[..1].to_vec()));
    assert_eq!(talk.app.people.list.total(), Some(1));
}

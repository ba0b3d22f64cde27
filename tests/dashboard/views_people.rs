//! The drawn ring: people, their dialogs, and whose keys are shown, at several sizes.

use crate::common::draw::*;
use crate::common::people::*;
use crate::common::talk::*;
use keydeck::api::{CreatedUser, KeyPage, Person, ProblemType};
use keydeck::client::Error;
use keydeck::model::{FieldError, Role, Scope, Secret};
use keydeck::tui::message::{Message, NamedId, PeopleReply, Route};

/// One snapshot a size, named after the screen.
fn snapshots(screen: &str, lead_to: impl Fn(&mut Talk)) {
    for (width, height) in SIZES {
        let mut talk = Talk::people(width, height, varied_people());
        lead_to(&mut talk);
        insta::assert_snapshot!(format!("{screen}_{width}x{height}"), drawn(&talk));
    }
}

fn varied_people() -> Vec<Person> {
    let mut people = some_people();
    people.push(person(6, "受付@キオスク.example", Role::Editor, 1));
    people.push(person(
        7,
        "somebody.with.an.address.as.long.as.addresses.may.well.become@subsidiary.acme.example",
        Role::Support,
        31,
    ));
    people
}

fn token() -> PeopleReply {
    PeopleReply::Added(Ok(CreatedUser {
        user: person(9, "lena@acme.example", Role::Support, 0).user,
        token: Some(Secret::new("kdu_not-a-real-token")),
    }))
}

#[test]
fn a_long_address_can_be_read_whole() {
    let mut talk = Talk::people(120, 36, varied_people());
    talk.press("G");
    assert!(details(&talk).contains(&varied_people()[5].user.email));
}

#[test]
fn people_as_an_owner_sees_them() {
    snapshots("people", |_| {});
    snapshots("person_details", |talk| {
        talk.press("jj<Enter>");
    });
    snapshots("person_is_you", |talk| {
        talk.press("j<Enter>");
    });
    snapshots("people_help", |talk| {
        talk.press("?");
    });
}

#[test]
fn nobody_for_whatever_reason() {
    let answers: [(&str, Result<Vec<Person>, Error>); 3] = [
        ("people_no_match", Ok(Vec::new())),
        ("people_offline", Err(offline())),
        (
            "people_refused",
            Err(refused(
                ProblemType::Forbidden,
                403,
                "Only an Owner manages users.",
            )),
        ),
    ];
    for (name, answer) in answers {
        for (width, height) in SIZES {
            let mut talk = Talk::sized(width, height, some_keys(3));
            talk.press("U/zo<Enter>").answer_people(answer.clone());
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), drawn(&talk));
        }
    }
    let mut talk = Talk::sized(80, 24, some_keys(3));
    talk.press("U");
    insta::assert_snapshot!("people_loading_80x24", drawn(&talk));
}

#[test]
fn adding_somebody_and_changing_a_role() {
    snapshots("person_add", |talk| {
        talk.press("n");
    });
    snapshots("person_add_errors", |talk| {
        talk.press("nlena@acme.example<Tab><C-s>");
        let mut taken = problem(ProblemType::Invalid, 422, "A field is wrong.");
        taken.errors = vec![FieldError {
            field: "email".into(),
            message: "There is a user with this address; change their role instead.".into(),
        }];
        talk.reply(PeopleReply::Added(Err(Error::Refused(Box::new(taken)))));
    });
    snapshots("person_role_refused", |talk| {
        talk.press("je<Right><C-s>");
        let why = "This is the last Owner; make someone else an Owner first.";
        let id = some_people()[1].user.id;
        let result = Err(refused(ProblemType::LastOwner, 409, why));
        talk.reply(PeopleReply::RoleSet { id, result });
    });
}

#[test]
fn a_sign_in_token_is_shown_once() {
    snapshots("person_token", |talk| {
        talk.reply(token());
        talk.tell(Message::Copied {
            subject: NamedId {
                id: person(9, "", Role::Support, 0).user.id,
                name: "lena@acme.example".into(),
            },
            route: Route::Clipboard,
        });
    });
    snapshots("person_new_token_question", |talk| {
        talk.press("jjt");
    });
}

#[test]
fn removing_somebody_shows_their_keys_first() {
    snapshots("removal_loading", |talk| {
        talk.press("d");
    });
    snapshots("removal_without_keys", |talk| {
        talk.press("d").answer_holding(Ok(holding(0, 0)));
        talk.press("<Right>");
    });
    snapshots("removal", |talk| {
        talk.press("jjd").answer_holding(Ok(holding(10, 1_012)));
        talk.press("<Right>");
    });
    snapshots("removal_of_oneself", |talk| {
        talk.press("jd").answer_holding(Ok(holding(2, 2)));
        talk.press("<Left><Enter>");
        let (id, _) = talk.removal();
        let why = "This is the last Owner; make someone else an Owner first.";
        talk.answer_removal(id, Err(refused(ProblemType::LastOwner, 409, why)));
    });
    snapshots("successors", |talk| {
        talk.press("jjd").answer_holding(Ok(holding(10, 12)));
        talk.press("<Right><Enter>")
            .answer_successors(varied_people())
            .press("a");
        talk.answer_successors(varied_people()).press("<Down>");
    });
    snapshots("heir_question", |talk| {
        talk.press("jjd").answer_holding(Ok(holding(10, 12)));
        talk.press("<Right><Enter>").answer_successors(varied_people());
        talk.press("<Down><Enter>");
    });
}

#[test]
fn whose_keys_are_shown() {
    let answered = |talk: &mut Talk, keys: Vec<keydeck::api::Key>| {
        let counts = counts(&keys);
        talk.answer_page(Ok(page(keys))).answer_counts(counts);
    };
    snapshots("keys_of_a_person", |talk| {
        talk.press("jjo");
        answered(talk, some_keys(12));
    });
    snapshots("mine", |talk| {
        talk.press("K");
        talk.effects.clear();
        talk.press("m");
        answered(talk, some_keys(5));
    });
    snapshots("none_of_mine", |talk| {
        talk.press("jjo1");
        talk.effects.clear();
        talk.press("m").answer_page(Ok(KeyPage::default()));
    });
}

#[test]
fn an_editor_is_shown_their_own_keys_and_offered_what_they_may() {
    for (width, height) in SIZES {
        for keys in ["", "?"] {
            let editor = signed_in_as(Role::Editor);
            let own = vec![key_seen_by(&editor, true, Scope::Web)];
            let mut talk = Talk::sized(width, height, own.clone());
            talk.tell(Message::Me(Ok(editor)));
            talk.answer_page(Ok(page(own))).press(keys);
            talk.app.notice = None;
            let what = if keys.is_empty() { "editor" } else { "editor_help" };
            insta::assert_snapshot!(format!("{what}_{width}x{height}"), drawn(&talk));
        }
    }
}

/// Every dialog of the screen, at this size.
fn every_dialog(width: u16, height: u16, people: &[Person]) -> Vec<Talk> {
    let open = |lead_to: &dyn Fn(&mut Talk)| {
        let mut talk = Talk::people(width, height, people.to_vec());
        lead_to(&mut talk);
        talk
    };
    let removing = |talk: &mut Talk| {
        talk.press("d").answer_holding(Ok(holding(10, 1_012)));
    };
    let mut talks: Vec<Talk> = ["", "<Enter>", "/x", "n", "e", "t", "d", "?", ":"]
        .into_iter()
        .map(|keys| {
            open(&|talk| {
                talk.press(keys);
            })
        })
        .collect();
    talks.push(open(&|talk| {
        talk.reply(token());
    }));
    talks.push(open(&removing));
    talks.push(open(&|talk| {
        removing(talk);
        talk.press("<Right><Enter>").answer_successors(people.to_vec());
    }));
    talks.push(open(&|talk| {
        removing(talk);
        talk.press("<Right><Enter>")
            .answer_successors(people.to_vec())
            .press("<Enter>");
    }));
    talks
}

#[test]
fn no_size_is_too_small_or_too_odd() {
    let sizes = (0..=40)
        .step_by(3)
        .flat_map(|width| (0..=12).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(1, 60), (300, 1), (99, 24), (100, 24), (300, 100)]) {
        for talk in every_dialog(width, height, &varied_people()) {
            drawn(&talk);
        }
    }
}

#[test]
fn addresses_from_outside_are_text_and_never_terminal_control() {
    let hostile = "a\u{1b}[31mb\u{202e}c\u{200b}d\u{9b}2J\u{e0041}\u{2028}e\u{7}@x";
    let people = [
        person(3, hostile, Role::Editor, 2),
        person(4, hostile, Role::Support, 2),
    ];
    let mut talks = every_dialog(120, 36, &people);
    let mut talk = Talk::people(120, 36, people.to_vec());
    talk.press("o").answer_page(Ok(KeyPage::default()));
    talks.push(talk);
    let mut talk = Talk::people(120, 36, people.to_vec());
    let error = refused(ProblemType::Unavailable, 503, hostile);
    talk.press("d").answer_holding(Err(error));
    talks.push(talk);
    for talk in talks {
        let screen = drawn(&talk);
        assert_eq!(hazard(&screen), None, "{screen}");
    }
}

//! The pure ring: people, whose keys are shown, and what each role is offered.
#![cfg(test)]

#[path = "common/people.rs"]
#[expect(dead_code, reason = "shared with the drawn ring")]
mod people;
#[path = "common/talk.rs"]
#[expect(dead_code, reason = "shared with the other conversations")]
mod talk;

use keydeck::api::{CreatedUser, KeysFate, NewUser, ProblemType, RemovedUser, UserRemoval};
use keydeck::client::Error;
use keydeck::model::{FieldError, Role, Scope, Secret};
use keydeck::tui::keymap::Action;
use keydeck::tui::message::{Effect, Message, PeopleReply, PeopleRequest, Purpose, Route};
use keydeck::tui::state::people::Choice;
use keydeck::tui::state::{Over, Removal, Screen, Sheet};
use people::*;
use talk::*;
use uuid::Uuid;

fn showing_people() -> Talk {
    Talk::people(120, 36, some_people())
}

fn sheet(talk: &Talk) -> &Sheet {
    match talk.app.over.last() {
        Some(Over::Sheet(sheet)) => sheet,
        other => panic!("no sheet: {other:?}"),
    }
}

fn removal(talk: &Talk) -> &Removal {
    match talk.app.over.last() {
        Some(Over::Removal(removal)) => removal,
        other => panic!("no removal: {other:?}"),
    }
}

fn asks_who_we_are(talk: &Talk) -> bool {
    talk.effects.iter().any(|effect| matches!(effect, Effect::LoadMe))
}

fn sends_to_people(talk: &Talk) -> bool {
    talk.effects
        .iter()
        .any(|effect| matches!(effect, Effect::People(_)))
}

fn forbidden() -> Error {
    refused(ProblemType::Forbidden, 403, "Only an Owner looks after users.")
}

fn new_person() -> CreatedUser {
    CreatedUser {
        user: person(9, "lena@acme.example", Role::Support, 0).user,
        token: Some(Secret::new("kdu_secret")),
    }
}

// Adding.

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
    assert!(matches!(talk.app.over.last(), Some(Over::NewSecret(_))));
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
        matches!(talk.app.over.last(), Some(Over::Question(_))),
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
    assert!(sheet(&talk).fields[0].error.is_some() && !sends_to_people(&talk));
    talk.press("@acme.example<C-s>");
    assert!(sheet(&talk).sending && sends_to_people(&talk));
    let mut taken = problem(ProblemType::Invalid, 422, "A field is wrong.");
    taken.errors = vec![FieldError {
        field: "email".into(),
        message: "There is a user with this address.".into(),
    }];
    talk.reply(PeopleReply::Added(Err(Error::Refused(Box::new(taken)))));
    let field = &sheet(&talk).fields[0];
    assert_eq!(
        (field.value(), field.error.as_deref()),
        ("lena@acme.example", Some("There is a user with this address."))
    );
    talk.press("<C-s>").reply(PeopleReply::Added(Err(offline())));
    assert!(sheet(&talk).error.is_some());
    assert_eq!(sheet(&talk).fields[0].value(), "lena@acme.example");
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
        "jonas@acme.example is Analytics from the next request on."
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
    assert_eq!(sheet(&talk).error.as_deref(), Some(why));
    assert_eq!(sheet(&talk).value("role"), "Support");
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
    assert!(matches!(talk.app.over.last(), Some(Over::NewSecret(new)) if new.would_be_lost()));
    talk.press("<C-c>");
    assert!(!talk.app.is_quitting(), "quitting asks too");
}

// Removing.

#[test]
fn who_has_no_keys_is_removed_after_one_question() {
    let mut talk = showing_people();
    talk.press("Gd");
    assert_eq!(removal(&talk).choices(), [Choice::Cancel]);
    talk.answer_holding(Ok(holding(0, 0)));
    assert_eq!(removal(&talk).choices(), [Choice::Cancel, Choice::Remove]);
    talk.press("ydnrx<Right><Enter>");
    let (id, sent) = talk.removal();
    assert_eq!((id, sent), (Uuid::from_u128(5), UserRemoval::default()));
    let nothing = RemovedUser {
        keys_revoked: 0,
        keys_handed_over: 0,
        projects_handed_over: 0,
    };
    talk.answer_removal(id, Ok(nothing));
    assert_eq!(talk.notice(), "Removed omar@acme.example.");
    assert!(talk.app.over.is_empty());
    assert_eq!(talk.selected_email(), "nina@acme.example", "the neighbour");
    talk.answer_people(Ok(some_people()[..3].to_vec()));
}

#[test]
fn cancel_has_the_focus_and_no_letter_removes() {
    let mut talk = showing_people();
    talk.press("d").answer_holding(Ok(holding(2, 2)));
    assert_eq!(
        removal(&talk).choices(),
        [Choice::Cancel, Choice::HandOver, Choice::RevokeAll]
    );
    for letter in ('a'..='z').chain('A'..='Z') {
        talk.press(&letter.to_string());
    }
    assert_eq!(removal(&talk).focused(), Choice::Cancel);
    talk.press("<Enter>");
    assert!(talk.app.over.is_empty() && !sends_to_people(&talk));
}

#[test]
fn all_keys_of_who_is_removed_can_be_revoked() {
    let mut talk = showing_people();
    talk.press("d").answer_holding(Ok(holding(2, 2)));
    talk.press("<Left><Enter>");
    let (id, sent) = talk.removal();
    assert_eq!((sent.keys, sent.to), (Some(KeysFate::Revoke), None));
    talk.press("<Enter><Esc>");
    assert!(removal(&talk).sending, "the answer is waited for");
    let done = RemovedUser {
        keys_revoked: 2,
        keys_handed_over: 0,
        projects_handed_over: 0,
    };
    talk.answer_removal(id, Ok(done));
    assert_eq!(talk.notice(), "Removed jonas@acme.example; 2 keys revoked.");
}

#[test]
fn keys_are_handed_over_to_somebody_else_after_a_last_question() {
    let mut talk = showing_people();
    talk.press("jjd").answer_holding(Ok(holding(10, 12)));
    talk.press("<Right><Enter>").answer_heirs(some_people());
    talk.press("om");
    // The answer to "o" is late when "om" was typed.
    talk.answer_heirs(some_people()).press("<Enter>");
    assert!(matches!(talk.app.over.last(), Some(Over::Heirs(_))));
    talk.answer_heirs(vec![
        person(4, "nina@acme.example", Role::Support, 12),
        some_people()[3].clone(),
    ]);
    talk.press("<Enter>");
    let Some(Over::Question(question)) = talk.app.over.last() else {
        panic!("no last question");
    };
    for word in ["nina@acme.example", "12 keys", "omar@acme.example", "projects"] {
        assert!(question.text.contains(word), "{}", question.text);
    }
    talk.press("<Esc><Enter><Right><Enter>");
    let (id, sent) = talk.removal();
    assert_eq!(
        (id, sent.keys, sent.to),
        (
            Uuid::from_u128(4),
            Some(KeysFate::HandOver),
            Some(Uuid::from_u128(5))
        )
    );
    let done = RemovedUser {
        keys_revoked: 0,
        keys_handed_over: 12,
        projects_handed_over: 1,
    };
    talk.answer_removal(id, Ok(done));
    assert_eq!(
        talk.notice(),
        "Removed nina@acme.example; 12 keys and 1 project handed over to omar@acme.example."
    );
    assert!(talk.app.over.is_empty());
}

#[test]
fn who_is_removed_is_never_offered_their_own_keys() {
    let mut talk = showing_people();
    talk.press("d").answer_holding(Ok(holding(2, 2)));
    talk.press("<Right><Enter>")
        .answer_heirs(vec![some_people()[0].clone()]);
    talk.press("<Enter>");
    assert!(matches!(talk.app.over.last(), Some(Over::Heirs(heirs)) if heirs.list.is_empty()));
    talk.press("<Esc>");
    assert_eq!(removal(&talk).focused(), Choice::HandOver);
}

#[test]
fn a_key_that_appears_meanwhile_is_shown_before_it_is_asked_again() {
    let mut talk = showing_people();
    talk.press("Gd").answer_holding(Ok(holding(0, 0)));
    talk.press("<Right><Enter>");
    let (id, _) = talk.removal();
    let in_use = refused(ProblemType::InUse, 409, "This person has 1 active key.");
    talk.answer_removal(id, Err(in_use));
    assert!(removal(&talk).error.is_some() && removal(&talk).holding.is_none());
    talk.answer_holding(Ok(holding(1, 1)));
    assert_eq!(removal(&talk).focused(), Choice::Cancel);
    assert_eq!(removal(&talk).choices().len(), 3);
}

#[test]
fn a_refused_or_failed_removal_says_why_and_can_be_tried_again() {
    let mut talk = showing_people();
    talk.press("jd").answer_holding(Ok(holding(3, 1_284)));
    assert!(removal(&talk).is_me);
    talk.press("<Left><Enter>");
    let (id, _) = talk.removal();
    let why = "This is the last Owner; make someone else an Owner first.";
    talk.answer_removal(id, Err(refused(ProblemType::LastOwner, 409, why)));
    assert_eq!(removal(&talk).error.as_deref(), Some(why));
    talk.press("<Enter>");
    talk.removal();
    talk.answer_removal(id, Err(offline()));
    assert!(!removal(&talk).sending);
    talk.press("<Esc>");
    assert!(talk.app.over.is_empty());
}

#[test]
fn who_is_gone_already_leaves_the_list() {
    let mut talk = showing_people();
    talk.press("d").answer_holding(Ok(holding(0, 0)));
    talk.press("<Right><Enter>");
    let (id, _) = talk.removal();
    talk.answer_removal(
        id,
        Err(refused(ProblemType::NotFound, 404, "There is no such user.")),
    );
    assert!(talk.app.over.is_empty());
    assert_eq!(talk.notice(), "There is no such user.");
    assert_eq!(talk.selected_email(), "mira@acme.example");
}

#[test]
fn who_removes_themselves_is_signed_out() {
    let mut talk = showing_people();
    talk.press("jd").answer_holding(Ok(holding(0, 0)));
    talk.press("<Right><Enter>");
    let (id, _) = talk.removal();
    let done = RemovedUser {
        keys_revoked: 0,
        keys_handed_over: 0,
        projects_handed_over: 0,
    };
    talk.answer_removal(id, Ok(done));
    assert!(asks_who_we_are(&talk));
    talk.answer_people(Err(Error::SignIn));
    assert!(talk.app.refused.is_some());
}

// Lists.

#[test]
fn the_selection_stays_on_its_person_and_pages_come_ahead_of_the_scroll() {
    let all: Vec<_> = (100..260)
        .map(|n| person(n, &format!("a{n}@acme.example"), Role::Editor, 0))
        .collect();
    let mut talk = Talk::people(120, 36, all[..100].to_vec());
    talk.press("<PgDn><PgDn><PgDn>");
    talk.answer_people(Ok(all[100..].to_vec()));
    talk.press("G");
    assert_eq!(talk.selected_email(), "a259@acme.example");
    talk.tell(Message::Connected)
        .answer_people(Ok(all[..100].to_vec()));
    assert_eq!(talk.selected_email(), "a259@acme.example");
}

#[test]
fn esc_clears_the_filter_and_then_goes_back_to_the_keys() {
    let mut talk = showing_people();
    talk.press("/nin<Enter>");
    talk.answer_people(Ok(some_people()[2..3].to_vec()));
    talk.press("<Esc>");
    assert_eq!(
        (talk.app.people.filter.as_str(), talk.app.screen),
        ("", Screen::People)
    );
    talk.press("<Esc>");
    assert_eq!(talk.app.screen, Screen::Keys);
}

// Whose keys.

fn creator_asked_for(talk: &mut Talk) -> Option<Uuid> {
    let (_, _, list) = talk.page_question();
    let counted = talk.expect("LoadCounts", |effect| match effect {
        Effect::LoadCounts { filter, .. } => Some(filter.creator),
        _ => None,
    });
    assert_eq!(list.creator, counted, "the counts follow");
    list.creator
}

#[test]
fn m_shows_only_own_keys_and_all_again_and_esc_clears_it() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("m");
    assert_eq!(creator_asked_for(&mut talk), Some(Uuid::from_u128(1)));
    assert!(talk.app.shows_mine());
    talk.press("m");
    assert_eq!(creator_asked_for(&mut talk), None);
    talk.press("m");
    creator_asked_for(&mut talk);
    talk.press("<Esc>");
    assert_eq!(creator_asked_for(&mut talk), None);
    assert!(!talk.app.can(Action::Back));
}

#[test]
fn the_keys_of_a_person_are_one_key_away_and_mine_takes_their_place() {
    let mut talk = showing_people();
    talk.press("jjo");
    assert_eq!(talk.app.screen, Screen::Keys);
    assert_eq!(creator_asked_for(&mut talk), Some(Uuid::from_u128(4)));
    assert!(!talk.app.shows_mine());
    talk.press("m");
    assert_eq!(creator_asked_for(&mut talk), Some(Uuid::from_u128(1)));
    talk.press("<Esc>");
    assert_eq!(creator_asked_for(&mut talk), None);
}

#[test]
fn the_activity_of_a_person_is_one_key_away() {
    let mut talk = showing_people();
    talk.press("jja");
    assert_eq!(talk.app.screen, Screen::Activity);
    let by = talk
        .app
        .activity
        .only
        .person
        .as_ref()
        .map(|person| person.email.as_str());
    assert_eq!(by, Some("nina@acme.example"));
}

// What each role is offered.

/// What is offered with a key selected: the actions that the role decides about.
fn offered(role: Role, own: bool) -> Vec<Action> {
    let me = signed_in_as(role);
    let mut talk = Talk::with_keys(vec![key_seen_by(&me, own, Scope::Web)]);
    talk.tell(Message::Me(Ok(me.clone())));
    talk.answer_page(Ok(page(vec![key_seen_by(&me, own, Scope::Web)])));
    [
        Action::Create,
        Action::Edit,
        Action::Revoke,
        Action::Copy,
        Action::Reveal,
        Action::Mine,
        Action::ShowPeople,
    ]
    .into_iter()
    .filter(|&action| talk.app.can(action))
    .collect()
}

#[test]
fn each_role_is_offered_what_it_may_do_and_nothing_else() {
    use Action::{Copy, Create, Edit, Mine, Reveal, Revoke, ShowPeople};
    for own in [true, false] {
        assert_eq!(
            offered(Role::Owner, own),
            [Create, Edit, Revoke, Copy, Reveal, Mine, ShowPeople]
        );
        assert_eq!(
            offered(Role::Support, own),
            [Create, Edit, Revoke, Copy, Reveal, Mine]
        );
    }
    assert_eq!(
        offered(Role::Analytics, true),
        [Create, Edit, Revoke, Copy, Reveal, Mine]
    );
    assert_eq!(offered(Role::Analytics, false), [Create, Copy, Reveal, Mine]);
    assert_eq!(offered(Role::Editor, true), [Create, Edit, Revoke, Copy, Reveal]);
}

#[test]
fn what_is_not_offered_does_nothing() {
    for role in [Role::Support, Role::Analytics, Role::Editor] {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.tell(Message::Me(Ok(signed_in_as(role))));
        talk.effects.clear();
        talk.press("U");
        assert_eq!(talk.app.screen, Screen::Keys, "{role}");
        assert!(talk.effects.is_empty(), "{role}");
    }
    let mut talk = Talk::with_keys(some_keys(3));
    talk.tell(Message::Me(Ok(signed_in_as(Role::Editor))));
    talk.effects.clear();
    talk.press("m");
    assert!(talk.effects.is_empty() && talk.app.browse.query.creator.is_none());
}

#[test]
fn the_palette_offers_what_the_role_may() {
    let names = |role| {
        let mut talk = Talk::with_keys(some_keys(3));
        talk.tell(Message::Me(Ok(signed_in_as(role)))).press(":");
        match talk.app.over.last() {
            Some(Over::Palette(palette)) => {
                let lines = palette.matching().into_iter();
                lines.map(|command| command.name()).collect::<Vec<_>>().join("\n")
            }
            other => panic!("no palette: {other:?}"),
        }
    };
    assert!(names(Role::Owner).contains("people:") && names(Role::Owner).contains("your own keys"));
    assert!(!names(Role::Support).contains("people:"));
    assert!(!names(Role::Editor).contains("your own keys"));
}

// When the role changes meanwhile.

#[test]
fn any_refusal_by_role_asks_who_we_are() {
    let id = some_keys(1)[0].id;
    let refusals = [
        Message::Revealed {
            id,
            purpose: Purpose::Copy,
            result: Err(forbidden()),
        },
        Message::Revoked {
            id,
            result: Err(forbidden()),
        },
        Message::Created {
            result: Err(forbidden()),
        },
        Message::OfPeople(PeopleReply::Added(Err(forbidden()))),
    ];
    for refusal in refusals {
        let mut talk = Talk::with_keys(some_keys(3));
        let what = format!("{refusal:?}");
        talk.tell(refusal);
        assert!(asks_who_we_are(&talk), "{what}");
    }
    let mut talk = Talk::with_keys(some_keys(3));
    talk.tell(Message::Revoked {
        id,
        result: Err(offline()),
    });
    assert!(!asks_who_we_are(&talk), "only a refusal by role does");
}

#[test]
fn who_is_no_longer_an_owner_reads_the_refusal_and_is_back_at_the_keys() {
    let mut talk = showing_people();
    talk.press("nlena@acme.example<C-s>");
    talk.effects.clear();
    talk.reply(PeopleReply::Added(Err(forbidden())));
    assert!(asks_who_we_are(&talk));
    talk.tell(Message::Me(Ok(signed_in_as(Role::Editor))));
    assert_eq!(talk.app.screen, Screen::Keys);
    assert_eq!(creator_asked_for(&mut talk), None, "the keys are asked for anew");
    assert_eq!(
        sheet(&talk).error.as_deref(),
        Some("Only an Owner looks after users.")
    );
    assert_eq!(sheet(&talk).value("email"), "lena@acme.example");
    talk.press("<Esc><Right><Enter>U");
    assert!(talk.app.over.is_empty());
    assert_eq!(talk.app.screen, Screen::Keys);
}

#[test]
fn a_refused_list_of_people_ends_at_the_keys_and_says_the_new_role() {
    let mut talk = Talk::with_keys(some_keys(3));
    talk.press("U").answer_people(Err(forbidden()));
    assert!(asks_who_we_are(&talk));
    talk.tell(Message::Me(Ok(signed_in_as(Role::Support))));
    assert_eq!(talk.app.screen, Screen::Keys);
    assert_eq!(
        talk.notice(),
        "Your role is Support now; what you may do has changed."
    );
}

#[test]
fn the_same_answer_to_who_we_are_asks_nothing() {
    let mut talk = showing_people();
    talk.tell(Message::Me(Ok(owner())));
    assert!(talk.effects.is_empty() && talk.app.screen == Screen::People);
}

#[test]
fn a_role_that_sees_only_own_keys_drops_the_filter_by_owner_and_the_secret() {
    let mut talk = Talk::with_keys(some_keys(3));
    let id = talk.app.selected().expect("selected").id;
    talk.press("mx").tell(Message::Revealed {
        id,
        purpose: Purpose::Show,
        result: Ok(Secret::new("kdw_secret")),
    });
    assert!(talk.app.revealed.is_some());
    talk.effects.clear();
    talk.tell(Message::Me(Ok(signed_in_as(Role::Editor))));
    assert_eq!(creator_asked_for(&mut talk), None);
    assert!(talk.app.revealed.is_none());
}

#[test]
fn a_sign_in_that_is_refused_anywhere_is_said() {
    let mut talk = showing_people();
    talk.press("r").answer_people(Err(Error::SignIn));
    assert!(talk.app.refused.is_some());
    talk.press("r").tell(Message::Me(Ok(owner())));
    assert!(talk.app.refused.is_none());
}

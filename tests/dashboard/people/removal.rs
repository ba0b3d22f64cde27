//! Removing a person: their keys are shown, and what becomes of them is asked.

use keydeck::api::{
    KeyDisposition, KeyEvent, KeyEventKind, Part, ProblemType, RemovalProgress, RemovedUser, UserRemoval,
};
use keydeck::client::Error;
use keydeck::model::Role;
use keydeck::tui::dialogs::Choice;
use keydeck::tui::dialogs::Modal;
use keydeck::tui::message::PersonKeys;
use keydeck::tui::message::{Message, PeopleReply};
use uuid::Uuid;

use crate::common::people::*;
use crate::common::talk::*;
use crate::people::{asks_who_we_are, removal, sends_to_people, showing_people};

/// What can be chosen.
fn choices(talk: &Talk) -> Vec<Choice> {
    let buttons = removal(talk).buttons().buttons().iter();
    buttons.map(|button| button.means).collect()
}

#[test]
fn who_has_no_keys_is_removed_after_one_question() {
    let mut talk = showing_people();
    talk.press("Gd");
    assert_eq!(choices(&talk), [Choice::Cancel]);
    talk.answer_holding(Ok(holding(0, 0)));
    assert_eq!(choices(&talk), [Choice::Cancel, Choice::Remove]);
    talk.press("ydnrx<Right><Enter>");
    let (id, sent) = talk.removal();
    assert_eq!((id, sent), (Uuid::from_u128(5), UserRemoval::default()));
    let nothing = RemovedUser {
        keys_revoked: 0,
        keys_handed_over: 0,
        projects_handed_over: 0,
        renamed: 0,
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
        choices(&talk),
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
    assert_eq!((sent.keys, sent.to), (Some(KeyDisposition::Revoke), None));
    talk.press("<Enter><Esc>");
    assert!(removal(&talk).sending, "the answer is waited for");
    let done = RemovedUser {
        keys_revoked: 2,
        keys_handed_over: 0,
        projects_handed_over: 0,
        renamed: 0,
    };
    talk.answer_removal(id, Ok(done));
    assert_eq!(talk.notice(), "Removed jonas@acme.example; 2 keys revoked.");
}

#[test]
fn of_very_many_keys_it_is_told_how_many_are_done() {
    let mut talk = showing_people();
    talk.press("d").answer_holding(Ok(holding(2, 50_000)));
    talk.press("<Left><Enter>");
    let (id, _) = talk.removal();
    let far = |keys_revoked, left| RemovalProgress {
        removed: RemovedUser {
            keys_revoked,
            keys_handed_over: 0,
            projects_handed_over: 0,
            renamed: 0,
        },
        left,
    };
    for (done, left) in [(300, 49_700), (12_000, 38_000)] {
        let progress = far(done, left);
        talk.reply(PeopleReply::Removing { id, progress });
        assert_eq!(removal(&talk).progress, Some(progress));
        assert!(removal(&talk).sending, "the answer is waited for");
    }
    // Of somebody else.
    let (other, progress) = (Uuid::from_u128(99), far(1, 1));
    talk.reply(PeopleReply::Removing { id: other, progress });
    assert_eq!(removal(&talk).progress, Some(far(12_000, 38_000)));
    // Nobody answers any more; the server goes on.
    let result = Ok(far(20_000, 30_000));
    talk.reply(PeopleReply::Removed { id, result });
    assert_eq!(
        talk.notice(),
        "Removed jonas@acme.example; 20000 keys revoked so far; the server continues with 30000 more."
    );
}

#[test]
fn keys_are_handed_over_to_somebody_else_after_a_last_question() {
    let mut talk = showing_people();
    talk.press("jjd").answer_holding(Ok(holding(10, 12)));
    talk.press("<Right><Enter>").answer_successors(some_people());
    talk.press("om");
    // The answer to "o" is late when "om" was typed.
    talk.answer_successors(some_people()).press("<Enter>");
    assert!(matches!(talk.app.over.last(), Some(Modal::Successors(_))));
    talk.answer_successors(vec![
        person(4, "nina@acme.example", Role::Support, 12),
        some_people()[3].clone(),
    ]);
    talk.press("<Enter>");
    let Some(Modal::Question(question)) = talk.app.over.last() else {
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
            Some(KeyDisposition::HandOver),
            Some(Uuid::from_u128(5))
        )
    );
    let done = RemovedUser {
        keys_revoked: 0,
        keys_handed_over: 12,
        projects_handed_over: 1,
        renamed: 0,
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
        .answer_successors(vec![some_people()[0].clone()]);
    talk.press("<Enter>");
    assert!(
        matches!(talk.app.over.last(), Some(Modal::Successors(successors)) if successors.picker.items().is_empty())
    );
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
    assert!(removal(&talk).error.is_some() && removal(&talk).keys.is_none());
    talk.answer_holding(Ok(holding(1, 1)));
    assert_eq!(removal(&talk).focused(), Choice::Cancel);
    assert_eq!(choices(&talk).len(), 3);
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
        renamed: 0,
    };
    talk.answer_removal(id, Ok(done));
    assert!(asks_who_we_are(&talk));
    talk.answer_people(Err(Error::SignIn));
    assert!(talk.app.refused.is_some());
}

// Keys that others change meanwhile.

/// Somebody did something to a key of whoever is to be removed.
fn others_did(talk: &mut Talk) -> u64 {
    talk.effects.clear();
    talk.tell(Message::Deck(KeyEvent {
        kind: KeyEventKind::Created,
        key: Uuid::from_u128(9_999),
    }));
    talk.look_at_keys()
}

fn answer(talk: &mut Talk, number: u64, holding: PersonKeys) {
    let result = Ok(holding);
    talk.reply(PeopleReply::KeysLoaded { number, result });
}

#[test]
fn no_key_is_revoked_that_was_not_shown() {
    let mut talk = showing_people();
    talk.press("d").answer_holding(Ok(holding(3, 3)));
    talk.press("<Left>");
    let look = others_did(&mut talk);
    talk.press("<Enter>");
    assert!(!removal(&talk).sending, "while the keys are looked at");
    answer(&mut talk, look, holding(4, 4));
    assert_eq!(removal(&talk).focused(), Choice::Cancel);
    assert_eq!(removal(&talk).keys.as_ref().map(|keys| keys.total), Some(4));
    assert!(removal(&talk).error.is_some());
    talk.press("<Left><Enter>");
    assert_eq!(talk.removal().1.keys, Some(KeyDisposition::Revoke));
    talk.tell(Message::Resync);
    assert!(removal(&talk).sending);
}

#[test]
fn a_question_about_keys_that_changed_is_taken_back() {
    let mut talk = showing_people();
    talk.press("jjd").answer_holding(Ok(holding(10, 12)));
    talk.press("<Right><Enter>").answer_successors(some_people());
    talk.press("<Enter>");
    assert!(matches!(talk.app.over.last(), Some(Modal::Question(_))));
    let look = others_did(&mut talk);
    answer(&mut talk, look, holding(10, 13));
    assert_eq!(removal(&talk).focused(), Choice::Cancel);
}

#[test]
fn what_is_done_to_others_keys_disturbs_nothing_and_late_looks_are_void() {
    let mut talk = showing_people();
    talk.press("d").answer_holding(Ok(holding(3, 3)));
    talk.press("<Right>");
    let late = others_did(&mut talk);
    let look = others_did(&mut talk);
    answer(&mut talk, look, holding(3, 3));
    answer(&mut talk, late, holding(2, 2));
    assert_eq!(removal(&talk).focused(), Choice::HandOver);
    assert_eq!(removal(&talk).keys.as_ref().map(|keys| keys.total), Some(3));
    talk.tell(Message::Changed(Part::People)).tell(Message::Resync);
    talk.look_at_keys();
    talk.look_at_keys();
}

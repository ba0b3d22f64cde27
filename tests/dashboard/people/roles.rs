//! What each role is offered, and what happens when it changes meanwhile.

use keydeck::client::Error;
use keydeck::model::{Role, Scope, Secret};
use keydeck::tui::dialogs::Modal;
use keydeck::tui::keymap::Action;
use keydeck::tui::message::{Message, PeopleReply, Purpose};
use keydeck::tui::state::Screen;

use crate::common::people::*;
use crate::common::talk::*;
use crate::people::{asks_who_we_are, creator_asked_for, forbidden, sheet, showing_people};

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
            Some(Modal::Palette(palette)) => {
                let lines = palette.picker.items().iter();
                let told = lines.map(|command| format!("{} {}", command.name(), command.about()));
                told.collect::<Vec<_>>().join("\n")
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
fn a_role_that_was_changed_elsewhere_counts_as_soon_as_the_server_says_that_something_was() {
    let mut talk = showing_people();
    talk.tell(Message::Resync);
    assert!(asks_who_we_are(&talk));
    talk.tell(Message::Me(Ok(signed_in_as(Role::Editor))));
    assert_eq!(talk.app.screen, Screen::Keys);
    assert!(!talk.app.shows_owners() && !talk.app.can(Action::ShowPeople));
    talk.effects.clear();
    talk.tell(Message::Resync).tell(Message::Me(Ok(owner())));
    assert!(asks_who_we_are(&talk) && talk.app.shows_owners());
    assert!(talk.app.can(Action::ShowPeople));
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
        sheet(&talk).form.banner.as_deref(),
        Some("Only an Owner manages users.")
    );
    assert_eq!(sheet(&talk).form.value("email"), "lena@acme.example");
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
    talk.press("m").answer_page(Ok(page(some_keys(3))));
    talk.press("x").tell(Message::Revealed {
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

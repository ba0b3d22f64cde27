//! The secret of a key that has ended, or was replaced.

use super::*;
use crate::common::ended;
use keydeck::api::PersonRef;
use keydeck::model::StateFilter;

/// As a server says it that knows no more.
fn revoked_earlier() -> Result<LookupAnswer, Error> {
    Ok(LookupAnswer::Revoked {
        id: Uuid::from_u128(9),
        name: "Checkout assistant".into(),
        scope: Scope::Web,
        revoked_at: look().now - jiff::SignedDuration::from_hours(72),
        revoked_by: PersonRef {
            id: Uuid::from_u128(4),
            email: "jonas@acme.example".into(),
        },
        key: None,
    })
}

#[test]
fn a_revoked_key_is_shown_with_what_became_of_it_and_no_other_key_is_selected() {
    for screen in ["", "P", "U"] {
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press(screen).press("/shop").effects.clear();
        paste(&mut talk, whole_secret().expose());
        talk.answer_lookup(revoked());
        let Some(Modal::Revoked(card)) = talk.app.over.last() else {
            panic!("no card but {:?}", talk.app.over);
        };
        assert_eq!(
            (talk.app.over.len(), card.key.name.as_str()),
            (1, "Checkout assistant")
        );
        let shown = drawn(&talk);
        assert!(
            shown.contains("14 attempts since, all refused, last 3 s ago"),
            "{shown}"
        );
        // It is looked for among the revoked ones.
        let question = talk
            .effects
            .iter()
            .rposition(|e| matches!(e, Effect::LoadPage { .. }));
        let Effect::LoadPage {
            generation,
            load,
            list,
        } = talk.effects.remove(question.expect("asked"))
        else {
            panic!("no question for a page");
        };
        let id = Uuid::from_u128(1_009);
        assert_eq!((load, list.state), (Load::Around(id), Some(StateFilter::Revoked)));
        assert_eq!((list.q, list.scope), (None, None));
        // Until it is there, nothing is done with the key that was selected before.
        talk.press("<Esc>d");
        assert!(talk.app.over.is_empty() && talk.app.waiting_words().is_some());
        let mut keys = ended::revoked_keys(3);
        keys.insert(1, ended::revoked(&key(9, "Checkout assistant", Scope::Web), 14));
        let result = Ok(page(keys));
        talk.tell(Message::Page {
            generation,
            load,
            result,
        });
        assert_eq!(talk.selected_name(), "Checkout assistant");
        assert_eq!(talk.notice(), "“Checkout assistant” was revoked, permanently.");
    }
}

#[test]
fn an_older_server_says_when_and_by_whom() {
    let mut talk = Talk::with_keys(some_keys(10));
    talk.press("/");
    paste(&mut talk, whole_secret().expose());
    talk.answer_lookup(revoked_earlier());
    let shown = drawn(&talk);
    for told in ["✓ Revoked 15 Nov 2026, 11:10:00", "jonas@acme.example"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
}

#[test]
fn what_has_expired_is_found_among_those_and_what_was_replaced_at_its_key() {
    let expired = ended::expired_keys(1).remove(0);
    let rotated = LookupAnswer::Rotated {
        key: Box::new(key(700, "Far away", Scope::Web)),
        replaced_at: look().now,
    };
    for (answer, state, told) in [
        (
            LookupAnswer::of(expired, WhichToken::Current),
            Some(StateFilter::Expired),
            "This is the secret of “Trial 000”. The key has expired.",
        ),
        (
            rotated,
            None,
            "This is a former secret of “Far away”, which was rotated: it is refused.",
        ),
    ] {
        let mut talk = Talk::with_keys(some_keys(10));
        talk.press("/").effects.clear();
        paste(&mut talk, whole_secret().expose());
        talk.answer_lookup(Ok(answer));
        assert!(talk.app.over.is_empty());
        assert_eq!(talk.notice(), told);
        let (_, load, list) = talk.page_question();
        assert!(matches!(load, Load::Around(_)) && list.state == state, "{told}");
    }
}

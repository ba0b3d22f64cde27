//! The filters that are on are shown, and each can be taken away.

use keydeck::api::{KeyCounts, PersonRef};
use keydeck::model::Scope;
use keydeck::tui::message::{Effect, LifecycleReply, LifecycleRequest};
use uuid::Uuid;

use super::*;

/// Web keys of a person, with words and a text.
fn filtered(width: u16, height: u16) -> Talk {
    let keys = some_keys(60);
    let mut talk = Talk::sized(width, height, keys.clone());
    talk.press("1").press("/idle:90d shop front label:eu<Enter>");
    talk.app.browse.query.creator = Some(PersonRef {
        id: Uuid::from_u128(3),
        email: "jonas@acme.example".into(),
    });
    talk.press("r");
    talk.answer_page(Ok(page(keys.clone())));
    talk.effects.clear();
    talk
}

fn words(talk: &Talk) -> Vec<String> {
    let chips = talk.app.browse.chips().into_iter();
    chips.map(|(_, words)| words).collect()
}

#[test]
fn every_filter_is_a_chip_on_the_rule() {
    let talk = filtered(160, 45);
    let rule = line(&talk, 2);
    for chip in [
        "[Web ×]",
        "[by jonas@acme.example ×]",
        "[idle:90d ×]",
        "[shop front ×]",
        "[label:eu ×]",
    ] {
        assert!(rule.contains(chip), "{rule}");
    }
    assert!(rule.contains("Esc clears all"), "{rule}");
    for (width, height) in SIZES {
        let talk = filtered(width, height);
        let rule = line(&talk, 2);
        assert!(rule.contains("idle:90d"), "{width}: {rule}");
    }
}

#[test]
fn backspace_takes_the_last_filter_away_and_escape_all() {
    let mut talk = filtered(120, 36);
    let mut left = words(&talk);
    while left.pop().is_some() {
        talk.press("<BS>");
        assert_eq!(words(&talk), left);
        assert!(!talk.effects.is_empty(), "it is asked for what is left");
        talk.effects.clear();
    }
    talk.press("<BS>");
    assert!(talk.effects.is_empty());
    let mut talk = filtered(120, 36);
    talk.press("<Esc>");
    assert_eq!(words(&talk), Vec::<String>::new());
    assert!(!talk.app.browse.query.is_filtered());
}

#[test]
fn a_chip_is_clicked_away_alone() {
    for chip in [
        "Web",
        "by jonas@acme.example",
        "idle:90d",
        "shop front",
        "label:eu",
    ] {
        let mut talk = filtered(160, 45);
        let mut left = words(&talk);
        click(&mut talk, &format!("[{chip} "));
        left.retain(|words| words != chip);
        assert_eq!(words(&talk), left, "{chip}");
    }
}

#[test]
fn what_expires_soon_is_opened_by_a_click_on_its_count() {
    let mut talk = Talk::started(120, 36);
    let expiring = talk.expect("question for what expires", |effect| match effect {
        Effect::Lifecycle(LifecycleRequest::CountExpiring { number }) => Some(*number),
        _ => None,
    });
    talk.answer_page(Ok(page(some_keys(60)))).press("2");
    talk.tell(Message::OfLifecycle(LifecycleReply::ExpiringCounted {
        number: expiring,
        result: Ok(KeyCounts {
            web: 3,
            ..KeyCounts::default()
        }),
    }));
    click(&mut talk, "3 expire within 30 days");
    assert_eq!(words(&talk), ["expires:30d"]);
    assert_eq!(talk.app.browse.query.scope, None::<Scope>);
}

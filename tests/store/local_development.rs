//! The end of local development in the store: kept, logged, held against the log, and decided by the clock of the database.

use jiff::Timestamp;
use keydeck::api::ActivityQuery;
use keydeck::model::{LocalAddress, Scope, TokenHash};
use keydeck::server::store::{Found, KeyChange, KeyRecord, Visible};
use serde_json::json;

use super::activity::log;
use super::deck::{Deck, actor, new_key};
use super::ends::in_seconds;
use super::engine;
use super::statements::compared;

/// A Web key of the owner with local development until then.
async fn developing(deck: &Deck, ends: Option<Timestamp>) -> (KeyRecord, TokenHash) {
    let mut new = new_key(Scope::Web, "Checkout", Some(deck.shop.id));
    new.valid.settings.local_development = LocalAddress::parse("203.0.113.7").ok();
    new.valid.settings.local_development_ends_at = ends;
    let hash = new.token_hash;
    (deck.create(new, &deck.owner).await, hash)
}

async fn edited(deck: &Deck, key: &KeyRecord, edit: impl FnOnce(&mut keydeck::model::Settings)) -> KeyRecord {
    let mut settings = key.settings.clone();
    edit(&mut settings);
    let name = key.name.clone();
    let edit = deck
        .store
        .edit_key(key.id, key.version, name, settings, actor(&deck.owner));
    match edit.await.unwrap() {
        KeyChange::Changed(key) => key,
        other => panic!("{other:?}"),
    }
}

/// As a check and as whoever looks at the key is told.
async fn ended(deck: &Deck, key: &KeyRecord, hash: &TokenHash) -> [bool; 2] {
    let checked = deck.store.check(hash, None).await.unwrap().key.unwrap();
    assert_eq!(checked.standing.refuses(), None);
    match deck.store.key(key.id, Visible::All).await.unwrap() {
        Some(Found::Active(found)) => [checked.local_development_ended, found.local_development_ended],
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn its_end_reads_back_as_it_was_given_and_goes_with_it() {
    let deck = Deck::new().await;
    let (ends, later) = (in_seconds(3_600), in_seconds(7_200));
    let (key, hash) = developing(&deck, Some(ends)).await;
    assert_eq!(key.settings.local_development_ends_at, Some(ends));
    let checked = deck.store.check(&hash, None).await.unwrap().key.unwrap();
    assert_eq!(checked.settings.local_development_ends_at, Some(ends));
    let extended = edited(&deck, &key, |settings| {
        settings.local_development_ends_at = Some(later);
    })
    .await;
    assert_eq!(extended.settings.local_development_ends_at, Some(later));
    let off = edited(&deck, &extended, |settings| {
        settings.local_development = None;
        settings.local_development_ends_at = None;
    })
    .await;
    assert_eq!(off.settings.local_development_ends_at, None);
    assert_eq!(ended(&deck, &off, &hash).await, [false; 2]);
    let rows = log(&*deck.store, ActivityQuery::default(), Visible::All).await;
    let ends_at = |row: usize| rows[row].changes["local_development_ends_at"].clone();
    assert_eq!(
        [ends_at(0), ends_at(1), ends_at(2)],
        [json!([later, null]), json!([ends, later]), json!([null, ends])]
    );
    assert!(compared(&*deck.store).await.is_ok());
}

#[tokio::test]
async fn nobody_extends_it_behind_the_logs_back() {
    let deck = Deck::new().await;
    let (ends, later) = (in_seconds(3_600), in_seconds(7_200));
    developing(&deck, Some(ends)).await;
    assert!(compared(&*deck.store).await.is_ok());
    for with in [later.as_microsecond().to_string(), "NULL".into()] {
        let set = |to: &str| format!("UPDATE keys SET local_development_ends_at = {to}");
        engine::run(&deck.place, &set(&with)).await.unwrap();
        let named = compared(&*deck.store).await.unwrap_err();
        assert!(named.contains("the key Checkout"), "{named}");
        let undo = set(&ends.as_microsecond().to_string());
        engine::run(&deck.place, &undo).await.unwrap();
        assert!(compared(&*deck.store).await.is_ok());
    }
    // Nor is there an end of what is off.
    let off = "UPDATE keys SET local_development = NULL";
    assert!(engine::run(&deck.place, off).await.is_err());
}

#[tokio::test]
async fn it_ends_at_its_instant_and_no_clock_that_is_set_back_brings_it_back() {
    let deck = Deck::new().await;
    let ends = in_seconds(3_600);
    let (key, hash) = developing(&deck, Some(ends)).await;
    let (forever, forever_hash) = {
        let mut new = new_key(Scope::Web, "Of an earlier version", Some(deck.shop.id));
        new.valid.settings.local_development = LocalAddress::parse("203.0.113.7").ok();
        let hash = new.token_hash;
        (deck.create(new, &deck.owner).await, hash)
    };
    // As it is kept in the database, it was so late once.
    let at = ends.as_microsecond();
    for (kept, expected) in [(at - 1, false), (at, true), (at + 1, true), (at - 1, false)] {
        let sql = format!("DELETE FROM clock; INSERT INTO clock (one, at) VALUES (1, {kept})");
        engine::run(&deck.place, &sql).await.unwrap();
        assert_eq!(ended(&deck, &key, &hash).await, [expected; 2], "{}", kept - at);
        assert_eq!(ended(&deck, &forever, &forever_hash).await, [false; 2]);
    }
}

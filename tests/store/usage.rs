//! What was counted of keys at work: little at once, much by way of the log, and the same to whoever asks.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{KeyFilter, Sort, Usage};
use keydeck::model::Scope;
use keydeck::server::store::{HOURS_KEPT, KeyQuery, Tally, Use, Visible, hour_of, merged};
use uuid::Uuid;

use super::deck::{Deck, new_key, query};

/// More than are written to the keys at once.
const MANY: usize = 300;

/// Analytics keys of the owner, with the store's numbers of them.
async fn keys(deck: &Deck, count: usize) -> Vec<(Uuid, i64)> {
    let mut keys = Vec::new();
    for n in 0..count {
        let new = new_key(Scope::Analytics, &format!("Report {n}"), None);
        let hash = new.token_hash;
        let key = deck.create(new, &deck.owner).await;
        let checked = deck.store.check(&hash, None).await.unwrap().key.unwrap();
        assert_eq!((checked.id, checked.revoked), (key.id, false));
        keys.push((key.id, checked.number));
    }
    keys
}

fn used(key: i64, at: Timestamp, address: &str) -> Tally {
    let mut tally = Tally::of(key, hour_of(at));
    tally.allow(Use::new(
        at,
        address.parse::<IpAddr>().ok(),
        Some("com.acme.shop"),
    ));
    tally
}

/// Returns whether some of it waits.
async fn record(deck: &Deck, tallies: Vec<Tally>) -> bool {
    let tallies = Arc::new(vec![merged(tallies)]);
    deck.store.record_usage(tallies).await.unwrap()
}

async fn usage(deck: &Deck, key: Uuid) -> Usage {
    deck.store.usage(key, Visible::All).await.unwrap().unwrap()
}

async fn never_used(deck: &Deck) -> u64 {
    let filter = KeyFilter {
        never_used: Some(true),
        ..KeyFilter::default()
    };
    deck.store
        .count_keys(Visible::All, &filter)
        .await
        .unwrap()
        .total()
}

#[tokio::test]
async fn few_are_written_at_once() {
    let deck = Deck::new().await;
    let keys = keys(&deck, 3).await;
    let now = Timestamp::now();
    let earlier = now - SignedDuration::from_secs(5);
    let waits = record(&deck, vec![used(keys[0].1, now, "203.0.113.7")]).await;
    assert!(!waits);
    // What is written later but was earlier is no last use.
    record(&deck, vec![used(keys[0].1, earlier, "203.0.113.8")]).await;
    let usage = usage(&deck, keys[0].0).await;
    assert_eq!(usage.last_week().allowed, 2);
    let last = usage.last_use.unwrap();
    assert_eq!(last.at.as_microsecond(), now.as_microsecond());
    assert_eq!(last.address, Some("203.0.113.7".parse().unwrap()));
    assert_eq!(last.origin.as_deref(), Some("com.acme.shop"));
    assert_eq!(never_used(&deck).await, 2);
}

#[tokio::test]
async fn many_wait_in_the_log_and_are_told_all_the_same() {
    let deck = Deck::new().await;
    let keys = keys(&deck, MANY).await;
    let now = Timestamp::now();
    for round in 0..3 {
        let at = now + SignedDuration::from_secs(round);
        let tallies = keys
            .iter()
            .map(|&(_, number)| used(number, at, "2001:db8::7"))
            .collect();
        assert!(record(&deck, tallies).await);
    }
    let waiting = usage(&deck, keys[MANY / 2].0).await;
    assert_eq!(waiting.last_week().allowed, 3);
    assert_eq!(never_used(&deck).await, MANY as u64);
    let mut slices = 1;
    while deck.store.settle_usage().await.unwrap() {
        slices += 1;
    }
    // A few keys at a time, so that nobody who changes something waits long.
    assert_eq!(slices, 5);
    assert!(!deck.store.settle_usage().await.unwrap());
    assert_eq!(never_used(&deck).await, 0);
    let settled = usage(&deck, keys[MANY / 2].0).await;
    assert_eq!(settled, waiting);
    let page = deck
        .page(&KeyQuery {
            limit: 1,
            ..query(Sort::LastUsedAt)
        })
        .await;
    let last = (now + SignedDuration::from_secs(2)).as_microsecond();
    assert_eq!(
        page.items[0].0.last_used_at.map(Timestamp::as_microsecond),
        Some(last)
    );
}

#[tokio::test]
async fn hours_and_days_are_those_of_the_clock() {
    let deck = Deck::new().await;
    let (key, number) = keys(&deck, 1).await[0];
    let now = Timestamp::now();
    let ago = |hours| now - SignedDuration::from_hours(hours);
    for hours in [0, 1, 167, 168, 29 * 24, i64::from(HOURS_KEPT)] {
        record(&deck, vec![used(number, ago(hours), "203.0.113.7")]).await;
    }
    let usage = usage(&deck, key).await;
    assert_eq!(usage.last_hour().allowed, 2);
    assert_eq!(usage.last_week().allowed, 3);
    assert_eq!(
        (
            usage.hours.allowed[167],
            usage.hours.allowed[166],
            usage.hours.allowed[0]
        ),
        (1, 1, 1)
    );
    // Of the thirty days the first began at midnight, so that what is 29 days old is in it.
    assert_eq!(usage.days.total().allowed, 5);
    assert_eq!(usage.days.allowed[0], 1);
    assert_eq!(usage.last_use.unwrap().at.as_microsecond(), now.as_microsecond());
}

#[tokio::test]
async fn whose_key_it_is_not_asks_in_vain() {
    let deck = Deck::new().await;
    let key = deck.web("Checkout").await;
    let of_editor = Visible::CreatedBy(deck.editor.id);
    assert_eq!(deck.store.usage(key.id, of_editor).await.unwrap(), None);
    assert_eq!(deck.store.usage(Uuid::nil(), Visible::All).await.unwrap(), None);
    deck.store
        .revoke_key(key.id, super::deck::actor(&deck.owner))
        .await
        .unwrap();
    assert_eq!(deck.store.usage(key.id, Visible::All).await.unwrap(), None);
}

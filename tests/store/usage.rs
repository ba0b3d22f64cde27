//! What was counted of keys in use: little at once, much by way of the log, and the same to whoever asks.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{KeyFilter, Sort, Usage};
use keydeck::model::Scope;
use keydeck::server::store::{HOURS_KEPT, KeyQuery, Tally, Use, Visible, hour_of, merged};
use uuid::Uuid;

use super::deck::{Deck, new_key, query};
use super::engine;

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
        assert_eq!((checked.id, checked.standing.revoked), (key.id, false));
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
    // Who still presents it is told to those who may see it.
    assert_eq!(deck.store.usage(key.id, of_editor).await.unwrap(), None);
    assert!(deck.store.usage(key.id, Visible::All).await.unwrap().is_some());
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How many hours are kept that were counted.
async fn hours_kept(deck: &Deck) -> usize {
    engine::contents(&deck.place).await["usage_hours"].len()
}

async fn last_use(deck: &Deck, key: Uuid) -> Timestamp {
    usage(deck, key).await.last_use.unwrap().at
}

#[tokio::test]
async fn a_use_under_a_clock_that_is_ahead_deletes_nothing_and_is_of_now() {
    let deck = Deck::new().await;
    let keys = keys(&deck, MANY).await;
    let now = Timestamp::now();
    for days in [29, 20, 1] {
        record(&deck, vec![used(keys[0].1, now - DAY * days, "203.0.113.7")]).await;
    }
    let ahead = [32, 365, 12 * 365];
    for days in ahead {
        let mut tally = used(keys[0].1, now + DAY * days, "203.0.113.8");
        tally.refuse(now + DAY * days, "origin-foreign");
        record(&deck, vec![tally]).await;
        let many = keys
            .iter()
            .map(|&(_, key)| used(key, now + DAY * days, "203.0.113.8"));
        assert!(record(&deck, many.collect()).await);
        while deck.store.settle_usage().await.unwrap() {}
    }
    let report = usage(&deck, keys[0].0).await;
    assert_eq!(report.days.total().allowed, 3 + 2 * ahead.len() as u64);
    for key in [keys[0].0, keys[MANY - 1].0] {
        let off = last_use(&deck, key).await.duration_since(Timestamp::now());
        assert!(off <= SignedDuration::from_mins(1), "{off}");
    }
    for source in report.addresses {
        assert!(source.last_used_at <= Timestamp::now() + SignedDuration::from_mins(1));
    }
    // What is used later is the last use again.
    let later = Timestamp::now() + SignedDuration::from_secs(1);
    record(&deck, vec![used(keys[0].1, later, "203.0.113.9")]).await;
    assert_eq!(
        last_use(&deck, keys[0].0).await.as_microsecond(),
        later.as_microsecond()
    );
}

#[tokio::test]
async fn a_use_under_a_clock_that_is_behind_changes_no_last_use() {
    let deck = Deck::new().await;
    let (key, number) = keys(&deck, 1).await[0];
    let now = Timestamp::now();
    record(&deck, vec![used(number, now, "203.0.113.7")]).await;
    for at in [now - DAY * 400, Timestamp::UNIX_EPOCH + DAY] {
        record(&deck, vec![used(number, at, "203.0.113.8")]).await;
        record(&deck, vec![used(number, now, "203.0.113.7")]).await;
    }
    assert_eq!(last_use(&deck, key).await.as_microsecond(), now.as_microsecond());
    assert_eq!(usage(&deck, key).await.days.total().allowed, 3);
}

#[tokio::test]
async fn what_is_old_goes_by_the_clock_and_not_at_once_after_it_jumped() {
    let deck = Deck::new().await;
    let (_, number) = keys(&deck, 1).await[0];
    let now = Timestamp::now();
    let use_it = async |ago: i32| record(&deck, vec![used(number, now - DAY * ago, "203.0.113.7")]).await;
    use_it(40).await;
    use_it(35).await;
    use_it(0).await;
    assert_eq!(hours_kept(&deck).await, 1);
    // To a server that did not run for ten days, or whose clock was set forward by as much, nothing is old at once.
    let behind = format!("UPDATE clock SET at = at - {}", 10 * DAY.as_micros());
    engine::run(&deck.place, &behind).await.unwrap();
    use_it(42).await;
    use_it(35).await;
    use_it(0).await;
    assert_eq!(hours_kept(&deck).await, 2);
}

#[tokio::test]
async fn what_an_older_keydeck_noted_in_the_future_is_put_right() {
    let deck = Deck::new().await;
    let keys = keys(&deck, 2).await;
    let now = Timestamp::now();
    let future = now + DAY * 32;
    for &(_, number) in &keys {
        record(&deck, vec![used(number, now, "203.0.113.7")]).await;
    }
    let hour = hour_of(now);
    for sql in [
        format!(
            "UPDATE keys SET last_used_at = {}, last_refused_at = {0}",
            future.as_microsecond()
        ),
        format!(
            "UPDATE key_sources SET last_used_at = {}",
            future.as_microsecond()
        ),
        format!("UPDATE usage_hours SET hour = {}", hour_of(future)),
    ] {
        engine::run(&deck.place, &sql).await.unwrap();
    }
    assert!(last_use(&deck, keys[1].0).await > now + DAY);
    // By a server that starts, or by any use.
    deck.store.settle_usage().await.unwrap();
    for (key, _) in keys {
        let last = last_use(&deck, key).await;
        assert!(last >= now && last <= Timestamp::now(), "{last}");
        let report = usage(&deck, key).await;
        assert_eq!(report.last_hour().allowed, 1);
        assert!(report.addresses[0].last_used_at <= Timestamp::now());
    }
    assert!(hour_of(Timestamp::now()) - hour <= 1);
    // A clock that is far behind the time that is kept is wrong itself; it puts nothing right.
    let ahead = format!("UPDATE clock SET at = {}", (now + DAY * 60).as_microsecond());
    let later = now + DAY * 50;
    let used_later = format!("UPDATE keys SET last_used_at = {}", later.as_microsecond());
    engine::run(&deck.place, &ahead).await.unwrap();
    engine::run(&deck.place, &used_later).await.unwrap();
    deck.store.settle_usage().await.unwrap();
    assert_eq!(
        last_use(&deck, deck.page(&query(Sort::Name)).await.items[0].0.id)
            .await
            .as_microsecond(),
        later.as_microsecond()
    );
}

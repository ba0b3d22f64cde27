//! What a page tells of the traffic of its keys: the last seven days of each, and which token of a rotation is used.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keydeck::api::{KeyWeek, RotationUses, Sort, WEEK_DAYS};
use keydeck::model::{Rule, Scope, TokenHash};
use keydeck::server::store::{
    KeyQuery, KeyRecord, NewKeyToken, RotationChange, Tally, Use, Visible, hour_of,
};
use uuid::Uuid;

use super::deck::{Deck, actor, new_key, query};
use super::engine;

fn with_week() -> KeyQuery {
    KeyQuery {
        week: true,
        ..query(Sort::Name)
    }
}

/// An Analytics key of the owner, with the store's number of it.
async fn key(deck: &Deck, name: &str) -> (Uuid, i64) {
    let new = new_key(Scope::Analytics, name, None);
    let hash = new.token_hash;
    let key = deck.create(new, &deck.owner).await;
    let checked = deck.store.check(&hash, None).await.unwrap().key.unwrap();
    (key.id, checked.number)
}

/// So many that were allowed and refused in an hour so many days ago.
fn counted(key: i64, now: Timestamp, days: i64, allowed: u32, refused: u32) -> Tally {
    let at = now - SignedDuration::from_hours(24 * days);
    let mut tally = Tally::of(key, hour_of(at));
    (0..allowed).for_each(|_| tally.allow(Use::new(at, None, None)));
    (0..refused).for_each(|n| {
        let rule = [Rule::AddressForeign, Rule::OriginForeign][n as usize % 2];
        tally.refuse_from(rule, Use::new(at, None, None));
    });
    tally
}

async fn write(deck: &Deck, tallies: Vec<Tally>) -> bool {
    deck.store.record_usage(Arc::new(vec![tallies])).await.unwrap()
}

async fn weeks(deck: &Deck) -> Vec<(Uuid, KeyWeek)> {
    let keys = deck.listing(&with_week()).await.into_iter();
    keys.map(|key| (key.id, key.week.unwrap())).collect()
}

/// What the report of its use says of the same days.
async fn of_report(deck: &Deck, key: Uuid) -> KeyWeek {
    let days = deck.store.usage(key, Visible::All).await.unwrap().unwrap().days;
    let newest = |counts: Vec<u64>| counts[counts.len() - WEEK_DAYS..].try_into().unwrap();
    KeyWeek {
        allowed: newest(days.allowed),
        refused: newest(days.refused),
    }
}

#[tokio::test]
async fn a_page_has_the_week_of_each_key_when_it_is_asked_for_it() {
    let deck = Deck::new().await;
    let now = Timestamp::now();
    let (board, number) = key(&deck, "Board").await;
    let (quiet, _) = key(&deck, "Quiet").await;
    write(&deck, vec![counted(number, now, 3, 2, 1)]).await;
    write(&deck, vec![counted(number, now, 0, 5, 4)]).await;
    write(&deck, vec![counted(number, now, 0, 1, 0)]).await;
    let [(first, week), (second, none)] = weeks(&deck).await[..] else {
        panic!("two keys");
    };
    assert_eq!([first, second], [board, quiet]);
    assert_eq!(week.allowed, [0, 0, 0, 2, 0, 0, 6]);
    assert_eq!(week.refused, [0, 0, 0, 1, 0, 0, 4]);
    assert_eq!((week.today().allowed, week.total().refused), (6, 5));
    assert_eq!(none, KeyWeek::default());
    let without = deck.listing(&query(Sort::Name)).await;
    assert!(without.iter().all(|key| key.week.is_none()));
}

#[tokio::test]
async fn it_says_what_the_report_says_in_whichever_order_days_are_written() {
    let deck = Deck::new().await;
    let now = Timestamp::now();
    // In order, against it, a late one after a gap, what is too old before and after, and twice the same.
    let orders: [&[i64]; 6] = [
        &[9, 7, 6, 5, 4, 3, 2, 1, 0],
        &[0, 1, 2, 3, 4, 5, 6, 7, 8, 20],
        &[30, 0, 3, 29, 6],
        &[6, 13, 0, 13],
        &[8, 1, 1, 15, 1],
        &[20],
    ];
    let mut keys = Vec::new();
    for (n, days) in orders.iter().enumerate() {
        let (id, number) = key(&deck, &format!("Report {n}")).await;
        for (place, day) in (1_u32..).zip(*days) {
            write(&deck, vec![counted(number, now, *day, place, place % 3)]).await;
        }
        keys.push(id);
    }
    // Several days of a key in one second, as after midnight.
    let (id, number) = key(&deck, "Report at midnight").await;
    write(&deck, vec![counted(number, now, 2, 3, 0)]).await;
    let midnight = [(2, 4, 1), (1, 5, 2), (6, 1, 1), (8, 9, 9)];
    let both = midnight.map(|(days, allowed, refused)| counted(number, now, days, allowed, refused));
    write(&deck, both.to_vec()).await;
    keys.push(id);
    let told = weeks(&deck).await;
    assert_eq!(told.len(), keys.len());
    for (n, (id, week)) in told.into_iter().enumerate() {
        assert_eq!(week, of_report(&deck, id).await, "key {n}");
    }
}

#[tokio::test]
async fn days_of_a_clock_that_was_ahead_give_way_to_today() {
    let deck = Deck::new().await;
    let now = Timestamp::now();
    let (_, number) = key(&deck, "Board").await;
    write(&deck, vec![counted(number, now, 0, 7, 7)]).await;
    let ahead = "UPDATE usage_weeks SET day = day + 3650";
    engine::run(&deck.place, ahead).await.unwrap();
    assert_eq!(weeks(&deck).await[0].1, KeyWeek::default());
    write(
        &deck,
        vec![counted(number, now, 1, 2, 1), counted(number, now, 0, 3, 0)],
    )
    .await;
    let week = weeks(&deck).await[0].1;
    assert_eq!(week.allowed, [0, 0, 0, 0, 0, 2, 3]);
    assert_eq!(week.refused, [0, 0, 0, 0, 0, 1, 0]);
}

#[tokio::test]
async fn what_waited_in_the_log_is_in_it_once_it_is_carried_over() {
    let deck = Deck::new().await;
    let now = Timestamp::now();
    let mut numbers = Vec::new();
    for n in 0..300 {
        numbers.push(key(&deck, &format!("Report {n:03}")).await.1);
    }
    let tallies: Vec<Tally> = numbers
        .iter()
        .map(|number| counted(*number, now, 0, 1, 2))
        .collect();
    assert!(write(&deck, tallies).await);
    while deck.store.settle_usage().await.unwrap() {}
    let told = weeks(&deck).await;
    assert_eq!(told.len(), numbers.len());
    let today = |week: &KeyWeek| (week.today().allowed, week.today().refused);
    assert!(told.iter().all(|(_, week)| today(week) == (1, 2)));
}

fn token(name: &str) -> NewKeyToken {
    NewKeyToken {
        hash: TokenHash::of(name),
        hint: format!("kda_…{name}"),
        sealed: None,
    }
}

async fn rotated(deck: &Deck, key: &KeyRecord, to: &str) {
    let by = actor(&deck.owner);
    let change = deck.store.rotate_key(key.id, key.version, token(to), 3_600, by);
    assert!(matches!(change.await.unwrap(), RotationChange::Changed(_)));
}

#[tokio::test]
async fn a_page_has_the_meter_of_each_rotation() {
    let deck = Deck::new().await;
    let now = Timestamp::now();
    let mut numbers = Vec::new();
    for name in ["Board", "Report", "Steady"] {
        numbers.push(key(&deck, name).await.1);
    }
    let keys = deck.listing(&query(Sort::Name)).await;
    let [(old, _)] = deck.store.tokens(keys[0].id).await.unwrap()[..] else {
        panic!("one token");
    };
    assert!(keys.iter().all(|key| key.rotation.is_none()));
    rotated(&deck, &keys[0], "new1").await;
    rotated(&deck, &keys[1], "new2").await;
    let mut tallies: Vec<Tally> = numbers
        .iter()
        .map(|number| Tally::of(*number, hour_of(now)))
        .collect();
    let used = |second| Use::new(now - SignedDuration::from_secs(second), None, None);
    let [board, _, steady] = &mut tallies[..] else {
        panic!("three keys");
    };
    (0..12).for_each(|n| board.allow_by(old.mark(), used(n)));
    (0..340).for_each(|n| board.allow_by(token("new1").hash.mark(), used(n)));
    steady.allow(used(0));
    write(&deck, tallies).await;
    let uses = |keys: Vec<KeyRecord>| -> Vec<Option<RotationUses>> {
        let rotations = keys.into_iter().map(|key| key.rotation);
        rotations
            .map(|rotation| rotation.and_then(|rotation| rotation.uses))
            .collect()
    };
    let at = Timestamp::from_microsecond(now.as_microsecond()).unwrap();
    let board = RotationUses {
        old: 12,
        old_last_used_at: Some(at),
        new: 340,
    };
    let expected = [Some(board), Some(RotationUses::default()), None];
    assert_eq!(uses(deck.listing(&query(Sort::Name)).await), expected);
}

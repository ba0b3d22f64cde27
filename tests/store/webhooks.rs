//! What is to be told to webhooks: stored once, whoever looks, and sent by one server at a time.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use keydeck::api::{ActivityAction, ActivityQuery, Webhook, WebhookDelivery};
use keydeck::model::{DeliveryState, Scope, WebhookEvent};
use keydeck::server::store::{
    AfterAttempt, ClaimedDelivery, NewWebhookRecord, NotedAttempt, Queued, Sealed, Visible, WebhookChange,
};
use uuid::Uuid;

use super::deck::{Deck, actor, new_key};
use super::engine;

const LEASE: SignedDuration = SignedDuration::from_secs(600);
const DAY: i64 = 86_400 * 1_000_000;
const MINUTE: i64 = 60 * 1_000_000;

async fn webhook(deck: &Deck, events: &[WebhookEvent]) -> Webhook {
    let new = NewWebhookRecord {
        id: Uuid::now_v7(),
        url: "https://hooks.acme.example/keydeck".into(),
        events: events.to_vec(),
        secret: sealed(1),
    };
    let added = deck.store.add_webhook(new, actor(&deck.owner)).await;
    added.unwrap().unwrap()
}

fn sealed(byte: u8) -> Sealed {
    Sealed {
        data_key: 1,
        bytes: vec![byte; 80],
    }
}

/// As a server does once it has noticed that the log is longer.
async fn follow(deck: &Deck) {
    while deck.store.webhooks_are_behind().await.unwrap() {
        deck.store.queue_from_log().await.unwrap();
    }
}

async fn deliveries(deck: &Deck, webhook: &Webhook) -> Vec<WebhookDelivery> {
    let page = deck.store.deliveries(webhook.id, None, 200).await.unwrap();
    page.unwrap().deliveries
}

async fn events(deck: &Deck, webhook: &Webhook) -> Vec<WebhookEvent> {
    let all = deliveries(deck, webhook).await;
    all.iter().rev().map(|delivery| delivery.event).collect()
}

async fn claim(deck: &Deck, webhook: &Webhook, holder: u128, most: u32) -> Vec<ClaimedDelivery> {
    let free = vec![(webhook.id, most)];
    let holder = Uuid::from_u128(holder);
    deck.store.claim_deliveries(holder, LEASE, free).await.unwrap()
}

async fn note(deck: &Deck, id: Uuid, holder: u128, then: AfterAttempt) -> bool {
    let attempt = NotedAttempt {
        outcome: "It answered.".into(),
        status: Some(500),
        then,
    };
    let holder = Uuid::from_u128(holder);
    deck.store.note_attempt(id, holder, attempt).await.unwrap()
}

/// One that was created long ago.
async fn old_key(deck: &Deck, name: &str) -> Uuid {
    let mut new = new_key(Scope::Web, name, Some(deck.shop.id));
    new.created_at = Timestamp::from_microsecond(Timestamp::now().as_microsecond() - 400 * DAY).unwrap();
    deck.create(new, &deck.owner).await.id
}

/// As if the key expired so many microseconds from now.
async fn set_end(deck: &Deck, key: Uuid, from_now: i64) -> i64 {
    let at = Timestamp::now().as_microsecond() + from_now;
    let id = (engine::ENGINE.of_hex)(&key.simple().to_string());
    let id = match id.starts_with("decode") {
        true => format!("'{key}'"),
        false => id,
    };
    let sql = format!("UPDATE keys SET expires_at = {at} WHERE id = {id}");
    engine::run(&deck.place, &sql).await.unwrap();
    at
}

#[tokio::test]
async fn each_row_of_the_log_is_told_once_however_many_servers_look() {
    let deck = Deck::new().await;
    let (all, revoked) = (
        webhook(&deck, &[]).await,
        webhook(&deck, &[WebhookEvent::KeyRevoked]).await,
    );
    let mut ids = Vec::new();
    for n in 0..30 {
        ids.push(deck.web(&format!("Key {n}")).await.id);
    }
    deck.store.revoke_key(ids[0], actor(&deck.owner)).await.unwrap();
    let other = engine::again(&deck.place).await;
    let stores = [&deck.store, &other, &deck.store, &other];
    join_all(stores.map(async |store| {
        while store.webhooks_are_behind().await.unwrap() {
            store.queue_from_log().await.unwrap();
        }
    }))
    .await;
    let told = events(&deck, &all).await;
    assert_eq!(told.len(), 31);
    assert_eq!(told[30], WebhookEvent::KeyRevoked);
    assert_eq!(events(&deck, &revoked).await, [WebhookEvent::KeyRevoked]);
    // What was before is not told, also to one that comes later.
    let later = webhook(&deck, &[]).await;
    follow(&deck).await;
    assert!(deliveries(&deck, &later).await.is_empty());
    let keys: BTreeSet<String> = deliveries(&deck, &all)
        .await
        .iter()
        .map(|one| one.payload["data"]["key"]["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(keys.len(), 30);
}

#[tokio::test]
async fn one_server_sends_a_delivery_until_it_is_done_or_gone() {
    let deck = Deck::new().await;
    let hook = webhook(&deck, &[]).await;
    for n in 0..3 {
        deck.web(&format!("Key {n}")).await;
    }
    follow(&deck).await;
    let mine = claim(&deck, &hook, 1, 2).await;
    assert_eq!(mine.len(), 2);
    let others = claim(&deck, &hook, 2, 9).await;
    assert_eq!(others.len(), 1);
    assert!(claim(&deck, &hook, 2, 9).await.is_empty());
    assert!(!note(&deck, mine[0].id, 2, AfterAttempt::Delivered).await);
    assert!(note(&deck, mine[0].id, 1, AfterAttempt::Delivered).await);
    assert!(!note(&deck, mine[0].id, 1, AfterAttempt::Delivered).await);
    assert!(note(&deck, mine[1].id, 1, AfterAttempt::RetryIn(SignedDuration::ZERO)).await);
    let again = claim(&deck, &hook, 2, 9).await;
    assert_eq!((again.len(), again[0].id, again[0].attempts), (1, mine[1].id, 1));
    // The server has gone: another one has it once its time is over.
    let sql = "UPDATE webhook_deliveries SET next_at = 1 WHERE next_at IS NOT NULL";
    engine::run(&deck.place, sql).await.unwrap();
    let left: BTreeSet<Uuid> = claim(&deck, &hook, 3, 9).await.iter().map(|one| one.id).collect();
    assert_eq!(left, BTreeSet::from([mine[1].id, others[0].id]));
    assert!(!note(&deck, others[0].id, 2, AfterAttempt::Delivered).await);
    let states: Vec<DeliveryState> = deliveries(&deck, &hook)
        .await
        .iter()
        .map(|one| one.state)
        .collect();
    assert_eq!(
        states
            .iter()
            .filter(|state| **state == DeliveryState::Delivered)
            .count(),
        1
    );
    let backlog = deck.store.webhook_backlog().await.unwrap();
    assert_eq!((backlog.waiting, backlog.oldest.is_some()), (2, true));
}

#[tokio::test]
async fn one_that_takes_nothing_is_disabled_and_says_why() {
    let deck = Deck::new().await;
    let hook = webhook(&deck, &[]).await;
    for n in 0..3 {
        deck.web(&format!("Key {n}")).await;
    }
    follow(&deck).await;
    let mine = claim(&deck, &hook, 1, 3).await;
    // One that was taken since shows that the receiver is there.
    assert!(note(&deck, mine[0].id, 1, AfterAttempt::Delivered).await);
    assert!(note(&deck, mine[1].id, 1, AfterAttempt::GiveUp).await);
    let shown = deck.store.webhook(hook.id).await.unwrap().unwrap();
    assert_eq!((shown.disabled, shown.waiting), (None, 1));
    engine::run(&deck.place, "UPDATE webhooks SET succeeded_at = 1")
        .await
        .unwrap();
    assert!(note(&deck, mine[2].id, 1, AfterAttempt::GiveUp).await);
    let shown = deck.store.webhook(hook.id).await.unwrap().unwrap();
    let disabled = shown.disabled.unwrap();
    assert!(disabled.reason.unwrap().contains("It answered."));
    assert_eq!((disabled.by, shown.waiting), (None, 0));
    deck.web("Meanwhile").await;
    assert!(!deck.store.webhooks_are_behind().await.unwrap());
    assert!(deck.store.due_webhooks().await.unwrap().is_empty());
    let by = actor(&deck.owner);
    assert_eq!(
        deck.store.test_webhook(hook.id, by).await.unwrap(),
        Queued::Disabled
    );
    assert_eq!(
        deck.store.redeliver(mine[0].id, by).await.unwrap(),
        Queued::Disabled
    );
    let enable = WebhookChange {
        enabled: Some(true),
        ..WebhookChange::default()
    };
    deck.store.edit_webhook(hook.id, enable, by).await.unwrap();
    follow(&deck).await;
    assert_eq!(deliveries(&deck, &hook).await.len(), 3);
    let query = ActivityQuery {
        action: Some(ActivityAction::WebhookEdited),
        ..ActivityQuery::default()
    };
    let log = deck.store.activity(&query, Visible::All).await.unwrap();
    assert_eq!(log.items.len(), 2);
    assert_eq!(log.items[1].actor, None);
    assert!(
        log.items
            .iter()
            .all(|row| row.subject == "https://hooks.acme.example/…")
    );
}

#[tokio::test]
async fn keys_that_expire_are_told_at_each_step_once_and_anew_when_they_are_renewed() {
    let deck = Deck::new().await;
    let hook = webhook(&deck, &[WebhookEvent::KeyExpiring, WebhookEvent::KeyExpired]).await;
    let key = old_key(&deck, "Checkout").await;
    let old = format!(
        "UPDATE webhooks SET since = {}",
        Timestamp::now().as_microsecond() - 400 * DAY
    );
    engine::run(&deck.place, &old).await.unwrap();
    let told = async || {
        let ends = deck.store.queue_ends().await.unwrap();
        let all = deliveries(&deck, &hook).await;
        let newest = all
            .first()
            .map(|one| (one.event, one.payload["data"]["days"].as_i64()));
        (ends.told, newest)
    };
    set_end(&deck, key, 31 * DAY).await;
    assert_eq!(told().await, (0, None));
    for (from_now, event, days) in [
        (30 * DAY - MINUTE, WebhookEvent::KeyExpiring, Some(30)),
        // The server was stopped for long: the last step alone.
        (DAY - MINUTE, WebhookEvent::KeyExpiring, Some(1)),
    ] {
        set_end(&deck, key, from_now).await;
        assert_eq!(told().await, (1, Some((event, days))));
        assert_eq!(told().await.0, 0);
    }
    // Back and forth, as when somebody sets a clock: the same end, and the step was told.
    let end = set_end(&deck, key, -MINUTE).await;
    assert_eq!(told().await, (1, Some((WebhookEvent::KeyExpired, None))));
    engine::run(
        &deck.place,
        &format!("UPDATE webhook_told SET step = 0, about = {end}"),
    )
    .await
    .unwrap();
    assert_eq!(told().await.0, 0);
    set_end(&deck, key, 7 * DAY - MINUTE).await;
    assert_eq!(told().await, (1, Some((WebhookEvent::KeyExpiring, Some(7)))));
    assert_eq!(deliveries(&deck, &hook).await.len(), 4);
    let creator = &deliveries(&deck, &hook).await[0].payload["data"]["creator"];
    assert_eq!(creator["email"], "mira@acme.example");
}

#[tokio::test]
async fn what_came_to_its_step_before_there_was_a_webhook_or_a_key_is_not_told() {
    let deck = Deck::new().await;
    let hook = webhook(&deck, &[]).await;
    let [old, short] = [old_key(&deck, "Old").await, deck.web("Short").await.id];
    follow(&deck).await;
    let before = deliveries(&deck, &hook).await.len();
    // It came to its 30 days, and its 7 days, yesterday.
    set_end(&deck, old, 6 * DAY).await;
    // It is valid for five days altogether.
    set_end(&deck, short, 5 * DAY).await;
    let ends = deck.store.queue_ends().await.unwrap();
    assert_eq!((ends.told, ends.more), (0, false));
    let wait = ends.next.unwrap().as_secs();
    assert!((4 * 86_400 - 60..=4 * 86_400).contains(&wait), "{wait}");
    assert_eq!(deliveries(&deck, &hook).await.len(), before);
    // Many at once are told in portions, each once.
    let sql = format!(
        "UPDATE webhooks SET since = {}",
        Timestamp::now().as_microsecond() - 400 * DAY
    );
    engine::run(&deck.place, &sql).await.unwrap();
    for n in 0..120 {
        old_key(&deck, &format!("Key {n}")).await;
    }
    let at = Timestamp::now().as_microsecond() - MINUTE;
    let sql = format!("UPDATE keys SET expires_at = {at} WHERE name LIKE 'Key %'");
    engine::run(&deck.place, &sql).await.unwrap();
    let other = engine::again(&deck.place).await;
    let told = join_all([&deck.store, &other].map(async |store| {
        let mut told = 0;
        loop {
            let ends = store.queue_ends().await.unwrap();
            told += ends.told;
            if !ends.more {
                return told;
            }
        }
    }))
    .await;
    assert_eq!(told.iter().sum::<usize>(), 121);
}

#[tokio::test]
async fn what_is_finished_is_forgotten_and_the_log_keeps_what_a_slow_one_has_no_room_for() {
    let deck = Deck::new().await;
    let hook = webhook(&deck, &[WebhookEvent::KeyCreated]).await;
    deck.web("Key").await;
    follow(&deck).await;
    let [first] = deliveries(&deck, &hook).await.try_into().unwrap();
    let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)";
    let more = format!(
        "{numbers} INSERT INTO webhook_deliveries (id, webhook, event, payload, created_at, next_at)
         SELECT {}, webhook, event, payload, created_at, {} FROM webhook_deliveries, n WHERE webhook_deliveries.seq = 1",
        engine::ENGINE.random_id,
        i64::MAX
    );
    engine::run(&deck.place, &more).await.unwrap();
    deck.web("Late").await;
    assert!(!deck.store.webhooks_are_behind().await.unwrap());
    let done = "UPDATE webhook_deliveries SET next_at = NULL, delivered_at = 7 WHERE next_at IS NOT NULL";
    engine::run(&deck.place, done).await.unwrap();
    follow(&deck).await;
    let newest = deliveries(&deck, &hook).await.remove(0);
    assert_eq!(newest.payload["data"]["key"]["name"], "Late");
    while deck.store.forget_deliveries().await.unwrap() {}
    assert!(deck.store.delivery(first.id).await.unwrap().is_none());
    let kept = {
        let (mut kept, mut before) = (0, None);
        loop {
            let page = deck
                .store
                .deliveries(hook.id, before, 200)
                .await
                .unwrap()
                .unwrap();
            kept += page.deliveries.len();
            before = page.next;
            if before.is_none() {
                break kept;
            }
        }
    };
    assert_eq!(kept, 1_001);
    assert!(
        deck.store
            .remove_webhook(hook.id, actor(&deck.owner))
            .await
            .unwrap()
    );
    assert!(deck.store.delivery(newest.id).await.unwrap().is_none());
    assert!(deck.store.deliveries(hook.id, None, 9).await.unwrap().is_none());
}

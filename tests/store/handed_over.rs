//! All keys of a query, as they are at one moment, however slowly they are taken.

use std::sync::Arc;

use keydeck::api::{KeyFilter, Sort};
use keydeck::model::{Scope, StateFilter};
use keydeck::server::store::{KeyQuery, KeyRecord, Revocation};
use tokio::sync::mpsc;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

use super::deck::{Deck, actor, new_key, query, text};

fn newest_first(filter: KeyFilter) -> KeyQuery {
    KeyQuery {
        filter,
        descending: true,
        limit: 7,
        ..query(Sort::CreatedAt)
    }
}

fn begin(deck: &Deck, query: KeyQuery) -> (Receiver<Vec<KeyRecord>>, JoinHandle<()>) {
    let (to, batches) = mpsc::channel(1);
    let store = Arc::clone(&deck.store);
    let task = tokio::spawn(async move { store.all_keys(query, to).await.unwrap() });
    (batches, task)
}

async fn rest(mut keys: Vec<KeyRecord>, mut batches: Receiver<Vec<KeyRecord>>) -> Vec<KeyRecord> {
    while let Some(batch) = batches.recv().await {
        keys.extend(batch);
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_meanwhile_is_as_it_was() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    deck.sixty().await;
    let query = newest_first(KeyFilter::default());
    let before = deck.listing(&query).await;
    let (mut batches, task) = begin(&deck, query.clone());
    let first = batches.recv().await.unwrap();
    assert_eq!(first.len(), 7);
    // Of what comes next, and of the end; and one that would be the first.
    for key in [&before[20], &before[59]] {
        let revoked = deck.store.revoke_key(key.id, by).await.unwrap();
        assert!(matches!(revoked, Revocation::Revoked), "{revoked:?}");
    }
    deck.store.disable_key(before[40].id, None, by).await.unwrap();
    deck.create(new_key(Scope::Analytics, "Late", None), &deck.owner)
        .await;
    assert_eq!(rest(first, batches).await, before);
    task.await.unwrap();
    let (batches, _) = begin(&deck, query.clone());
    assert_eq!(rest(Vec::new(), batches).await, deck.listing(&query).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_what_the_pages_have() {
    let deck = Deck::new().await;
    for key in deck.sixty().await.iter().take(9) {
        deck.store.revoke_key(key.id, actor(&deck.owner)).await.unwrap();
    }
    let state = |state| KeyFilter {
        state: Some(state),
        ..KeyFilter::default()
    };
    for filter in [
        KeyFilter::default(),
        text("über"),
        text("nothing is called so"),
        state(StateFilter::Revoked),
        state(StateFilter::Expired),
        KeyFilter {
            label: Some("production".into()),
            scope: Some(Scope::Web),
            ..KeyFilter::default()
        },
    ] {
        let query = newest_first(filter);
        let (batches, task) = begin(&deck, query.clone());
        assert_eq!(
            rest(Vec::new(), batches).await,
            deck.listing(&query).await,
            "{query:?}"
        );
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_nobody_takes_them() {
    let deck = Deck::new().await;
    deck.sixty().await;
    let (mut batches, task) = begin(&deck, newest_first(KeyFilter::default()));
    batches.recv().await.unwrap();
    drop(batches);
    task.await.unwrap();
}

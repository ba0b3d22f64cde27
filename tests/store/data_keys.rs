//! Data keys under another root key, with one more that seals from then on: for one of those who try, and recorded;
//! and secrets that are sealed anew under it.

use keydeck::api::{Activity, ActivityAction, ActivityQuery, SessionServer};
use keydeck::model::Scope;
use keydeck::server::store::seals::{Resealed, SealedSecret, SecretPlace};
use keydeck::server::store::{
    KeyCreation, NewSessionServer, Rotation, Sealed, SessionServerChange, StoreError, Visible, WrappedDataKey,
};
use strum::IntoEnumIterator;

use super::deck::{Deck, actor, data_key, new_key};

fn wrapped(id: u32, byte: u8) -> WrappedDataKey {
    WrappedDataKey {
        id,
        bytes: vec![byte; 72],
    }
}

pub fn rotation(byte: u8) -> Rotation {
    Rotation {
        old: vec![data_key()],
        rewrapped: vec![wrapped(1, byte)],
        newest: wrapped(2, byte),
        reseals: false,
    }
}

async fn recorded(deck: &Deck, action: ActivityAction) -> Vec<Activity> {
    let log = deck.store.activity(&ActivityQuery::default(), Visible::All).await;
    let rows = log.unwrap().items.into_iter();
    rows.filter(|row| row.action == action).collect()
}

#[tokio::test]
async fn of_two_who_rotate_the_data_keys_one_wins() {
    let deck = Deck::new().await;
    let first = deck.store.rotate_data_keys(rotation(8));
    let second = deck.store.rotate_data_keys(rotation(9));
    let (first, second) = tokio::join!(first, second);
    let won = [first.unwrap(), second.unwrap()];
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    let byte = if won[0] { 8 } else { 9 };
    let expected = [wrapped(1, byte), wrapped(2, byte)];
    assert_eq!(deck.store.data_keys().await.unwrap(), expected);

    let rotations = recorded(&deck, ActivityAction::RootKeyRotated).await;
    assert_eq!(
        rotations.iter().map(|row| &row.actor).collect::<Vec<_>>(),
        [&None]
    );
}

#[tokio::test]
async fn a_data_key_that_is_missing_undoes_the_whole_change() {
    let deck = Deck::new().await;
    let mut more = rotation(8);
    more.rewrapped.push(wrapped(7, 8));
    assert!(deck.store.rotate_data_keys(more).await.is_err());
    assert_eq!(deck.store.data_keys().await.unwrap(), [data_key()]);
}

fn sealed(data_key: u32, bytes: &str) -> Sealed {
    Sealed {
        data_key,
        bytes: bytes.as_bytes().to_vec(),
    }
}

fn session_server(private_key: Sealed) -> NewSessionServer {
    NewSessionServer {
        server: SessionServer {
            url: "wss://sessions.acme.example".into(),
            key_name: "main".into(),
        },
        private_key: Some(private_key),
    }
}

#[tokio::test]
async fn nothing_is_sealed_under_a_data_key_that_was_replaced() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    assert!(deck.store.rotate_data_keys(rotation(8)).await.unwrap());
    let rows = deck.store.last_seq().await.unwrap();
    let outdated = new_key(Scope::Mobile, "Till", Some(deck.shop.id));
    let refused = deck.store.create_key(outdated.clone(), by).await;
    assert!(matches!(refused, Err(StoreError::DataKeyReplaced)), "{refused:?}");
    let refused = deck
        .store
        .set_session_server(deck.shop.id, session_server(sealed(1, "old")), by)
        .await;
    assert!(matches!(refused, Err(StoreError::DataKeyReplaced)), "{refused:?}");
    assert_eq!(deck.store.last_seq().await.unwrap(), rows);

    let mut newest = outdated;
    newest.sealed = Some(sealed(2, "new"));
    let created = deck.store.create_key(newest, by).await.unwrap();
    assert!(matches!(created, KeyCreation::Created(_)));
    let set = deck
        .store
        .set_session_server(deck.shop.id, session_server(sealed(2, "new")), by)
        .await;
    assert!(matches!(set.unwrap(), SessionServerChange::Set(_)));
    // An Analytics key has no secret to be sealed.
    let board = new_key(Scope::Analytics, "Board", None);
    assert!(matches!(
        deck.store.create_key(board, by).await.unwrap(),
        KeyCreation::Created(_)
    ));
}

async fn under(deck: &Deck, data_key: u32) -> Vec<SealedSecret> {
    let mut found = Vec::new();
    for place in SecretPlace::iter() {
        let mut after = i64::MIN;
        loop {
            let some = deck.store.sealed_under(data_key, place, after, 2).await.unwrap();
            let Some(last) = some.last() else { break };
            after = last.seq;
            found.extend(some);
        }
    }
    found
}

fn anew(before: &SealedSecret) -> Resealed {
    Resealed {
        before: before.clone(),
        sealed: sealed(2, &format!("anew {}", before.id)),
    }
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_sealed_anew_and_unused_data_keys_go() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let mut keys = Vec::new();
    for n in 0..5 {
        keys.push(deck.web(&format!("Checkout {n}")).await);
    }
    for project in [&deck.shop, &deck.kiosk] {
        let set = deck
            .store
            .set_session_server(project.id, session_server(sealed(1, "old")), by);
        set.await.unwrap();
    }
    assert_eq!(deck.store.count_outdated_secrets().await.unwrap(), 0);
    assert!(deck.store.rotate_data_keys(rotation(8)).await.unwrap());
    assert_eq!(deck.store.count_outdated_secrets().await.unwrap(), 7);
    let found = under(&deck, 1).await;
    assert_eq!(found.len(), 7);
    assert!(
        found
            .iter()
            .all(|secret| secret.scope.is_some() == (secret.place == SecretPlace::Key))
    );

    // Between the look and the change one key is revoked and one session server gets another private key.
    deck.store.revoke_key(keys[1].id, by).await.unwrap();
    let set = deck
        .store
        .set_session_server(deck.kiosk.id, session_server(sealed(2, "of others")), by);
    set.await.unwrap();
    let portion: Vec<_> = found.iter().map(anew).collect();
    assert_eq!(deck.store.reseal(portion.clone()).await.unwrap(), 5);
    // By two at once, the second changes nothing.
    assert_eq!(deck.store.reseal(portion).await.unwrap(), 0);
    assert_eq!(deck.store.count_outdated_secrets().await.unwrap(), 0);
    let signer = deck.store.session_signer(deck.kiosk.id).await.unwrap().unwrap();
    assert_eq!(signer.private_key, sealed(2, "of others"));
    let signer = deck.store.session_signer(deck.shop.id).await.unwrap().unwrap();
    assert_eq!(signer.private_key, sealed(2, &format!("anew {}", deck.shop.id)));
    let revealed = deck.store.reveal_key(keys[0].id, by).await.unwrap().unwrap();
    assert_eq!(revealed, sealed(2, &format!("anew {}", keys[0].id)));
    assert_eq!(deck.store.reveal_key(keys[1].id, by).await.unwrap(), None);

    assert_eq!(deck.store.drop_unused_data_keys().await.unwrap(), 1);
    assert_eq!(deck.store.data_keys().await.unwrap(), [wrapped(2, 8)]);
    assert_eq!(recorded(&deck, ActivityAction::SecretsResealed).await.len(), 1);
}

#[tokio::test]
async fn a_data_key_that_seals_something_stays() {
    let deck = Deck::new().await;
    deck.web("Checkout").await;
    assert!(deck.store.rotate_data_keys(rotation(8)).await.unwrap());
    assert_eq!(deck.store.drop_unused_data_keys().await.unwrap(), 2);
    let found = under(&deck, 1).await;
    let mut outdated = anew(&found[0]);
    outdated.sealed.data_key = 1;
    let refused = deck.store.reseal(vec![outdated]).await;
    assert!(matches!(refused, Err(StoreError::DataKeyReplaced)), "{refused:?}");
    assert_eq!(under(&deck, 1).await, found);
}

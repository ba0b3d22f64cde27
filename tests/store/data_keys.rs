//! Data keys wrapped anew: for one of those who try, and recorded.

use keydeck::api::{ActivityAction, ActivityQuery};
use keydeck::server::store::{Visible, WrappedDataKey};

use super::deck::{Deck, data_key};

fn wrapped(byte: u8) -> Vec<WrappedDataKey> {
    vec![WrappedDataKey {
        id: 1,
        bytes: vec![byte; 72],
    }]
}

#[tokio::test]
async fn of_two_who_wrap_the_data_keys_anew_one_wins() {
    let deck = Deck::new().await;
    let first = deck.store.rewrap_data_keys(vec![data_key()], wrapped(8));
    let second = deck.store.rewrap_data_keys(vec![data_key()], wrapped(9));
    let (first, second) = tokio::join!(first, second);
    let won = [first.unwrap(), second.unwrap()];
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    let expected = wrapped(if won[0] { 8 } else { 9 });
    assert_eq!(deck.store.data_keys().await.unwrap(), expected);

    let log = deck
        .store
        .activity(&ActivityQuery::default(), Visible::All)
        .await
        .unwrap();
    let rotations = log
        .items
        .iter()
        .filter(|row| row.action == ActivityAction::RootKeyRotated);
    assert_eq!(rotations.map(|row| &row.actor).collect::<Vec<_>>(), [&None]);
}

#[tokio::test]
async fn a_data_key_that_is_missing_undoes_the_whole_change() {
    let deck = Deck::new().await;
    let mut more = wrapped(8);
    more.push(WrappedDataKey {
        id: 2,
        bytes: vec![8; 72],
    });
    let refused = deck.store.rewrap_data_keys(vec![data_key()], more).await;
    assert!(refused.is_err());
    assert_eq!(deck.store.data_keys().await.unwrap(), [data_key()]);
}

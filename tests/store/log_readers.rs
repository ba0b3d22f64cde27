//! Who passes the activity log on: one server at a time, from where it was left.

use jiff::SignedDuration;
use uuid::Uuid;

use super::deck::{Deck, actor};

const LEASE: SignedDuration = SignedDuration::from_secs(600);
const NAME: &str = "syslog+tls://logs.acme.example:6514";

#[tokio::test]
async fn one_server_holds_a_reader_until_it_lets_go_or_its_time_is_over() {
    let deck = Deck::new().await;
    let store = &*deck.store;
    let [one, other] = [Uuid::from_u128(1), Uuid::from_u128(2)];
    assert_eq!(store.log_reader(NAME).await.unwrap(), None);
    assert_eq!(
        store.claim_log_reader(NAME, 3, one, LEASE).await.unwrap(),
        Some(3)
    );
    // It goes on where it is, whatever it would begin with.
    assert_eq!(
        store.claim_log_reader(NAME, 9, one, LEASE).await.unwrap(),
        Some(3)
    );
    assert_eq!(store.claim_log_reader(NAME, 3, other, LEASE).await.unwrap(), None);
    assert!(!store.advance_log_reader(NAME, 4, other).await.unwrap());
    assert_eq!(
        store.claim_log_reader("stdout", 0, other, LEASE).await.unwrap(),
        Some(0)
    );
    assert!(store.advance_log_reader(NAME, 5, one).await.unwrap());
    assert_eq!(store.log_reader(NAME).await.unwrap(), Some(5));
    assert_eq!(
        store
            .claim_log_reader(NAME, 3, other, SignedDuration::ZERO)
            .await
            .unwrap(),
        Some(5)
    );
    // It has gone without a word.
    assert_eq!(
        store.claim_log_reader(NAME, 3, one, LEASE).await.unwrap(),
        Some(5)
    );
    assert!(!store.advance_log_reader(NAME, 6, other).await.unwrap());
    assert_eq!(store.log_reader(NAME).await.unwrap(), Some(5));
}

#[tokio::test]
async fn two_servers_pass_each_row_on_once() {
    let deck = Deck::new().await;
    deck.sixty().await;
    let newest = deck.store.last_seq().await.unwrap();
    let pass_on = |holder: u128| {
        let store = deck.store.clone();
        let holder = Uuid::from_u128(holder);
        tokio::spawn(async move {
            let mut passed = Vec::new();
            loop {
                let sent = store.log_reader(NAME).await.unwrap().unwrap_or_default();
                if sent == newest {
                    return passed;
                }
                let claimed = store.claim_log_reader(NAME, 0, holder, LEASE).await.unwrap();
                let Some(after) = claimed else {
                    tokio::task::yield_now().await;
                    continue;
                };
                let to = newest.min(after + 7);
                let rows = store.rows(after, to).await.unwrap();
                passed.extend(rows.iter().map(|row| row.seq));
                assert!(store.advance_log_reader(NAME, to, holder).await.unwrap());
            }
        })
    };
    let (one, other) = (pass_on(1), pass_on(2));
    let mut passed = one.await.unwrap();
    passed.extend(other.await.unwrap());
    passed.sort_unstable();
    assert_eq!(passed, (1..=newest).collect::<Vec<u64>>());
}

#[tokio::test]
async fn rows_come_in_the_order_of_the_log() {
    let deck = Deck::new().await;
    let keys = deck.sixty().await;
    deck.store
        .reveal_key(keys[0].id, actor(&deck.owner))
        .await
        .unwrap();
    let newest = deck.store.last_seq().await.unwrap();
    let rows = deck.store.rows(newest - 3, newest).await.unwrap();
    let seqs: Vec<u64> = rows.iter().map(|row| row.seq).collect();
    assert_eq!(seqs, [newest - 2, newest - 1, newest]);
    assert_eq!(rows[2].hash_after(rows[1].hash), rows[2].hash);
    assert!(deck.store.rows(newest, newest).await.unwrap().is_empty());
}

//! The instant from which on a key is refused, seen by eight verifiers who ask without a pause: when it ends, and when
//! it is disabled; and the one at which local development ends.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use keydeck::model::{LocalAddress, Rule, Scope, TokenHash};
use keydeck::server::store::{KeySwitch, Store};
use tokio::sync::{mpsc, watch as watched};
use tokio::task::JoinSet;

use super::deck::{Deck, actor, new_key};
use super::{engine, rotation};

const VERIFIERS: usize = 8;
/// So many keys end one after the other.
const BATCH: usize = 25;
/// How far ahead the first end is, in milliseconds, and the time between two of them.
const SOON: i64 = 20;
const STEP: SignedDuration = SignedDuration::from_millis(2);

/// How often it is tried; more often where somebody says so.
fn trials(usual: usize) -> usize {
    let said = std::env::var("INSTANT_TRIALS").ok();
    said.and_then(|said| said.parse().ok()).unwrap_or(usual)
}

async fn rule(store: &dyn Store, hash: &TokenHash) -> Option<Rule> {
    let key = store.check(hash, None).await.unwrap().key.unwrap();
    let local = key.local_development_ended.then_some(Rule::LocalDevelopmentEnded);
    key.standing.refuses().or(local)
}

/// Asks of each key until it has ended; returns of how many it saw that they were valid shortly before.
async fn watch(store: Arc<dyn Store>, keys: Arc<Vec<(TokenHash, Timestamp)>>, ended: Rule) -> usize {
    let mut in_use = 0;
    for (hash, ends) in keys.iter() {
        let mut was_valid = false;
        loop {
            let began = Timestamp::now();
            match rule(&*store, hash).await {
                None => {
                    assert!(
                        began < *ends,
                        "accepted {} after its end",
                        began.duration_since(*ends)
                    );
                    was_valid = true;
                }
                Some(rule) if rule == ended => {
                    let over = Timestamp::now();
                    assert!(
                        over >= *ends,
                        "refused {} before its end",
                        ends.duration_since(over)
                    );
                    break;
                }
                other => panic!("{other:?}"),
            }
            tokio::task::yield_now().await;
        }
        in_use += usize::from(was_valid);
    }
    in_use
}

/// Gives their ends to the keys of a batch.
async fn end(deck: &Deck, column: &str, from: usize, first: Timestamp) {
    let number = "CAST(substr(name, 7) AS bigint)";
    let sql = format!(
        "UPDATE keys SET {column} = {} + ({number} - {from}) * {}
          WHERE {number} >= {from} AND {number} < {}",
        first.as_microsecond(),
        STEP.as_micros(),
        from + BATCH
    );
    engine::run(&deck.place, &sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_through_from_the_instant_on_at_which_a_key_ends() {
    let deck = Deck::new().await;
    let trials = trials(1_000);
    let new: Vec<_> = (0..trials)
        .map(|n| new_key(Scope::Analytics, &format!("Board {n}"), None))
        .collect();
    let hashes: Vec<TokenHash> = new.iter().map(|new| new.token_hash).collect();
    let created = new
        .into_iter()
        .map(|new| deck.store.create_key(new, actor(&deck.owner)));
    let created: Vec<_> = stream::iter(created).buffer_unordered(VERIFIERS).collect().await;
    assert!(created.iter().all(Result::is_ok));
    let in_use = end_in_batches(&deck, &hashes, ("expires_at", Rule::KeyExpired)).await;
    // On a machine that has something else to do, verifiers come late.
    assert!(in_use > trials / 10, "only {in_use} were seen in use");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_local_page_is_let_through_from_the_instant_on_at_which_local_development_ends() {
    let deck = Deck::new().await;
    let trials = trials(250);
    let created = (0..trials).map(async |n| {
        let mut new = new_key(Scope::Web, &format!("Board {n}"), Some(deck.shop.id));
        new.valid.settings.local_development = LocalAddress::parse("203.0.113.7").ok();
        let hash = new.token_hash;
        deck.create(new, &deck.owner).await;
        hash
    });
    let hashes: Vec<TokenHash> = stream::iter(created).buffered(VERIFIERS).collect().await;
    let ended = ("local_development_ends_at", Rule::LocalDevelopmentEnded);
    let in_use = end_in_batches(&deck, &hashes, ended).await;
    assert!(in_use > trials / 10, "only {in_use} were seen in use");
}

/// Sets the ends of the keys `Board 0` and so on in this column, and has all of them watched: returns how many were seen
/// in use.
async fn end_in_batches(deck: &Deck, hashes: &[TokenHash], (column, ended): (&str, Rule)) -> usize {
    let mut in_use = 0;
    for (batch, hashes) in hashes.chunks(BATCH).enumerate() {
        let from = batch * BATCH;
        let mut ahead = SOON;
        let first = loop {
            // In milliseconds, as ends are.
            let first = Timestamp::from_millisecond(Timestamp::now().as_millisecond() + ahead).unwrap();
            end(deck, column, from, first).await;
            // Where that took longer, all is over.
            if Timestamp::now() < first {
                break first;
            }
            ahead *= 2;
        };
        let ends = |n: usize| first + STEP * i32::try_from(n).unwrap();
        let keys = hashes.iter().enumerate().map(|(n, hash)| (*hash, ends(n)));
        let keys = Arc::new(keys.collect::<Vec<_>>());
        let mut verifiers = JoinSet::new();
        for _ in 0..VERIFIERS {
            verifiers.spawn(watch(deck.store.clone(), keys.clone(), ended));
        }
        in_use += verifiers.join_all().await.into_iter().sum::<usize>();
    }
    in_use
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_through_by_an_old_token_from_the_instant_on_at_which_the_overlap_ends() {
    let deck = Deck::new().await;
    let trials = trials(250);
    let rotated = (0..trials).map(async |n| {
        let (key, old) = rotation::key(&deck, Scope::Analytics, &format!("Board {n}")).await;
        let (new, by) = (rotation::token(Scope::Analytics), actor(&deck.owner));
        let rotated = deck.store.rotate_key(key.id, 1, new, 3_600, by).await.unwrap();
        rotation::changed(rotated);
        old
    });
    let hashes: Vec<TokenHash> = stream::iter(rotated).buffered(VERIFIERS).collect().await;
    let in_use = end_in_batches(&deck, &hashes, ("old_ends_at", Rule::KeyRotated)).await;
    assert!(in_use > trials / 10, "only {in_use} were seen in use");
}

/// What the one key is, in turn; between them it is being changed.
const ENABLED: usize = 0;
const DISABLED: usize = 2;
const PHASES: usize = 4;
/// Checks of each verifier while the key is being changed.
const MEANWHILE: usize = 3;

/// Asks while the key is changed, and once more when that was answered.
async fn verify(
    store: Arc<dyn Store>,
    hash: TokenHash,
    mut phases: watched::Receiver<usize>,
    seen: mpsc::Sender<()>,
) {
    loop {
        let phase = *phases.borrow_and_update();
        match phase % PHASES {
            DISABLED => assert_eq!(
                rule(&*store, &hash).await,
                Some(Rule::KeyDisabled),
                "accepted afterwards"
            ),
            ENABLED => assert_eq!(rule(&*store, &hash).await, None, "refused though it is enabled"),
            _ => {
                for _ in 0..MEANWHILE {
                    let rule = rule(&*store, &hash).await;
                    assert!(matches!(rule, None | Some(Rule::KeyDisabled)), "{rule:?}");
                }
            }
        }
        if phase.is_multiple_of(2) && seen.send(()).await.is_err() || phases.changed().await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_through_after_a_key_was_disabled() {
    let deck = Deck::new().await;
    let by = actor(&deck.owner);
    let new = new_key(Scope::Analytics, "Board", None);
    let hash = new.token_hash;
    let key = deck.create(new, &deck.owner).await;
    let (phase, phases) = watched::channel(ENABLED);
    let (sender, mut seen) = mpsc::channel(VERIFIERS);
    let mut verifiers = JoinSet::new();
    for _ in 0..VERIFIERS {
        verifiers.spawn(verify(deck.store.clone(), hash, phases.clone(), sender.clone()));
    }
    for _ in 0..2 * trials(250) {
        for _ in 0..VERIFIERS {
            seen.recv().await.unwrap();
        }
        phase.send_modify(|phase| *phase += 1);
        let switched = match *phase.borrow() % PHASES > DISABLED {
            true => deck.store.enable_key(key.id, by).await,
            false => deck.store.disable_key(key.id, None, by).await,
        };
        assert!(matches!(switched.unwrap(), KeySwitch::Switched(_)));
        phase.send_modify(|phase| *phase += 1);
    }
    drop((phase, seen));
    while let Some(verifier) = verifiers.join_next().await {
        verifier.unwrap();
    }
}

//! Revoked means revoked, everywhere: a thousand times, while eight verifiers ask two servers without a
//! pause, one of which is cut off from the database again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::wire::{Way, Wire};
use crate::checks::Checks;
use crate::deck::{Deck, SHOP, Server};
use crate::postgres::Database;

const TRIALS: usize = 1_000;
/// Of each server.
const VERIFIERS: usize = 4;
/// Every so many trials the way is cut before the revocation, or healed.
const EVERY: usize = 25;

/// What the verifiers know.
struct Board {
    /// The number of the trial, and the key that is presented in it.
    trial: watch::Receiver<(usize, Arc<str>)>,
    /// The trials whose revocation was answered.
    over: AtomicUsize,
}

/// What one check came to.
struct Outcome {
    trial: usize,
    /// Whether the server is the one that is never cut off.
    near: bool,
    /// It started after the revocation was answered.
    late: bool,
    status: u16,
}

async fn verify(board: Arc<Board>, mut checks: Checks, near: bool, outcomes: mpsc::UnboundedSender<Outcome>) {
    let mut trials = board.trial.clone();
    loop {
        let (trial, key) = trials.borrow_and_update().clone();
        let mut late = false;
        while !late {
            late = board.over.load(Ordering::SeqCst) > trial;
            let status = checks.ask(&key).await;
            let outcome = Outcome {
                trial,
                near,
                late,
                status,
            };
            if outcomes.send(outcome).is_err() {
                return;
            }
        }
        if trials.changed().await.is_err() {
            return;
        }
    }
}

/// A new key, and its path.
async fn given(server: &Server, n: usize) -> (Arc<str>, String) {
    let new = json!({"scope": "analytics", "name": format!("Board {n}")});
    let created = server.ask(Method::POST, "/v1/keys", &new).await.expect(201);
    let id = created["key"]["id"].as_str().unwrap();
    (
        created["secret"].as_str().unwrap().into(),
        format!("/v1/keys/{id}"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_accepts_what_was_revoked_through_any() {
    let deck = Deck::at(&Database::new().await.url).await;
    let wire = Wire::to(&deck.database).await;
    let (near, far) = (deck.serve(&[]), deck.serve_by(&wire.url));
    let (first, mut path) = given(&near, 0).await;
    let (next, trial) = watch::channel((0, first));
    let board = Arc::new(Board {
        trial,
        over: AtomicUsize::new(0),
    });
    let (sender, mut outcomes) = mpsc::unbounded_channel();
    for (server, is_near) in [(&near, true), (&far, false)] {
        for _ in 0..VERIFIERS {
            let address = server.url.replace("http://", "");
            let checks = Checks::connect(&address, &deck.gateway, SHOP).await;
            tokio::spawn(verify(board.clone(), checks, is_near, sender.clone()));
        }
    }
    let (mut is_cut, mut late_accepted, mut refused_away) = (false, 0, 0);
    for n in 0..TRIALS {
        if n > 0 {
            let (key, its_path) = given(&near, n).await;
            path = its_path;
            next.send((n, key)).unwrap();
        }
        // It is in use when it is revoked: of the server that may be away, its answers are waited for.
        let (mut allowed, mut answered) = (0, 0);
        while allowed < VERIFIERS || answered < VERIFIERS {
            let outcome = outcomes.recv().await.unwrap();
            assert_eq!((outcome.trial, outcome.late), (n, false));
            match (outcome.near, outcome.status) {
                (true, 200) => allowed += 1,
                (false, 200 | 503) => answered += 1,
                (near, status) => panic!("{status} in trial {n}, near: {near}"),
            }
        }
        if n % EVERY == 0 {
            is_cut = !is_cut;
            wire.set(if is_cut { Way::Cut } else { Way::Open });
        }
        // Through the other one too, when it can.
        let by = if n % 2 == 0 || is_cut { &near } else { &far };
        let revoked = by.ask(Method::DELETE, &path, &Value::Null).await;
        let revoked = match revoked.is(503) {
            // Just back, and not yet connected.
            true => near.ask(Method::DELETE, &path, &Value::Null).await,
            false => revoked,
        };
        assert!(revoked.is(204) || revoked.is(410), "{revoked:?}");
        board.over.store(n + 1, Ordering::SeqCst);
        let mut late = 0;
        while late < 2 * VERIFIERS {
            let outcome = outcomes.recv().await.unwrap();
            assert!([200, 401, 503].contains(&outcome.status), "{}", outcome.status);
            late += usize::from(outcome.late);
            late_accepted += usize::from(outcome.late && outcome.status == 200);
            refused_away += usize::from(outcome.status == 503);
            assert!(
                !(outcome.near && outcome.status == 503),
                "the near server was away"
            );
        }
        assert_eq!(late_accepted, 0, "accepted in trial {n}");
    }
    assert!(refused_away > 0, "the way was never cut");
    println!(
        "{TRIALS} revocations, two servers: 0 accepted afterwards, {refused_away} refused while cut off"
    );
}

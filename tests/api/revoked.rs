//! Revoked means revoked: a thousand times, while eight verifiers ask without a pause, what is taken away is
//! refused to every check that starts after the answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::authorize::Api;
use crate::checks::Checks;
use crate::common::{Person, id_of};

const TRIALS: usize = 1_000;
const VERIFIERS: usize = 8;
const SHOP: &str = "https://shop.acme.example";

/// What the verifiers know.
struct Board {
    /// The number of the trial, and the key that is presented in it.
    trial: watch::Receiver<(usize, Arc<str>)>,
    /// The trials whose change was answered.
    over: AtomicUsize,
    address: String,
    gateway: String,
}

/// What one check came to.
struct Outcome {
    trial: usize,
    /// It started after the change was answered.
    late: bool,
    status: u16,
}

/// Asks as fast as it is answered, until the change was answered before it asked.
async fn verify(board: Arc<Board>, outcomes: mpsc::UnboundedSender<Outcome>) {
    let mut checks = Checks::connect(&board.address, &board.gateway, SHOP).await;
    let mut trials = board.trial.clone();
    loop {
        let (trial, key) = trials.borrow_and_update().clone();
        let mut late = false;
        while !late {
            late = board.over.load(Ordering::SeqCst) > trial;
            let status = checks.ask(&key).await;
            if outcomes.send(Outcome { trial, late, status }).is_err() {
                return;
            }
        }
        if trials.changed().await.is_err() {
            return;
        }
    }
}

/// `given` makes what is checked, and `taken` takes it away.
async fn trials(api: &Api, refused: u16, given: impl AsyncFn(usize) -> String, taken: impl AsyncFn(usize)) {
    let (next, trial) = watch::channel((0, given(0).await.into()));
    let board = Arc::new(Board {
        trial,
        over: AtomicUsize::new(0),
        address: api.deck.url.replace("http://", ""),
        gateway: api.gateway.clone(),
    });
    let (sender, mut outcomes) = mpsc::unbounded_channel();
    for _ in 0..VERIFIERS {
        tokio::spawn(verify(board.clone(), sender.clone()));
    }
    for n in 0..TRIALS {
        if n > 0 {
            next.send((n, given(n).await.into())).expect("verifiers");
        }
        // It is in use when it is taken away.
        let mut allowed = 0;
        while allowed < VERIFIERS {
            let outcome = outcomes.recv().await.expect("verifiers");
            assert_eq!((outcome.trial, outcome.status, outcome.late), (n, 200, false));
            allowed += 1;
        }
        taken(n).await;
        board.over.store(n + 1, Ordering::SeqCst);
        // Every verifier asks once more, and waits for the next trial.
        let mut late = 0;
        while late < VERIFIERS {
            let outcome = outcomes.recv().await.expect("verifiers");
            assert!(
                !outcome.late || outcome.status == refused,
                "accepted in trial {n}"
            );
            assert!([200, refused].contains(&outcome.status), "{}", outcome.status);
            late += usize::from(outcome.late);
        }
    }
}

fn secret_of(created: &Value) -> String {
    created["secret"].as_str().expect("a secret").to_owned()
}

async fn board_key(person: &Person, n: usize) -> Value {
    let new = json!({"scope": "analytics", "name": format!("Board {n}")});
    person.post("/v1/keys", &new).await.expect(201)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key() {
    let api = Api::start().await;
    let key = Mutex::new(String::new());
    trials(
        &api,
        401,
        async |n| {
            let created = board_key(&api.deck.owner, n).await;
            *key.lock().expect("no panic") = id_of(&created);
            secret_of(&created)
        },
        async |_| {
            let path = format!("/v1/keys/{}", key.lock().expect("no panic"));
            api.deck.owner.delete(&path).await.expect(204);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_an_edit_takes_away() {
    let api = Api::start().await;
    let (id, secret) = api.key("web", &[SHOP]).await;
    let path = format!("/v1/keys/{id}");
    let edit = async |version: usize, domain: &str| {
        let edit = json!({"ui_domains": [domain]});
        api.deck
            .owner
            .patch(&path, version as u64, &edit)
            .await
            .expect(200);
    };
    trials(
        &api,
        403,
        async |n| {
            if n > 0 {
                edit(2 * n, SHOP).await;
            }
            secret.clone()
        },
        async |n| edit(2 * n + 1, "https://other.acme.example").await,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_person_who_is_removed() {
    let api = Api::start().await;
    let person = Mutex::new(String::new());
    trials(
        &api,
        401,
        async |n| {
            let new = json!({"email": format!("ana{n}@acme.example"), "role": "analytics"});
            let added = api.deck.owner.post("/v1/users", &new).await.expect(201);
            *person.lock().expect("no panic") = id_of(&added["user"]);
            let ana = api.deck.someone(added["token"].as_str().expect("a token"));
            secret_of(&board_key(&ana, n).await)
        },
        async |_| {
            let path = format!("/v1/users/{}?keys=revoke", person.lock().expect("no panic"));
            api.deck.owner.delete(&path).await.expect(200);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_project_that_is_undeployed() {
    let api = Api::start().await;
    let (id, secret) = api.key("web", &[SHOP]).await;
    let key = api.deck.owner.get(&format!("/v1/keys/{id}")).await.expect(200);
    let path = format!("/v1/projects/{}", id_of(&key["project"]));
    let deploy = async |deployed: bool| {
        api.deck
            .owner
            .patch(&path, 0, &json!({"deployed": deployed}))
            .await
            .expect(200);
    };
    trials(
        &api,
        403,
        async |_| {
            deploy(true).await;
            secret.clone()
        },
        async |_| deploy(false).await,
    )
    .await;
}

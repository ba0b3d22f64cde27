//! A disk that fails to keep what is written: nothing is acknowledged that is not there, no more is
//! written, and the server says so.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::strace::Traced;
use super::verify::{self, Log};
use super::work::{Acknowledged, client};
use crate::deck::Deck;

/// The sync that fails is each of these once, counted from the start of the server.
const FAILING: usize = 50;
const AT_ONCE: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_fails_is_no_acknowledgement() {
    let decks: Vec<_> = (0..AT_ONCE)
        .map(|part| {
            tokio::spawn(async move {
                let mut count = 0;
                for failing in (1..=FAILING).filter(|failing| failing % AT_ONCE == part) {
                    count += with_failing(failing).await;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for deck in decks {
        count += deck.await.unwrap();
    }
    println!("{FAILING} syncs that failed: {count} changes acknowledged before, 0 lost, 0 after");
}

/// How many changes were acknowledged before.
async fn with_failing(failing: usize) -> usize {
    let deck = Deck::in_file().await;
    let inject = format!("inject=fdatasync,fsync:error=EIO:when={failing}");
    let file = deck.file().to_str().unwrap().to_owned();
    let log = format!("{file}-wal");
    // Of the names in the directory nothing depends on the server's answers.
    let files = ["-P", &file, "-P", &log];
    let options = [&["-e", "trace=fdatasync,fsync", "-e", &inject][..], &files].concat();
    let traced = Traced::start(&deck, &deck.directory.path().join("log"), &options);
    let server = &traced.server;
    let acknowledged = Arc::new(Acknowledged::default());
    // It works until a change is refused.
    let mut keys = client(&deck, server, &acknowledged, 100, |n| {
        format!("Key {failing}.{n}")
    })
    .await;
    let late = json!({"scope": "analytics", "name": "Late"});
    let refused = server.ask(Method::POST, "/v1/keys", &late).await;
    assert!(refused.is(503), "{failing}: {refused:?}");
    assert_eq!(refused.body["type"], "/problems/stopped", "{failing}");
    assert!(server.readiness().await.is(503));
    // Reads go on, and see no more than what was kept.
    server
        .ask(Method::GET, "/v1/keys", &Value::Null)
        .await
        .expect(200);
    for key in &keys {
        let asked = key.asked.as_ref().is_some_and(|asked| asked.revoked);
        let status = server.check(&deck, &key.secret).await.unwrap();
        assert!(
            status == if key.state.revoked { 401 } else { 200 } || asked,
            "{failing}: {key:?}"
        );
    }
    let count = acknowledged.count.load(std::sync::atomic::Ordering::SeqCst);
    drop(traced);
    let server = deck.serve(&[]);
    let rows = Log::beginning().verify(&server).await;
    verify::keys(&deck, &server, &mut keys, &rows).await;
    assert!(server.ask(Method::POST, "/v1/keys", &late).await.is(201));
    count
}

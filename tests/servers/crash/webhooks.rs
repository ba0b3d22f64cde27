//! What was changed is told, and what was not isn't, however often the server is killed in between.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::work::text;
use crate::deck::{Deck, Server};
use crate::receiver::Receiver;

const KILLS: usize = 6;
const KEYS: usize = 12;

/// Creates keys until the server is gone; the names of those that were acknowledged.
async fn create(server: &Server, project: &str, round: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for n in 0..KEYS {
        let name = format!("Key {round} {n}");
        let new = json!({"scope": "mobile", "name": name, "project": project});
        if server.ask(Method::POST, "/v1/keys", &new).await.is_success() {
            acknowledged.push(name);
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_that_was_acknowledged_is_told_though_the_server_is_killed() {
    let deck = Deck::in_file().await;
    let mut receiver = Receiver::start().await;
    let server = deck.serve_to_webhooks(&deck.database);
    let new = json!({"url": receiver.url, "events": ["key.created"]});
    let created = server.ask(Method::POST, "/v1/webhooks", &new).await.expect(201);
    let secret = text(&created["secret"]).to_owned();
    drop(server);
    let mut acknowledged = BTreeSet::new();
    for round in 0..KILLS {
        let server = deck.serve_to_webhooks(&deck.database);
        let names = create(&server, &deck.project, round).await;
        acknowledged.extend(names);
        // Some is on its way, some is stored, and of some the log alone knows.
        drop(server);
    }
    let server = deck.serve_to_webhooks(&deck.database);
    let mut told = BTreeSet::new();
    while !acknowledged.is_subset(&told) {
        let received = receiver.next().await;
        assert_eq!(received.signatures_by(&secret), 1);
        told.insert(text(&received.body["data"]["key"]["name"]).to_owned());
    }
    let there = server
        .ask(Method::GET, "/v1/keys?limit=200", &Value::Null)
        .await
        .expect(200);
    let there: BTreeSet<String> = there["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| text(&key["name"]).to_owned())
        .collect();
    assert!(told.is_subset(&there), "{:?}", told.difference(&there));
    println!(
        "{} keys in {KILLS} lives of a server: each was told",
        acknowledged.len()
    );
}

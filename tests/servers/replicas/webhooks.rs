//! Two servers on one database tell each change once, and one goes on when the other is gone.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::deck::Deck;
use crate::postgres::Database;
use crate::receiver::Receiver;

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_one_tells_each_change() {
    let database = Database::new().await;
    let deck = Deck::at(&database.url).await;
    let servers = [(); 2].map(|()| deck.serve_to_webhooks(&deck.database));
    let mut receiver = Receiver::start().await;
    let new = json!({"url": receiver.url, "events": ["key.created"]});
    servers[0]
        .ask(Method::POST, "/v1/webhooks", &new)
        .await
        .expect(201);
    let create = async |n: usize| {
        let new = json!({"scope": "mobile", "name": format!("Key {n}"), "project": deck.project});
        servers[n % 2]
            .ask(Method::POST, "/v1/keys", &new)
            .await
            .expect(201);
    };
    // No more at once than one person may ask for.
    for eight in (0..40).collect::<Vec<_>>().chunks(8) {
        join_all(eight.iter().copied().map(create)).await;
    }
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    while told.len() < 40 {
        *told.entry(receiver.next().await.id).or_default() += 1;
    }
    assert!(told.values().all(|times| *times == 1), "{told:?}");
    let [first, second] = servers;
    drop(first);
    let new = json!({"scope": "mobile", "name": "Last", "project": deck.project});
    second.ask(Method::POST, "/v1/keys", &new).await.expect(201);
    assert_eq!(receiver.next().await.body["data"]["key"]["name"], "Last");
}

//! What is done through one server is known to the other.

use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};

use crate::deck::{Deck, Server};
use crate::postgres::Database;

async fn two() -> (Deck, Server, Server) {
    let deck = Deck::at(&Database::new().await.url).await;
    let (one, other) = (deck.serve(&[]), deck.serve(&[]));
    (deck, one, other)
}

async fn created(server: &Server, name: &str) -> (String, String) {
    let new = json!({"scope": "analytics", "name": name});
    let created = server.ask(Method::POST, "/v1/keys", &new).await.expect(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&created["key"]["id"]), text(&created["secret"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn events_reach_whoever_listens_wherever_they_happen() {
    let (_deck, one, other) = two().await;
    let mut earlier = String::new();
    for (changed, heard) in [(&one, &other), (&other, &one)] {
        let stream = heard
            .request(Method::GET, "/v1/events", &Value::Null)
            .send()
            .await
            .unwrap();
        let mut events = stream.bytes_stream().eventsource();
        assert_eq!(events.next().await.unwrap().unwrap().event, "hello");
        let (id, _) = created(changed, &format!("Board of {}", changed.url)).await;
        // What happened shortly before may still be on its way.
        let mut told = events.next().await.unwrap().unwrap();
        while !earlier.is_empty() && told.data.contains(&earlier) {
            told = events.next().await.unwrap().unwrap();
        }
        assert_eq!(told.event, "key");
        assert!(told.data.contains(&id), "{}", told.data);
        earlier = id;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_adds_up() {
    let (deck, one, other) = two().await;
    let (id, secret) = created(&one, "Board").await;
    for n in 0..50 {
        let server = if n % 5 < 3 { &one } else { &other };
        assert_eq!(server.check(&deck, &secret).await, Some(200));
    }
    let path = format!("/v1/keys/{id}/usage");
    loop {
        let usage = other.ask(Method::GET, &path, &Value::Null).await.expect(200);
        let hours = usage["hours"]["allowed"].as_array().unwrap();
        let allowed: u64 = hours.iter().map(|hour| hour.as_u64().unwrap()).sum();
        assert!(allowed <= 50);
        if allowed == 50 {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_edit_one_key_through_two_servers_are_told_of_each_other() {
    let (deck, one, other) = two().await;
    let key = json!({"scope": "web", "name": "Checkout", "project": deck.project, "ui_domains": ["https://a.example"]});
    let created = one.ask(Method::POST, "/v1/keys", &key).await.expect(201);
    let path = format!("/v1/keys/{}", created["key"]["id"].as_str().unwrap());
    let edit = |server: &Server, name: &str| {
        let request = server.request(Method::PATCH, &path, &json!({"name": name}));
        request.header("if-match", "\"1\"")
    };
    let (first, second) = tokio::join!(one.send(edit(&one, "Till")), other.send(edit(&other, "Counter")),);
    let (won, lost) = if first.is(200) {
        (first, second)
    } else {
        (second, first)
    };
    let won = won.expect(200);
    assert_eq!(lost.expect(412)["current"]["name"], won["name"]);
}

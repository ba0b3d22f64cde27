//! The root key and the data key are rotated under several servers: none is started again.

use reqwest::Method;
use serde_json::{Value, json};

use crate::deck::{Deck, SHOP, Server};
use crate::postgres::Database;

async fn created(deck: &Deck, server: &Server, name: &str) -> (String, String) {
    let key = json!({"scope": "web", "name": name, "project": deck.project, "ui_domains": [SHOP]});
    let created = server.ask(Method::POST, "/v1/keys", &key).await.expect(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&created["key"]["id"]), text(&created["secret"]))
}

async fn revealed(server: &Server, keys: &[(String, String)]) {
    for (id, secret) in keys {
        let path = format!("/v1/keys/{id}/reveal");
        let revealed = server.ask(Method::POST, &path, &Value::Null).await.expect(200);
        assert_eq!(revealed["secret"], **secret);
    }
}

/// Whether a page is connected to the project's session server.
async fn connects(server: &Server, secret: &str) {
    let request = server.http.get(format!("{}/api/jwt", server.url));
    let connection = server
        .send(request.header("key", secret).header("origin", SHOP))
        .await;
    assert!(connection.expect(200)["jwt"].is_string());
}

fn rotate(deck: &Deck, args: &[&str]) -> String {
    let ran = deck
        .command(&[&["seal", "rotate"], args].concat())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_takes_the_new_data_key() {
    let database = Database::new().await;
    let deck = Deck::at(&database.url).await;
    let (one, other) = (deck.serve(&[]), deck.serve(&[]));
    let mut keys = vec![created(&deck, &one, "Before").await];
    rotate(&deck, &[]);
    let session_server = json!({"url": "wss://sessions.acme.example", "key_name": "main",
        "private_key": "the-private-key-of-the-session-server"});
    let path = format!("/v1/projects/{}/session-server", deck.project);
    one.ask(Method::PUT, &path, &session_server).await.expect(200);
    connects(&other, &keys[0].1).await;
    for (n, server) in [&other, &one, &other].into_iter().enumerate() {
        keys.push(created(&deck, server, &format!("After {n}")).await);
    }
    revealed(&one, &keys).await;
    revealed(&other, &keys).await;

    let busy = async {
        let mut made = Vec::new();
        for n in 0..20 {
            let server = [&one, &other][n % 2];
            made.push(created(&deck, server, &format!("During {n}")).await);
            let path = format!("/v1/keys/{}", made[n].0);
            if n % 3 == 0 {
                server.ask(Method::DELETE, &path, &Value::Null).await.expect(204);
            }
        }
        let is_active = |(n, key)| (n % 3 != 0).then_some(key);
        made.into_iter()
            .enumerate()
            .filter_map(is_active)
            .collect::<Vec<_>>()
    };
    let (made, told) = tokio::join!(busy, async {
        tokio::task::block_in_place(|| rotate(&deck, &["--reseal"]))
    });
    assert!(told.contains("resealed"), "{told}");
    keys.extend(made);
    revealed(&one, &keys).await;
    revealed(&other, &keys).await;
    connects(&one, &keys[0].1).await;
    connects(&other, &keys[1].1).await;
    assert_eq!(database.texts("SELECT id FROM data_keys").await, ["3"]);
    revealed(&deck.serve(&[]), &keys).await;
}

//! No secret in the log, not even in the most talkative one.

use std::io;
use std::sync::{Mutex, PoisonError};

use base64::prelude::{BASE64_STANDARD, Engine};
use reqwest::Method;
use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::common::{Deck, id_of, web_key};

const PRIVATE_KEY: &str = "kpk_Zq8vN3xW5tR7yU1oP4sD6fG9hJ2kL0";

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Every 12 characters of the random part: a cut secret in a log is found too.
fn parts(token: &str) -> Vec<String> {
    token.as_bytes()[4..]
        .windows(12)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

#[tokio::test]
async fn no_secret_reaches_the_log() {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(|| Log);
    tracing::subscriber::set_global_default(subscriber.finish()).expect("the first one");
    let deck = Deck::start().await;
    let project = deck.owner.project("Shop").await;
    let request = || {
        deck.owner
            .request(Method::POST, "/v1/keys")
            .header("idempotency-key", "once")
    };
    let created = deck
        .owner
        .send(request().json(&web_key(&project, "Checkout")))
        .await
        .expect(201);
    deck.owner
        .send(request().json(&web_key(&project, "Checkout")))
        .await
        .expect(200);
    let id = id_of(&created);
    deck.owner.reveal(&id).await.expect(200);
    let analytics = deck
        .owner
        .post("/v1/keys", &json!({"scope": "analytics", "name": "Board"}))
        .await
        .expect(201);
    let user = deck
        .owner
        .post(
            "/v1/users",
            &json!({"email": "ana@acme.example", "role": "editor"}),
        )
        .await
        .expect(201);
    let path = format!("/v1/users/{}/token", id_of(&user["user"]));
    let replaced = deck
        .owner
        .send(deck.owner.request(Method::POST, &path))
        .await
        .expect(200);
    let path = format!("/v1/projects/{project}/session-server");
    for url in ["wss://acme.example", "http://acme.example"] {
        let server = json!({"url": url, "key_name": "main", "private_key": PRIVATE_KEY});
        deck.owner
            .send(deck.owner.request(Method::PUT, &path).json(&server))
            .await;
    }

    let wrapped = created["secret"].as_str().expect("a secret");
    let decoded: Value =
        serde_json::from_slice(&BASE64_STANDARD.decode(wrapped).expect("base64")).expect("JSON");
    let private_key = json!(PRIVATE_KEY);
    let secrets = [
        &decoded["authToken"],
        &analytics["secret"],
        &user["token"],
        &replaced["token"],
        &private_key,
    ];
    let mut secrets: Vec<_> = secrets
        .into_iter()
        .map(|s| s.as_str().expect("a secret").to_owned())
        .collect();
    secrets.push(deck.owner.token.clone());
    // Where a secret doesn't belong, it must not be written down either.
    for secret in &secrets {
        deck.owner.get(&format!("/v1/keys?q={secret}")).await.expect(200);
        deck.owner.get(&format!("/v1/keys?scope={secret}")).await;
        deck.owner.get(&format!("/v1/keys/{secret}")).await;
        deck.owner.get(&format!("/{secret}")).await;
        deck.owner.post("/v1/keys", &json!({"scope": secret})).await;
        deck.someone(&format!("{secret}x")).get("/v1/me").await;
    }
    secrets.push(format!("    {wrapped}"));

    let log = String::from_utf8_lossy(&LOG.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    let lines: Vec<_> = log.lines().collect();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("route=\"/v1/keys/{id}/reveal\"") && line.contains("status=200"))
    );
    for part in secrets.iter().flat_map(|secret| parts(secret)) {
        let told = lines.iter().find(|line| line.contains(&part));
        assert_eq!(told, None, "{part}");
    }
}

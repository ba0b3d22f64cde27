//! A server whose database is away refuses checks, says that it is not ready, and comes back by itself.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::wire::{Way, Wire};
use crate::deck::Deck;
use crate::postgres::Database;

/// Longer than a check waits for a database that is silent.
const BOUND: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread")]
async fn who_is_cut_off_lets_nobody_through_until_it_is_back() {
    let deck = Deck::at(&Database::new().await.url).await;
    let wire = Wire::to(&deck.database).await;
    let (near, far) = (deck.serve(&[]), deck.serve_by(&wire.url));
    let new = json!({"scope": "analytics", "name": "Board"});
    let created = near.ask(Method::POST, "/v1/keys", &new).await.expect(201);
    let secret = created["secret"].as_str().unwrap();
    for way in [Way::Cut, Way::Silent, Way::Cut] {
        assert_eq!(far.check(&deck, secret).await, Some(200));
        let mut events = far
            .request(Method::GET, "/v1/events", &Value::Null)
            .send()
            .await
            .unwrap();
        wire.set(way);
        let asked = Instant::now();
        assert_eq!(far.check(&deck, secret).await, Some(503), "{way:?}");
        assert!(asked.elapsed() < BOUND);
        let unready = far.readiness().await;
        assert!(unready.is(503), "{way:?}: {unready:?}");
        assert!(
            far.ask(Method::GET, "/v1/keys", &Value::Null).await.is(503),
            "{way:?}"
        );
        let late = far
            .ask(
                Method::POST,
                "/v1/keys",
                &json!({"scope": "analytics", "name": "Late"}),
            )
            .await;
        assert!(late.is(503), "{way:?}: {late:?}");
        // Who listened to it is let go, to look for another one.
        while events.chunk().await.is_ok_and(|chunk| chunk.is_some()) {}
        // It lives, and the other one works.
        assert!(far.send(far.http.get(format!("{}/livez", far.url))).await.is(200));
        assert_eq!(near.check(&deck, secret).await, Some(200));
        assert!(near.readiness().await.is(200));
        wire.set(Way::Open);
        while !far.readiness().await.is(200) {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(far.check(&deck, secret).await, Some(200));
    far.ask(Method::GET, "/v1/keys", &Value::Null).await.expect(200);
}

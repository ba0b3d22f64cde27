//! Clients that change keys as fast as they are answered, and remember what was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::deck::{Deck, Reply, SHOP, Server};

/// A key as its client knows it.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: String,
    pub secret: String,
    /// As of the last acknowledged change.
    pub state: State,
    /// What was asked for and not answered.
    pub asked: Option<State>,
    /// Reveals that were answered.
    pub reveals: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub name: String,
    pub version: u64,
    pub revoked: bool,
}

/// Counts what was acknowledged, and wakes whoever waits for that.
#[derive(Debug, Default)]
pub struct Acknowledged {
    pub count: AtomicUsize,
    pub more: Notify,
}

/// Works on keys of its own for so many rounds, or until a change is not answered or is refused; what it
/// knows then.
pub async fn client(
    deck: &Deck,
    server: &Server,
    acknowledged: &Arc<Acknowledged>,
    rounds: usize,
    round: impl Fn(usize) -> String,
) -> Vec<Known> {
    let mut keys: Vec<Known> = Vec::new();
    for n in 0..rounds {
        let name = round(n);
        let key = json!({"scope": "web", "name": name, "project": deck.project, "ui_domains": [SHOP]});
        let request = server
            .request(Method::POST, "/v1/keys", &key)
            .header("idempotency-key", Uuid::new_v4().to_string());
        let created = server.send(request).await;
        if !created.is(201) {
            break;
        }
        acknowledged.one();
        keys.push(Known {
            id: text(&created.body["key"]["id"]),
            secret: text(&created.body["secret"]),
            state: State {
                name,
                version: 1,
                revoked: false,
            },
            asked: None,
            reveals: 0,
        });
        // An older one is edited, an older one revealed, every third revoked.
        let edited = keys.len() / 2;
        if !edit(server, &mut keys[edited], acknowledged).await
            || !reveal(server, &mut keys[n / 3 * 2 % (n + 1)], acknowledged).await
        {
            break;
        }
        if n % 3 == 2 && !revoke(server, &mut keys[n - 2], acknowledged).await {
            break;
        }
    }
    keys
}

impl Acknowledged {
    fn one(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.more.notify_one();
    }

    /// Returns when so many were.
    pub async fn reached(&self, count: usize) {
        while self.count.load(Ordering::SeqCst) < count {
            self.more.notified().await;
        }
    }
}

pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

async fn edit(server: &Server, key: &mut Known, acknowledged: &Acknowledged) -> bool {
    if key.state.revoked {
        return true;
    }
    let next = State {
        name: format!("{}'", key.state.name),
        version: key.state.version + 1,
        revoked: false,
    };
    key.asked = Some(next.clone());
    let request = server
        .request(
            Method::PATCH,
            &format!("/v1/keys/{}", key.id),
            &json!({"name": next.name}),
        )
        .header("if-match", format!("\"{}\"", key.state.version));
    settled(server.send(request).await, key, next, acknowledged)
}

async fn revoke(server: &Server, key: &mut Known, acknowledged: &Acknowledged) -> bool {
    if key.state.revoked {
        return true;
    }
    let next = State {
        version: key.state.version + 1,
        revoked: true,
        ..key.state.clone()
    };
    key.asked = Some(next.clone());
    let reply = server
        .ask(Method::DELETE, &format!("/v1/keys/{}", key.id), &Value::Null)
        .await;
    settled(reply, key, next, acknowledged)
}

async fn reveal(server: &Server, key: &mut Known, acknowledged: &Acknowledged) -> bool {
    if key.state.revoked {
        return true;
    }
    let path = format!("/v1/keys/{}/reveal", key.id);
    let revealed = server.ask(Method::POST, &path, &Value::Null).await;
    if revealed.is(200) {
        key.reveals += 1;
        acknowledged.one();
    }
    revealed.is(200)
}

fn settled(reply: Reply, key: &mut Known, next: State, acknowledged: &Acknowledged) -> bool {
    if !reply.is_success() {
        return false;
    }
    acknowledged.one();
    key.state = next;
    key.asked = None;
    true
}

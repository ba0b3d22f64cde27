//! A receiver of webhooks on a port of its own: what came, each verified with the secret, and answered as a test wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

/// Nothing that is waited for takes longer, also of a server that was killed.
const PATIENCE: Duration = Duration::from_secs(120);

/// A message as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: Value,
    raw: Bytes,
}

impl Received {
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().expect("a type")
    }

    /// How many of its signatures were made with this secret.
    pub fn signatures_by(&self, secret: &str) -> usize {
        let key = secret.strip_prefix("whsec_").expect("a secret");
        let key = BASE64_STANDARD.decode(key).expect("base64");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let mut signed = format!("{}.{}.", self.id, self.timestamp).into_bytes();
        signed.extend_from_slice(&self.raw);
        let made = format!("v1,{}", BASE64_STANDARD.encode(hmac::sign(&key, &signed)));
        self.signature.split(' ').filter(|one| *one == made).count()
    }
}

#[derive(Clone)]
struct Desk {
    arrived: UnboundedSender<Received>,
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
}

pub struct Receiver {
    pub url: String,
    arrived: UnboundedReceiver<Received>,
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
}

impl Receiver {
    /// Answers 200 to what nothing else is said about.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("bound"));
        let (sender, arrived) = unbounded_channel();
        let answers: Arc<Mutex<_>> = Arc::default();
        let desk = Desk {
            arrived: sender,
            answers: answers.clone(),
        };
        let routes = Router::new().fallback(take).with_state(desk);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self {
            url,
            arrived,
            answers,
        }
    }

    /// What the next messages are answered: a status, and `Retry-After` unless it is empty.
    pub fn answer(&self, answers: &[(u16, &'static str)]) {
        self.answers.lock().expect("unpoisoned").extend(answers);
    }

    pub async fn next(&mut self) -> Received {
        let arrived = timeout(PATIENCE, self.arrived.recv()).await;
        arrived.expect("in time").expect("a message")
    }

    /// The next one of this type; others are passed over.
    pub async fn next_of(&mut self, kind: &str) -> Received {
        loop {
            let received = self.next().await;
            if received.kind() == kind {
                return received;
            }
        }
    }

    /// Those that have arrived and were not looked at.
    pub fn waiting(&mut self) -> Vec<Received> {
        std::iter::from_fn(|| self.arrived.try_recv().ok()).collect()
    }
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let header = |name: &str| headers[name].to_str().expect("ASCII").to_owned();
    assert_eq!(header("content-type"), "application/json");
    let received = Received {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: serde_json::from_slice(&body).expect("JSON"),
        raw: body,
    };
    let answer = desk.answers.lock().expect("unpoisoned").pop_front();
    let (status, retry_after) = answer.unwrap_or((200, ""));
    let mut headers = HeaderMap::new();
    if !retry_after.is_empty() {
        headers.insert("retry-after", HeaderValue::from_static(retry_after));
    }
    // The test may have ended.
    let _ = desk.arrived.send(received);
    (StatusCode::from_u16(status).expect("a status"), headers)
}

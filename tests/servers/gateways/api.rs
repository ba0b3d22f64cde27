//! An API that stands behind the gateway and remembers what it was asked.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use tokio::net::TcpListener;

type Asked = Arc<Mutex<Vec<HeaderMap>>>;

pub struct Api {
    pub address: String,
    asked: Asked,
}

impl Api {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let asked = Asked::default();
        let router = Router::new().fallback(echo).with_state(asked.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { address, asked }
    }

    /// How often a request came through.
    pub fn times(&self) -> usize {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The head of the newest request.
    pub fn newest(&self) -> HeaderMap {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.last().expect("a request came through").clone()
    }
}

async fn echo(State(asked): State<Asked>, headers: HeaderMap, body: Bytes) -> Bytes {
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(headers);
    body
}

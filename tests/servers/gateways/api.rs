//! An API that stands behind the gateway and remembers what it was asked.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS};
use axum::http::{HeaderMap, HeaderValue};
use tokio::net::TcpListener;

/// The API answers a request that has it with CORS headers of its own, for this origin.
pub const OWN_CORS: &str = "x-own-cors";

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

async fn echo(State(asked): State<Asked>, headers: HeaderMap, body: Bytes) -> (HeaderMap, Bytes) {
    let mut own = HeaderMap::new();
    if let Some(origin) = headers.get(OWN_CORS) {
        own.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        own.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
    }
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(headers);
    (own, body)
}

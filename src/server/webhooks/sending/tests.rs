//! Deliveries to receivers of every kind, each on a port of its own.

mod addresses;
mod answers;
mod names;
mod receiver;
mod tls;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::names::LookUp;
use super::{AllowedTargets, Outcome, Sender};
use crate::server::webhooks::signing::SigningSecret;

fn allowed(list: &[&str]) -> AllowedTargets {
    AllowedTargets::new(list.iter().map(|text| text.parse().expect("valid")).collect())
}

/// To whom these may be sent.
fn sender(list: &[&str]) -> Sender {
    Sender::new(allowed(list), None).expect("a sender")
}

impl Sender {
    fn asking(self, names: impl LookUp + 'static) -> Self {
        Self {
            names: Arc::new(names),
            ..self
        }
    }

    /// For receivers that are silent until it gives up.
    fn impatient(self) -> Self {
        Self {
            limit: Duration::from_millis(200),
            ..self
        }
    }

    /// As on a system that trusts nobody.
    fn without_authorities(self, why: &str) -> Self {
        Self {
            tls: Err(why.into()),
            ..self
        }
    }

    async fn deliver(&self, url: &str) -> Outcome {
        let url: Url = url.parse().expect("a URL");
        let secret = SigningSecret::from_bytes([7; 32]).expect("a secret");
        self.send(&url, "msg_1", 1_700_000_000, b"{}".to_vec(), &[secret])
            .await
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

//! One delivery of a webhook to its receiver.
//!
//! The URL is another's choice and the server inside a network, so that each connection is judged: the name is looked up
//! once, every address that it has must be permitted (`allowed`), and the connection is made to one of these, with no
//! further look-up and no redirect. Nothing of a delivery is used for the next: no connection, no session
//! of TLS, no address. A proxy of the environment is not used, because it would look the name up by itself.

mod allowed;
mod answer;
mod names;
mod outcome;
mod special;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONNECTION, CONTENT_TYPE};
use reqwest::{Client, redirect, retry};
use tokio::time::timeout;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::client::Resumption;
use url::{Host, Url};

pub use self::allowed::{AllowedTarget, AllowedTargets, NotPermitted};
use self::names::{LookUp, Pinned, SystemNames};
use self::outcome::LIMIT;
pub use self::outcome::Outcome;
pub use self::special::SpecialUse;
use super::signing::{SigningSecret, signature};
use crate::server::trust::{self, TrustError};

/// Delivers messages to the targets that are permitted. Clones share what they have.
#[derive(Clone)]
pub struct Sender {
    allowed: Arc<AllowedTargets>,
    /// Or why this system verifies no certificate: that fails what needs one, and nothing else.
    tls: Result<ClientConfig, String>,
    names: Arc<dyn LookUp>,
    limit: Duration,
}

impl Sender {
    /// `authority` is a file with certificates of authorities to trust besides the system's, as PEM. A system without any,
    /// as a small container is, delivers over http alone.
    pub fn new(allowed: AllowedTargets, authority: Option<&Path>) -> Result<Self, TrustError> {
        let tls = match trust::client(authority) {
            Ok(mut tls) => {
                tls.alpn_protocols = vec![b"http/1.1".to_vec()];
                tls.resumption = Resumption::disabled();
                Ok(tls)
            }
            Err(TrustError::Tls(why)) => {
                tracing::warn!(
                    why,
                    "webhooks over https will fail: no certificate can be verified here"
                );
                Err(why)
            }
            Err(error @ TrustError::Authority { .. }) => return Err(error),
        };
        Ok(Self {
            allowed: Arc::new(allowed),
            tls,
            names: Arc::new(SystemNames),
            limit: LIMIT,
        })
    }

    pub fn allowed(&self) -> &AllowedTargets {
        &self.allowed
    }

    /// Signs and posts one message. `timestamp`, of this attempt, is in seconds since 1970. Returns within 16 s.
    pub async fn send(
        &self,
        url: &Url,
        id: &str,
        timestamp: i64,
        body: Vec<u8>,
        secrets: &[SigningSecret],
    ) -> Outcome {
        let signature = signature(secrets, id, timestamp, &body);
        let attempt = async {
            let addresses = self.judged(url).await?;
            let client = self.client(url, addresses)?;
            let request = client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/json")
                .header(CONNECTION, "close")
                .header("webhook-id", id)
                .header("webhook-timestamp", timestamp)
                .header("webhook-signature", signature)
                .body(body);
            request.send().await.map_err(|error| Outcome::of_failure(&error))
        };
        match timeout(self.limit, attempt).await {
            Ok(Ok(response)) => answer::outcome(response, Timestamp::now()).await,
            Ok(Err(failure)) => failure,
            Err(_) => Outcome::TimedOut,
        }
    }

    /// The addresses of the URL's host, all of them permitted.
    async fn judged(&self, url: &Url) -> Result<Arc<[IpAddr]>, Outcome> {
        let addresses: Vec<IpAddr> = match url.host() {
            Some(Host::Ipv4(ip)) => vec![ip.into()],
            Some(Host::Ipv6(ip)) => vec![ip.into()],
            Some(Host::Domain(name)) => match self.names.addresses(name).await {
                Ok(found) => found,
                Err(error) => return Err(Outcome::unresolved(&error)),
            },
            None => Vec::new(),
        };
        if addresses.is_empty() {
            return Err(Outcome::Unresolved("nothing was found".into()));
        }
        for address in &addresses {
            self.allowed
                .judge_address(url, *address)
                .map_err(Outcome::NotPermitted)?;
        }
        Ok(addresses.into())
    }

    /// For one delivery: it connects to these addresses alone.
    fn client(&self, url: &Url, addresses: Arc<[IpAddr]>) -> Result<Client, Outcome> {
        let client = match &self.tls {
            Ok(tls) => Client::builder().tls_backend_preconfigured(tls.clone()),
            Err(why) if url.scheme() == "https" => return Err(Outcome::Untrusted(why.clone())),
            Err(_) => Client::builder().tls_certs_only([]),
        };
        client
            .dns_resolver(Pinned(addresses))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .referer(false)
            .user_agent(concat!("keydeck/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| Outcome::of_failure(&error))
    }
}

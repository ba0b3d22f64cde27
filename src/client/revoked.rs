//! Revoking keys, what is left of them, and the proof that every server refuses them.

use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, future};
use reqwest::Method;
use uuid::Uuid;

use super::{Client, Error, Result};
use crate::api::{Key, KeyCheck, ProblemType, Revoking};

/// What one server says of a key.
#[derive(Debug, Clone)]
pub struct ServerCheck {
    /// Its host, as people know it.
    pub server: String,
    pub result: Result<KeyCheck>,
}

impl Client {
    /// Returns what is left of it.
    pub async fn revoke_for(&self, id: Uuid, revoking: &Revoking) -> Result<Key> {
        self.transport
            .send(Method::POST, &format!("v1/keys/{id}/revoke"), &[], revoking)
            .await
    }

    /// As [`Client::key`], and of a revoked one what is left of it.
    pub async fn key_or_revoked(&self, id: Uuid) -> Result<Key> {
        self.key(id).await.or_else(revoked)
    }

    /// What a check of the key says on each of the servers, all asked at once.
    pub async fn check_everywhere(&self, id: Uuid) -> Vec<ServerCheck> {
        let path = format!("v1/keys/{id}/check");
        let replicas = &self.transport.replicas;
        let checks = replicas.each().map(async |server| ServerCheck {
            server: server.address.host(),
            result: self.transport.get_from(server, &path).await,
        });
        future::join_all(checks).await
    }

    /// The same as the servers answer: their hosts, and what each of them says, by its place among these.
    pub fn checks(
        &self,
        id: Uuid,
    ) -> (
        Vec<String>,
        impl Stream<Item = (usize, Result<KeyCheck>)> + Send + use<>,
    ) {
        let servers = self.transport.replicas.each();
        let hosts: Vec<String> = servers.map(|server| server.address.host()).collect();
        let checks = (0..hosts.len()).map(|index| {
            let transport = self.transport.clone();
            async move {
                let path = format!("v1/keys/{id}/check");
                let server = transport.replicas.server(index);
                (index, transport.get_from(server, &path).await)
            }
        });
        let checks: FuturesUnordered<_> = checks.collect();
        (hosts, checks)
    }
}

/// What a refusal says of a key that was revoked.
fn revoked(error: Error) -> Result<Key> {
    match error {
        Error::Refused(mut problem) if problem.kind == ProblemType::Revoked => match problem.current.take() {
            Some(key) => Ok(*key),
            None => Err(Error::Refused(problem)),
        },
        error => Err(error),
    }
}

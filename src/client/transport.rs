//! A call: its headers, and how often and to which servers it is sent.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Certificate, Method, RequestBuilder, Response, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::replicas::{Repeat, Replicas};
use super::server::{Answer, Server};
use super::{Endpoint, Error};

#[derive(Debug, Clone)]
pub(super) struct Transport {
    pub(super) replicas: Arc<Replicas>,
    /// FailureKind often a read is asked again.
    pub(super) retries: usize,
    /// Whether changes are refused here.
    pub(super) read_only: bool,
}

impl Transport {
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, Error> {
        let http = http(endpoint)?;
        let servers = endpoint.servers.iter().map(|address| Server {
            http: http.clone(),
            address: address.clone(),
            patience: endpoint.timeouts.total,
        });
        Ok(Self {
            replicas: Arc::new(Replicas::new(servers.collect())),
            retries: 0,
            read_only: false,
        })
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &impl Serialize,
    ) -> Result<T, Error> {
        let once = || async {
            let answer = self.call(Method::GET, path, Repeat::Safe, |request| request.query(query));
            answer.await?.json()
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_times(self.retries)
            .with_jitter();
        once.retry(pauses).when(Error::is_retryable).await
    }

    /// From this one of the servers, and no other in its place.
    pub(super) async fn get_from<T: DeserializeOwned>(
        &self,
        server: &Server,
        path: &str,
    ) -> Result<T, Error> {
        let answer = server.answer(server.request(Method::GET, path)?).await;
        answer.map_err(|failed| failed.error)?.json()
    }

    /// A POST that changes nothing.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<T, Error> {
        let answer = self.call(Method::POST, path, Repeat::Safe, with);
        answer.await?.json()
    }

    /// A POST that creates once, however often it is sent under this key.
    pub(super) async fn create<T: DeserializeOwned>(
        &self,
        path: &str,
        idempotency_key: Uuid,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let key = idempotency_key.to_string();
        let with = |request: RequestBuilder| request.header("idempotency-key", &key).json(body);
        let answer = self.change(Method::POST, path, Repeat::Safe, with);
        answer.await?.json()
    }

    /// A change that its body describes.
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let with = |request| with_headers(request, headers).json(body);
        self.changed(method, path, with).await
    }

    /// A DELETE whose query describes it, and that is answered with what it did.
    pub(super) async fn delete_with<T: DeserializeOwned>(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
        query: &impl Serialize,
    ) -> Result<T, Error> {
        let with = |request| with_headers(request, headers).query(query);
        self.changed(Method::DELETE, path, with).await
    }

    /// A POST that says everything with its path.
    pub(super) async fn act<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.changed(Method::POST, path, |request| request).await
    }

    /// The same of what is done once, however often it is sent.
    pub(super) async fn act_once<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let answer = self.change(Method::POST, path, Repeat::Safe, |request| request);
        answer.await?.json()
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), Error> {
        let answer = self.change(Method::DELETE, path, Repeat::Never, |request| request);
        answer.await.map(drop)
    }

    /// An answer whose body is read as it comes, and the index of the server that gives it.
    pub(super) async fn stream(
        &self,
        path: &str,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<(usize, Response), Error> {
        let mut turn = self.replicas.turn();
        loop {
            let server = turn.server();
            match server.stream(with(server.request(Method::GET, path)?)).await {
                Ok(response) => {
                    turn.answered();
                    return Ok((turn.at(), response));
                }
                Err(failed) => turn.failed(failed, Repeat::Safe)?,
            }
        }
    }

    async fn changed<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<T, Error> {
        self.change(method, path, Repeat::Never, with).await?.json()
    }

    /// A request that changes something.
    pub(super) async fn change(
        &self,
        method: Method,
        path: &str,
        repeat: Repeat,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer<'_>, Error> {
        if self.read_only {
            return Err(Error::ReadOnly);
        }
        self.call(method, path, repeat, with).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        repeat: Repeat,
        with: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer<'_>, Error> {
        let mut turn = self.replicas.turn();
        loop {
            let server = turn.server();
            match server.answer(with(server.request(method.clone(), path)?)).await {
                Ok(answer) => {
                    turn.answered();
                    return Ok(answer);
                }
                Err(failed) => turn.failed(failed, repeat)?,
            }
        }
    }
}

fn http(endpoint: &Endpoint) -> Result<reqwest::Client, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, bearer(endpoint)?);
    let mut builder = reqwest::Client::builder()
        .default_headers(headers)
        .user_agent(concat!("keydeck/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(endpoint.timeouts.connect)
        .read_timeout(endpoint.timeouts.silence)
        .redirect(redirect::Policy::none())
        .tcp_nodelay(true)
        // A server may close a connection that is silent for 30 s; never send on one about to go.
        .pool_idle_timeout(Duration::from_secs(20))
        .no_proxy();
    // Also for plain HTTP, which needs none: what is wrong is to be told where it is given.
    let authorities = endpoint.ca_file.as_deref().map(certificates).transpose()?;
    if endpoint.servers.are_plain() {
        // The system's certificates take longer to read than a whole first page.
        builder = builder.https_only(false).tls_certs_only([]);
    } else if let Some(authorities) = authorities {
        builder = builder.tls_certs_merge(authorities);
    }
    builder
        .build()
        .map_err(|error| Error::Unusable(format!("can't set up TLS: {error}")))
}

fn certificates(file: &Path) -> Result<Vec<Certificate>, Error> {
    let unusable = |why: String| Error::Unusable(format!("the CA file {} {why}", file.display()));
    let pem = std::fs::read(file).map_err(|error| unusable(format!("can't be read: {error}")))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(unusable(
            "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)".into(),
        )),
    }
}

/// The `Authorization` header, kept out of every log.
fn bearer(endpoint: &Endpoint) -> Result<HeaderValue, Error> {
    let text = format!("Bearer {}", endpoint.token.expose().trim());
    let mut value = HeaderValue::try_from(text).map_err(|_| {
        Error::Unusable("the sign-in token contains characters that no token has; copy it again".into())
    })?;
    value.set_sensitive(true);
    Ok(value)
}
fn with_headers(request: RequestBuilder, headers: &[(&'static str, String)]) -> RequestBuilder {
    let with = |request: RequestBuilder, (name, value): &(&'static str, String)| request.header(*name, value);
    headers.iter().fold(request, with)
}

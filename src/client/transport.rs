//! One request and its answer: headers, deadlines, bounds, and what each status means.

use std::path::Path;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Certificate, Method, RequestBuilder, Response, StatusCode, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{Endpoint, Error, Timeouts, endpoint, error};
use crate::api::{PROBLEM_JSON, Problem, REQUEST_ID, is_request_id};

/// The largest body that is read; the largest page of keys with 50 long domains each is smaller.
const MAX_BODY: usize = 8 * 1024 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Transport {
    http: reqwest::Client,
    base: Url,
    pub(super) timeouts: Timeouts,
    /// How often a read is asked again.
    pub(super) retries: usize,
    /// Whether what would change something is refused here.
    pub(super) read_only: bool,
}

impl Transport {
    pub(super) fn new(endpoint: &Endpoint) -> Result<Self, Error> {
        let base = endpoint::base(&endpoint.url)?;
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
        if base.scheme() == "http" {
            // The system's certificates take longer to read than a whole first page.
            builder = builder.https_only(false).tls_certs_only([]);
        } else if let Some(authorities) = authorities {
            builder = builder.tls_certs_merge(authorities);
        }
        let http = builder
            .build()
            .map_err(|error| Error::Unusable(format!("can't set up TLS: {error}")))?;
        Ok(Self {
            http,
            base,
            timeouts: endpoint.timeouts,
            retries: 0,
            read_only: false,
        })
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &impl Serialize,
    ) -> Result<T, Error> {
        let once = || async { self.json(self.request(Method::GET, path)?.query(query)).await };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_times(self.retries)
            .with_jitter();
        once.retry(pauses).when(Error::is_retryable).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.change(Method::POST, path, headers, body).await
    }

    pub(super) async fn patch<T: DeserializeOwned>(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.change(Method::PATCH, path, headers, body).await
    }

    pub(super) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        self.change(Method::PUT, path, &[], body).await
    }

    /// A DELETE that says how, and is answered with what it did.
    pub(super) async fn delete_with<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &impl Serialize,
    ) -> Result<T, Error> {
        self.json(self.changing(Method::DELETE, path)?.query(query)).await
    }

    /// A POST that says everything with its path.
    pub(super) async fn act<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.json(self.changing(Method::POST, path)?).await
    }

    /// A POST that changes nothing.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        with: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<T, Error> {
        self.json(with(self.request(Method::POST, path)?)).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), Error> {
        let response = self.successful(self.changing(Method::DELETE, path)?).await?;
        self.bounded(response).await.map(drop)
    }

    /// An answer whose body is read as it comes; only its headers have a deadline.
    pub(super) async fn stream(&self, path: &str) -> Result<Response, Error> {
        let request = self
            .request(Method::GET, path)?
            .header("accept", "text/event-stream");
        match tokio::time::timeout(self.timeouts.total, request.send()).await {
            Err(_) => Err(Error::TimedOut(self.server().to_owned())),
            Ok(Err(error)) => Err(self.transport_error(&error)),
            Ok(Ok(response)) if response.status().is_success() => Ok(response),
            Ok(Ok(response)) => Err(self.refusal(response).await),
        }
    }

    /// The server as people know it, without a trailing slash.
    pub(super) fn server(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    pub(super) fn transport_error(&self, error: &reqwest::Error) -> Error {
        Error::from_transport(self.server(), error)
    }

    pub(super) fn not_keydeck(&self, what: &str) -> Error {
        self.not_keydeck_in(what, None)
    }

    /// As [`Self::not_keydeck`], in the answer to this request.
    fn not_keydeck_in(&self, what: &str, request: Option<&str>) -> Error {
        let sentence = format!(
            "{} {what}; is it a keydeck server of this version?",
            self.server()
        );
        Error::NotKeydeck(error::under(&sentence, request))
    }

    async fn change<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let mut request = self.changing(method, path)?.json(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.json(request).await
    }

    /// A request that changes something.
    fn changing(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        if self.read_only {
            return Err(Error::ReadOnly);
        }
        self.request(method, path)
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        let url = self
            .base
            .join(path)
            .map_err(|_| Error::Unusable(format!("{path} is no path of {}", self.server())))?;
        Ok(self.http.request(method, url))
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Error> {
        let response = self.successful(request).await?;
        let id = request_id(&response);
        let body = self.bounded(response).await?;
        let mut json = serde_json::Deserializer::from_slice(&body);
        // Only the path is told, never the value there: it might be a secret.
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let what = format!("answered with unexpected JSON at \"{}\"", error.path());
            self.not_keydeck_in(&what, id.as_deref())
        })
    }

    async fn successful(&self, request: RequestBuilder) -> Result<Response, Error> {
        let sent = request.timeout(self.timeouts.total).send().await;
        let response = sent.map_err(|error| self.transport_error(&error))?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(self.refusal(response).await)
        }
    }

    async fn bounded(&self, mut response: Response) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.transport_error(&e))? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(self.not_keydeck("answered with more than 8 MiB"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// What an answer that is no success means.
    async fn refusal(&self, response: Response) -> Error {
        let (status, request) = (response.status(), request_id(&response));
        let is_problem =
            header(&response, CONTENT_TYPE.as_str()).is_some_and(|value| value.starts_with(PROBLEM_JSON));
        if !is_problem {
            return self.foreign_refusal(status, request.as_deref());
        }
        let body = match self.bounded(response).await {
            Ok(body) => body,
            Err(error) => return error,
        };
        match serde_json::from_slice::<Problem>(&body) {
            Ok(_) if status == StatusCode::UNAUTHORIZED => Error::SignIn,
            Ok(problem) if status.is_server_error() => Error::Fault {
                problem: Box::new(problem),
                request,
            },
            Ok(problem) => Error::Refused(Box::new(problem)),
            Err(_) => self.not_keydeck_in("answered with a refusal that can't be read", request.as_deref()),
        }
    }

    /// A refusal without a problem document is of something in front of the server, or of no
    /// keydeck at all.
    fn foreign_refusal(&self, status: StatusCode, request: Option<&str>) -> Error {
        let what = match status {
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                let sentence = format!(
                    "the proxy at {} can't reach the key server behind it ({status})",
                    self.server()
                );
                return Error::Offline(error::under(&sentence, request));
            }
            _ if status.is_redirection() => format!("redirects elsewhere ({status})"),
            _ => format!("answered {status} without a problem document"),
        };
        self.not_keydeck_in(&what, request)
    }
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// The id that the answer gives the request, which whoever stands in between may have chosen.
fn request_id(response: &Response) -> Option<String> {
    let id = header(response, REQUEST_ID).filter(|id| is_request_id(id));
    id.map(str::to_owned)
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

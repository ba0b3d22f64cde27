//! One request to one server, and its answer: deadlines, bounds, and what each status means.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

use super::{Error, error};
use crate::api::{PROBLEM_JSON, Problem, REQUEST_ID, is_request_id};
use crate::model::ServerAddress;

/// The largest body that is read; the largest page of keys with 50 long domains each is smaller.
const MAX_BODY: usize = 8 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Server {
    pub(super) http: reqwest::Client,
    pub(super) address: ServerAddress,
    /// From the first byte sent to the last byte read.
    pub(super) patience: Duration,
}

/// A success, read to its end.
pub(super) struct Answer<'a> {
    server: &'a Server,
    body: Vec<u8>,
    request: Option<String>,
}

/// Why a request has no success to show.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) how: FailureKind,
}

/// What is known of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// It was answered.
    Answered,
    /// It never left this machine: the server is away.
    NotSent,
    /// The server is away, or its database is; the request may have been carried out before.
    Unknown,
}

impl Answer<'_> {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        // Only the path is said, never the value there: it might be a secret.
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let what = format!("answered with unexpected JSON at \"{}\"", error.path());
            self.server.not_keydeck_in(&what, self.request.as_deref())
        })
    }
}

impl Failed {
    fn answered(error: Error) -> Self {
        Self {
            error,
            how: FailureKind::Answered,
        }
    }
}

impl Server {
    pub(super) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        let url = self.address.join(path);
        let url = url.ok_or_else(|| Error::Unusable(format!("{path} is not a path of {}", self.address)))?;
        Ok(self.http.request(method, url))
    }

    pub(super) async fn answer(&self, request: RequestBuilder) -> Result<Answer<'_>, Failed> {
        let sent = request.timeout(self.patience).send().await;
        let response = self.successful(sent.map_err(|error| self.away(&error))?).await?;
        Ok(Answer {
            server: self,
            request: request_id(&response),
            body: self.bounded(response).await?,
        })
    }

    /// An answer whose body is read as it comes; only its headers have a deadline.
    pub(super) async fn stream(&self, request: RequestBuilder) -> Result<Response, Failed> {
        match tokio::time::timeout(self.patience, request.send()).await {
            Ok(Ok(response)) => self.successful(response).await,
            Ok(Err(error)) => Err(self.away(&error)),
            Err(_) => Err(Failed {
                error: Error::TimedOut(self.address.to_string()),
                how: FailureKind::Unknown,
            }),
        }
    }

    pub(super) fn transport_error(&self, error: &reqwest::Error) -> Error {
        Error::from_transport(self.address.as_str(), error)
    }

    pub(super) fn not_keydeck(&self, what: &str) -> Error {
        self.not_keydeck_in(what, None)
    }

    /// As [`Self::not_keydeck`], in the answer to this request.
    fn not_keydeck_in(&self, what: &str, request: Option<&str>) -> Error {
        let sentence = format!("{} {what}; is it a keydeck server of this version?", self.address);
        Error::NotKeydeck(error::under(&sentence, request))
    }

    /// A failed TLS handshake is part of connecting: nothing was sent.
    fn away(&self, error: &reqwest::Error) -> Failed {
        Failed {
            error: self.transport_error(error),
            how: match error.is_connect() {
                true => FailureKind::NotSent,
                false => FailureKind::Unknown,
            },
        }
    }

    async fn successful(&self, response: Response) -> Result<Response, Failed> {
        match response.status() {
            status if status.is_success() => Ok(response),
            status => Err(Failed {
                how: match is_away(status) {
                    true => FailureKind::Unknown,
                    false => FailureKind::Answered,
                },
                error: self.refusal(response).await?,
            }),
        }
    }

    async fn bounded(&self, mut response: Response) -> Result<Vec<u8>, Failed> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.away(&error))? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Failed::answered(
                    self.not_keydeck("answered with more than 8 MiB"),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    /// What an answer that is not a success means.
    async fn refusal(&self, response: Response) -> Result<Error, Failed> {
        let (status, request) = (response.status(), request_id(&response));
        let is_problem =
            header(&response, CONTENT_TYPE.as_str()).is_some_and(|value| value.starts_with(PROBLEM_JSON));
        if !is_problem {
            return Ok(self.foreign_refusal(status, request.as_deref()));
        }
        let body = self.bounded(response).await?;
        Ok(match serde_json::from_slice::<Problem>(&body) {
            Ok(_) if status == StatusCode::UNAUTHORIZED => Error::SignIn,
            Ok(problem) if status.is_server_error() => Error::Fault {
                problem: Box::new(problem),
                request,
            },
            Ok(problem) => Error::Refused(Box::new(problem)),
            Err(_) => self.not_keydeck_in("answered with a refusal that can't be read", request.as_deref()),
        })
    }

    /// A refusal without a problem document is of something in front of the server, or of no
    /// keydeck at all.
    fn foreign_refusal(&self, status: StatusCode, request: Option<&str>) -> Error {
        let what = match status {
            _ if is_away(status) => {
                let sentence = format!(
                    "the proxy at {} can't reach the key server ({status})",
                    self.address
                );
                return Error::Offline(error::under(&sentence, request));
            }
            _ if status.is_redirection() => format!("redirects elsewhere ({status})"),
            _ => format!("answered {status} without a problem document"),
        };
        self.not_keydeck_in(&what, request)
    }
}

/// Whether somebody answers for a server, or a database, that is away.
fn is_away(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

/// The request id in the answer, which a proxy may have chosen.
fn request_id(response: &Response) -> Option<String> {
    let id = header(response, REQUEST_ID).filter(|id| is_request_id(id));
    id.map(str::to_owned)
}

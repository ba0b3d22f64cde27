//! Bodies: JSON and forms, read within bounds of size and time, and JSON written.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::error::{ApiError, ApiResult};
use super::reading::field_error;
use super::{encoding, extract};
use crate::api::ProblemType;

const MAX_BODY: usize = 64 * 1024;
/// Of a body that may name very many keys.
const MAX_LONG_BODY: usize = 512 * 1024;
/// Of a report of many leaked tokens.
const MAX_REPORT: usize = 1024 * 1024;
/// A larger body is read up to here and dropped, because a client that is still writing would
/// otherwise see a broken connection instead of the response.
const MAX_DROPPED: usize = 16 * 1024 * 1024;
const MAX_TIME: Duration = Duration::from_secs(5);

/// A JSON body, of a request or of an answer.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        json(request, MAX_BODY).await.map(Self)
    }
}

/// As [`Json`], of a request that may name very many keys.
pub struct LongJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for LongJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        json(request, MAX_LONG_BODY).await.map(Self)
    }
}

/// For a request that has nothing to say: no body, an object without fields, or the `null` of libraries that always send one.
/// Anything else would be ignored, and whoever sent it would believe that it was taken.
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct NoFields {}

        let encoding = encoding::check_headers(request.headers());
        let bytes = collect_within(MAX_TIME, request.into_body(), MAX_BODY).await?;
        if !matches!(bytes.trim_ascii(), b"" | b"null") {
            encoding?;
            encoding::check_beginning(&bytes)?;
            parse::<NoFields>(&bytes)?;
        }
        Ok(Self)
    }
}

/// The bytes of a JSON body that may be a report of many leaked tokens; its signature is over these.
pub struct RawJson(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for RawJson {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        text(request, "application/json", SEND_JSON, MAX_REPORT)
            .await
            .map(Self)
    }
}

impl RawJson {
    pub fn is_list(&self) -> bool {
        self.0.trim_ascii_start().starts_with(b"[")
    }

    pub fn object<T: DeserializeOwned>(&self) -> ApiResult<T> {
        parse(&self.0)
    }

    pub fn list<T: DeserializeOwned>(&self) -> ApiResult<Vec<T>> {
        let wrong = "The body must be a JSON array of objects, such as [{\"token\": \"…\"}].";
        parse_as(&self.0, '[', wrong)
    }

    /// Those of a list that can be read, and how many can't. Of a list in which none can, what is wrong with it.
    pub fn readable<T: DeserializeOwned>(&self) -> ApiResult<(Vec<T>, usize)> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Entry<T> {
            Read(T),
            Unreadable(IgnoredAny),
        }

        let entries: Vec<Entry<T>> = self.list()?;
        let all = entries.len();
        let read = entries.into_iter().filter_map(|entry| match entry {
            Entry::Read(read) => Some(read),
            Entry::Unreadable(_) => None,
        });
        let read: Vec<T> = read.collect();
        match read.is_empty() {
            true => self.list().map(|read| (read, 0)),
            false => {
                let unreadable = all - read.len();
                Ok((read, unreadable))
            }
        }
    }
}

const SEND_JSON: &str = "Send the body as JSON, with the header Content-Type: application/json.";

async fn json<T: DeserializeOwned>(request: Request, most: usize) -> ApiResult<T> {
    let bytes = text(request, "application/json", SEND_JSON, most).await?;
    parse(&bytes)
}

/// The body of a request, all of it read before anything is said of it: a client that is still writing would see a
/// broken connection instead of the answer.
async fn text(request: Request, media: &str, expected: &str, most: usize) -> ApiResult<Vec<u8>> {
    let is_expected = is_media(request.headers(), media);
    let encoding = encoding::check_headers(request.headers());
    let bytes = collect_within(MAX_TIME, request.into_body(), most).await?;
    if !is_expected {
        return Err(ApiError::new(ProblemType::UnsupportedMediaType, expected));
    }
    encoding?;
    encoding::check_beginning(&bytes)?;
    Ok(bytes)
}

/// The fields of a form, as OAuth's endpoints take them.
pub struct UrlEncoded<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for UrlEncoded<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        let expected =
            "Send the body as a form, with the header Content-Type: application/x-www-form-urlencoded.";
        let bytes = text(request, "application/x-www-form-urlencoded", expected, MAX_BODY).await?;
        extract::form(&bytes).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let json = HeaderValue::from_static("application/json");
                ([(CONTENT_TYPE, json)], bytes).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "an answer can't be written as JSON");
                ApiError::internal().into_response()
            }
        }
    }
}

fn is_media(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case(expected))
}

async fn collect_within(limit: Duration, body: Body, most: usize) -> ApiResult<Vec<u8>> {
    tokio::time::timeout(limit, collect(body, most))
        .await
        .unwrap_or_else(|_| Err(ApiError::slow_body()))
}

async fn collect(body: Body, most: usize) -> ApiResult<Vec<u8>> {
    let mut chunks = body.into_data_stream();
    let (mut kept, mut seen) = (Vec::new(), 0usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            ApiError::new(
                ProblemType::Malformed,
                "The body of the request was cut off; send it again.",
            )
        })?;
        seen += chunk.len();
        if seen <= most {
            kept.extend_from_slice(&chunk);
        } else if seen > MAX_DROPPED {
            break;
        }
    }
    match seen > most {
        false => Ok(kept),
        true => Err(ApiError::new(
            ProblemType::TooLarge,
            format!(
                "A body of this request has at most {} KiB; send less.",
                most / 1024
            ),
        )),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    let wrong = "The body must be a JSON object, such as {\"name\": \"Checkout\"}.";
    parse_as(bytes, '{', wrong)
}

/// `wrong` is said of what begins with something else.
fn parse_as<T: DeserializeOwned>(bytes: &[u8], begins: char, wrong: &str) -> ApiResult<T> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        ApiError::new(
            ProblemType::Malformed,
            "The body is not UTF-8, so it is not JSON.",
        )
    })?;
    // First checks that it is JSON at all: serde_json calls some wrong types syntax errors too.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_json(&error))?;
    // Serde would also take the fields of an object from an array, by their places.
    if !text.trim_start().starts_with(begins) {
        return Err(ApiError::new(ProblemType::Invalid, wrong));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let wrong = field_error(error.path(), &error.inner().to_string());
        ApiError::invalid_field(&wrong.field, wrong.message)
    })
}

fn not_json(error: &serde_json::Error) -> ApiError {
    ApiError::new(
        ProblemType::Malformed,
        format!(
            "The body is not JSON: it breaks at line {}, column {}.",
            error.line(),
            error.column()
        ),
    )
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::http::StatusCode;
    use futures_util::stream;

    use super::*;

    async fn status(limit: Duration, body: Body) -> StatusCode {
        match collect_within(limit, body, MAX_BODY).await {
            Ok(_) => StatusCode::OK,
            Err(refusal) => refusal.into_response().status(),
        }
    }

    #[tokio::test]
    async fn a_body_is_bounded_in_size_and_time() {
        let never = Body::from_stream(stream::pending::<Result<Vec<u8>, Infallible>>());
        assert_eq!(status(Duration::ZERO, never).await, StatusCode::REQUEST_TIMEOUT);
        assert_eq!(
            status(MAX_TIME, Body::from(vec![0; MAX_BODY])).await,
            StatusCode::OK
        );
        let larger = Body::from(vec![0; MAX_BODY + 1]);
        assert_eq!(status(MAX_TIME, larger).await, StatusCode::PAYLOAD_TOO_LARGE);
        let endless = Body::from_stream(stream::repeat_with(|| Ok::<_, Infallible>(vec![0; MAX_BODY])));
        assert_eq!(status(MAX_TIME, endless).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

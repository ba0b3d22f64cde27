//! What handlers extract from the head of a request: query, id, `If-Match`, `Idempotency-Key`.

use axum::extract::{FromRequestParts, Path};
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use uuid::Uuid;

use super::error::{ApiError, ApiResult};
use super::reading::field_error;
use crate::api::{DEFAULT_LIMIT, MAX_LIMIT, ProblemType, RevealPurpose};
use crate::model::compared::{self, compared};
use crate::model::pasted;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const PURPOSE: &str = "keydeck-purpose";
const MAX_IDEMPOTENCY_KEY: usize = 255;
const MAX_Q_CHARS: usize = 100;

/// The query string; unknown and unreadable parameters are refused by name.
pub struct QueryParams<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryParams<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        query(parts).map(Self)
    }
}

/// As [`QueryParams`], of a head that is at hand.
pub fn query<T: DeserializeOwned>(head: &Parts) -> ApiResult<T> {
    form(head.uri.query().unwrap_or_default().as_bytes())
}

/// Fields of queries and forms; unknown, repeated and unreadable ones are refused.
pub fn form<T: DeserializeOwned>(text: &[u8]) -> ApiResult<T> {
    let pairs = form_urlencoded::parse(text);
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs)).map_err(|error| {
        let wrong = field_error(error.path(), &error.inner().to_string());
        ApiError::malformed(&wrong.field, wrong.message)
    })
}

/// The `{id}` in the path.
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        Path::<Uuid>::from_request_parts(parts, state)
            .await
            .map(|Path(id)| Self(id))
            .map_err(|_| ApiError::malformed("id", "An id is a UUID, such as that of a key in a page."))
    }
}

/// The version that an edit was made from.
pub struct IfMatch(pub u64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        if_match(parts)?.map(Self).ok_or_else(precondition_required)
    }
}

/// The same of a change that may be made without.
pub struct MaybeIfMatch(pub Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for MaybeIfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        if_match(parts).map(Self)
    }
}

/// `None`: it is absent, or any version will do.
fn if_match(parts: &Parts) -> ApiResult<Option<u64>> {
    let mut sent = parts.headers.get_all(IF_MATCH).iter().map(|value| value.to_str());
    let text = match (sent.next(), sent.next()) {
        (None | Some(Ok("*")), None) => return Ok(None),
        (Some(Ok(text)), None) => text,
        _ => "",
    };
    let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let version = version.and_then(|version| version.parse().ok()).map(Some);
    version.ok_or_else(|| {
        ApiError::malformed(
            "If-Match",
            "Send the one ETag that the key was read with, such as \"3\".",
        )
    })
}

fn precondition_required() -> ApiError {
    ApiError::new(
        ProblemType::PreconditionRequired,
        "Send the ETag that you read the key with as If-Match, such as \"3\", so that nobody's change is lost.",
    )
}

/// The `Idempotency-Key`, when there is one.
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let mut sent = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = sent.next() else {
            return Ok(Self(None));
        };
        if sent.next().is_some() {
            return Err(ApiError::malformed("Idempotency-Key", "Send this header once."));
        }
        let length = value.as_bytes().len();
        if !(1..=MAX_IDEMPOTENCY_KEY).contains(&length) || !value.as_bytes().iter().all(u8::is_ascii_graphic)
        {
            return Err(ApiError::malformed(
                "Idempotency-Key",
                "An Idempotency-Key has 1 to 255 visible ASCII characters, such as a UUID.",
            ));
        }
        let text = value.to_str().unwrap_or_default();
        pasted::refuse_ours(text).map_err(|why| ApiError::invalid_field("Idempotency-Key", why))?;
        Ok(Self(Some(text.to_owned())))
    }
}

/// What a secret is asked for; to be shown, where nothing is said.
pub struct SecretPurpose(pub RevealPurpose);

impl<S: Send + Sync> FromRequestParts<S> for SecretPurpose {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let mut sent = parts.headers.get_all(PURPOSE).iter();
        let purpose = match (sent.next().map(|value| value.to_str()), sent.next()) {
            (None, None) => Some(RevealPurpose::default()),
            (Some(Ok(text)), None) => text.parse().ok(),
            _ => None,
        };
        let wrong = || ApiError::malformed("Keydeck-Purpose", "A secret is asked for to show or to copy it.");
        purpose.map(Self).ok_or_else(wrong)
    }
}

/// The rows of a page.
pub fn limit(limit: Option<u32>) -> ApiResult<u32> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    match (1..=MAX_LIMIT).contains(&limit) {
        true => Ok(limit),
        false => Err(ApiError::malformed("limit", "A page has 1 to 200 rows.")),
    }
}

/// A text filter for the store: composed and trimmed; `None` when nothing is left.
pub fn q(q: Option<String>) -> ApiResult<Option<String>> {
    text_filter(q).map_err(|message| ApiError::malformed("q", message))
}

/// As [`q`]; why not, is a sentence.
pub fn text_filter(q: Option<String>) -> Result<Option<String>, &'static str> {
    let text = q.as_deref().map(compared::kept);
    let Some(text) = text.filter(|text| !compared(text).is_empty()) else {
        return Ok(None);
    };
    if text.chars().count() > MAX_Q_CHARS {
        return Err("A filter has at most 100 characters.");
    }
    if text.chars().any(char::is_control) {
        return Err("A filter can't contain control characters.");
    }
    Ok(Some(text))
}

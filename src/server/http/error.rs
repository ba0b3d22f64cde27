//! Error responses: every error that the server answers is created here, as a problem document.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::framing::Unreadable;
use crate::api::{COUNT_CAP, Key, PROBLEM_JSON, PlanDifference, Problem, ProblemType};
use crate::model::FieldErrors;
use crate::server::auth::sign_in::Wait;
use crate::server::clock::Skewed;
use crate::server::seal::SealError;
use crate::server::store::{RevokedKey, StoreError};

const RULE: HeaderName = HeaderName::from_static("x-keydeck-rule");

/// An error response.
#[derive(Debug)]
pub struct ApiError {
    problem: Box<Problem>,
    /// After how many seconds a retry may succeed.
    retry_after: Option<u64>,
}

pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// A refusal whose `detail` says what is wrong and what to do.
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        let (status, title) = status_and_title(kind);
        Self {
            problem: Box::new(Problem {
                kind,
                title: title.to_owned(),
                status: status.as_u16(),
                detail: detail.into(),
                errors: Vec::new(),
                rule: None,
                current: None,
                plan: None,
            }),
            retry_after: match kind {
                ProblemType::Unavailable | ProblemType::Timeout | ProblemType::ClockSkew => Some(1),
                ProblemType::TooManyAtOnce => Some(5),
                _ => None,
            },
        }
    }

    /// The request can't be read; `field` is the query parameter, header or path segment.
    pub fn malformed(field: &str, message: impl Into<String>) -> Self {
        Self::new(
            ProblemType::Malformed,
            format!("The request can't be read: `{field}` is wrong."),
        )
        .with_errors(FieldErrors::one(field, message))
    }

    /// Fields of the body are wrong.
    pub fn invalid(errors: FieldErrors) -> Self {
        let detail = match errors.0.as_slice() {
            [one] => one.message.clone(),
            many => format!("{} fields are wrong; `errors` says what to change.", many.len()),
        };
        Self::new(ProblemType::Invalid, detail).with_errors(errors)
    }

    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(FieldErrors::one(field, message))
    }

    /// The same whether it does not exist or may not be seen.
    pub fn not_found() -> Self {
        Self::new(
            ProblemType::NotFound,
            "There is nothing here that you can see; check the id.",
        )
    }

    /// The same for a missing, malformed and unknown token.
    pub fn unauthenticated() -> Self {
        Self::unauthenticated_by("your sign-in token, which begins with kdu_")
    }

    /// `what` is the credential to send.
    pub fn unauthenticated_by(what: &str) -> Self {
        Self::new(
            ProblemType::Unauthenticated,
            format!("Send {what}, as a bearer token."),
        )
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(ProblemType::Forbidden, detail)
    }

    /// The same in other words.
    #[must_use]
    pub fn saying(mut self, detail: String) -> Self {
        self.problem.detail = detail;
        self
    }

    /// The rule that refused a key.
    #[must_use]
    pub fn by_rule(mut self, rule: &str) -> Self {
        self.problem.rule = Some(rule.to_owned());
        self
    }

    pub fn revoked(key: &RevokedKey) -> Self {
        Self::new(
            ProblemType::Revoked,
            format!(
                "This key was revoked at {:.0} by {}; a revoked key can't be restored.",
                key.revoked_at, key.revoked_by.email
            ),
        )
    }

    /// Someone changed the key in between.
    pub fn changed(current: Key) -> Self {
        let error = Self::new(
            ProblemType::Changed,
            "The key was changed since you read it; compare with `current` and send the edit with its version.",
        );
        error.with_current(current)
    }

    /// With the key as it is now.
    pub fn with_current(mut self, current: Key) -> Self {
        self.problem.current = Some(Box::new(current));
        self
    }

    /// The keys of a plan are not as it showed them.
    pub fn plan_changed(difference: PlanDifference) -> Self {
        let keys = match difference.total() {
            1 => "1 key is".to_owned(),
            many => format!("{many} keys are"),
        };
        let mut error = Self::new(
            ProblemType::PlanChanged,
            format!(
                "{keys} not as the plan showed, so nothing was done: {}. Make another plan to see what would be done now.",
                difference.words()
            ),
        );
        error.problem.plan = Some(Box::new(difference));
        error
    }

    /// The body did not arrive in time: 408, where a slow server would be 503.
    pub fn slow_body() -> Self {
        let mut error = Self::new(
            ProblemType::Timeout,
            "The body of the request did not arrive in time; send it again.",
        );
        error.problem.status = StatusCode::REQUEST_TIMEOUT.as_u16();
        error
    }

    /// The request is for another host than this machine: 421.
    pub fn misdirected(here: SocketAddr) -> Self {
        let mut error = Self::malformed(
            "Host",
            format!("This server is for this machine only: use http://{here}."),
        );
        error.problem.status = StatusCode::MISDIRECTED_REQUEST.as_u16();
        error
    }

    /// A change that was begun, of which `why` nobody knows whether it was made.
    pub fn unsure(why: &str) -> Self {
        Self::new(
            ProblemType::Unsure,
            format!("{why}: it may have been carried out, so check before you repeat it."),
        )
    }

    pub fn internal() -> Self {
        Self::new(
            ProblemType::Internal,
            "The server failed; its log says more under the request's x-request-id.",
        )
    }

    #[must_use]
    pub fn with_errors(mut self, errors: FieldErrors) -> Self {
        self.problem.errors = errors.0;
        self
    }

    fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match (self.problem.kind, self.retry_after, &self.problem.current) {
            (ProblemType::Unauthenticated, ..) => {
                Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")))
            }
            (ProblemType::UnknownKey | ProblemType::UnknownGateway, ..) => {
                Some((WWW_AUTHENTICATE, HeaderValue::from_static("ApiKey")))
            }
            (_, Some(seconds), _) => Some((RETRY_AFTER, HeaderValue::from(seconds))),
            (.., Some(current)) => etag(current.version).ok().map(|tag| (ETAG, tag)),
            _ => None,
        }
    }
}

/// The `ETag` of a version.
pub fn etag(version: u64) -> ApiResult<HeaderValue> {
    HeaderValue::try_from(format!("\"{version}\"")).map_err(|_| ApiError::internal())
}

fn status_and_title(kind: ProblemType) -> (StatusCode, &'static str) {
    match kind {
        ProblemType::Malformed => (StatusCode::BAD_REQUEST, "The request can't be read"),
        ProblemType::Unauthenticated => (StatusCode::UNAUTHORIZED, "Not signed in"),
        ProblemType::UnknownKey => (StatusCode::UNAUTHORIZED, "Not an active key"),
        ProblemType::UnknownGateway => (StatusCode::UNAUTHORIZED, "Not a known gateway"),
        ProblemType::NotByThisKey => (StatusCode::FORBIDDEN, "Not allowed by this key"),
        ProblemType::Forbidden => (StatusCode::FORBIDDEN, "Not allowed"),
        ProblemType::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        ProblemType::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
        ProblemType::ShownOnce => (StatusCode::CONFLICT, "Shown only once"),
        ProblemType::InUse => (StatusCode::CONFLICT, "Still in use"),
        ProblemType::LastOwner => (StatusCode::CONFLICT, "The last Owner"),
        ProblemType::TooManySignIns => (StatusCode::TOO_MANY_REQUESTS, "Too many refused sign-ins"),
        ProblemType::TooManyAtOnce => (StatusCode::TOO_MANY_REQUESTS, "Too many at once"),
        ProblemType::Expired => (StatusCode::CONFLICT, "Expired"),
        ProblemType::Rotating => (StatusCode::CONFLICT, "Being rotated"),
        ProblemType::NotRotating => (StatusCode::CONFLICT, "Not being rotated"),
        ProblemType::PlanChanged => (StatusCode::CONFLICT, "Keys changed since the plan"),
        ProblemType::PlanExpired => (StatusCode::GONE, "The plan expired"),
        ProblemType::Revoked => (StatusCode::GONE, "Revoked"),
        ProblemType::Changed => (StatusCode::PRECONDITION_FAILED, "Changed meanwhile"),
        ProblemType::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
        ProblemType::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Not JSON"),
        ProblemType::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "Fields are wrong"),
        ProblemType::IdempotencyMismatch => (StatusCode::UNPROCESSABLE_ENTITY, "Another request"),
        ProblemType::PreconditionRequired => (StatusCode::PRECONDITION_REQUIRED, "If-Match is missing"),
        ProblemType::Timeout => (StatusCode::SERVICE_UNAVAILABLE, "Took too long"),
        ProblemType::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Database unavailable"),
        ProblemType::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "Stopped until it is restarted"),
        ProblemType::Unsure => (StatusCode::SERVICE_UNAVAILABLE, "Outcome unknown"),
        ProblemType::ClockSkew => (StatusCode::SERVICE_UNAVAILABLE, "The clock is wrong"),
        ProblemType::Full => (StatusCode::INSUFFICIENT_STORAGE, "Disk full"),
        ProblemType::Internal | ProblemType::Unknown => (StatusCode::INTERNAL_SERVER_ERROR, "Server error"),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let header = self.header();
        // Strings and numbers always serialise.
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(rule) = self.problem.rule.as_deref().and_then(|rule| rule.parse().ok()) {
            // For gateways, which see no body.
            headers.insert(RULE, rule);
        }
        headers.extend(header);
        response
    }
}

impl ApiError {
    /// Of an address from which too many leaks are reported, or with a wrong token.
    pub fn too_many_reports(wait: Wait) -> Self {
        let error = Self::from(wait);
        let seconds = error.retry_after.unwrap_or_default();
        let detail = format!("Too many leaks were reported from your address; try again in {seconds} s.");
        Self {
            retry_after: error.retry_after,
            ..Self::new(ProblemType::TooManyAtOnce, detail)
        }
    }
}

impl From<Wait> for ApiError {
    fn from(Wait(time): Wait) -> Self {
        // Rounded up, so that a retry then succeeds.
        let seconds = time.as_millis().div_ceil(1_000) as u64;
        let mut error = Self::new(
            ProblemType::TooManySignIns,
            format!(
                "This sign-in token is not valid, and too many sign-ins from your address were refused: use a valid one, \
                 or try again in {seconds} s."
            ),
        );
        error.retry_after = Some(seconds);
        error
    }
}

impl From<Unreadable> for ApiError {
    fn from(why: Unreadable) -> Self {
        let mut error = Self::new(
            ProblemType::Malformed,
            format!("The head of the request can't be read. {why}"),
        );
        if matches!(why, Unreadable::TooLong | Unreadable::TooMany) {
            error.problem.status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE.as_u16();
        }
        error
    }
}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::invalid(errors)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ActorGone => Self::unauthenticated(),
            StoreError::RoleChanged => Self::forbidden("Your role changed; reload and try again."),
            StoreError::Unavailable(_) | StoreError::Misconfigured(_) | StoreError::DataKeyReplaced => {
                tracing::warn!(%error, "the store is unavailable");
                Self::new(
                    ProblemType::Unavailable,
                    "The database can't be reached just now; try again in a moment.",
                )
            }
            StoreError::Full(_) => {
                tracing::error!(%error, "a change was refused");
                Self::new(
                    ProblemType::Full,
                    "The database's disk is full, so nothing was changed; the server's operator must free space.",
                )
            }
            StoreError::Stopped(_) => Self::new(
                ProblemType::Stopped,
                "The server's disk failed to store what was written, so no changes are accepted until the server is restarted.",
            ),
            // Its log said why, once.
            StoreError::Elsewhere(_) => Self::new(
                ProblemType::Stopped,
                "The server's database file or the write-ahead log beside it was removed, moved, replaced, written over or set back \
                 to another state while it was open, so the server answers nothing from it until it is started again; its log \
                 says what happened.",
            ),
            StoreError::TooManyToSort => Self::malformed(
                "sort",
                format!(
                    "More than {COUNT_CAP} keys match, too many to be sorted so; narrow the filter, or sort by name, scope, \
                     created_at, last_used_at or expires_at."
                ),
            ),
            StoreError::Unsure(_) => {
                tracing::error!(%error, "a change may have been made or not");
                Self::unsure("The database failed before it confirmed this change")
            }
            _ => {
                tracing::error!(%error, "the store failed");
                Self::internal()
            }
        }
    }
}

impl From<Skewed> for ApiError {
    fn from(Skewed(by): Skewed) -> Self {
        let off = match by.as_secs() {
            ahead if ahead > 0 => format!("{ahead} s ahead of"),
            behind => format!("{} s behind", -behind),
        };
        Self::new(
            ProblemType::ClockSkew,
            format!(
                "The server's clock is {off} the time of its database, so no token can be issued; the operator of this \
                 server must set its clock."
            ),
        )
    }
}

impl From<SealError> for ApiError {
    fn from(error: SealError) -> Self {
        tracing::error!(%error, "a secret can't be sealed or unsealed");
        Self::internal()
    }
}

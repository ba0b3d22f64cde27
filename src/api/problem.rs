//! Refusals on the wire: problem documents (RFC 9457) with a stable `type`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::keys::Key;
use super::plans::PlanDifference;
use crate::model::FieldError;

/// What kind of refusal; stable, for programs. On the wire it is a URI: `/problems/invalid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum ProblemType {
    /// 400: the request can't be read as HTTP, JSON or query.
    #[serde(rename = "/problems/malformed")]
    Malformed,
    /// 401: the token is missing or unknown.
    #[serde(rename = "/problems/unauthenticated")]
    Unauthenticated,
    /// 401: the presented API key is not active; `rule` says why.
    #[serde(rename = "/problems/unknown-key")]
    UnknownKey,
    /// 401: the token of the gateway that asks is missing or unknown; nothing is said of the key.
    #[serde(rename = "/problems/unknown-gateway")]
    UnknownGateway,
    /// 403: the API key does not allow this; `rule` says which rule refused.
    #[serde(rename = "/problems/not-by-this-key")]
    NotByThisKey,
    /// 403: the role doesn't allow it.
    #[serde(rename = "/problems/forbidden")]
    Forbidden,
    /// 404: it does not exist, or may not be seen.
    #[serde(rename = "/problems/not-found")]
    NotFound,
    /// 405: the path is known, the method is not.
    #[serde(rename = "/problems/method-not-allowed")]
    MethodNotAllowed,
    /// 409: the secret of an Analytics key can't be viewed again.
    #[serde(rename = "/problems/shown-once")]
    ShownOnce,
    /// 409: something still depends on it: a project has active keys, or a person has keys and the
    /// request doesn't say what happens to them.
    #[serde(rename = "/problems/in-use")]
    InUse,
    /// 409: an organisation keeps at least one Owner.
    #[serde(rename = "/problems/last-owner")]
    LastOwner,
    /// 409: the key has expired, and has to be renewed first.
    #[serde(rename = "/problems/expired")]
    Expired,
    /// 409: the key is being rotated, and its new token is in use.
    #[serde(rename = "/problems/rotating")]
    Rotating,
    /// 409: the key is not being rotated, so that there is nothing to extend, end or cancel.
    #[serde(rename = "/problems/not-rotating")]
    NotRotating,
    /// 409: keys of a plan are not as it showed them; `plan` says which. Nothing was done.
    #[serde(rename = "/problems/plan-changed")]
    PlanChanged,
    /// 410: the plan is older than ten minutes.
    #[serde(rename = "/problems/plan-expired")]
    PlanExpired,
    /// 410: the key was revoked; `current` is what is left of it.
    #[serde(rename = "/problems/revoked")]
    Revoked,
    /// 412: someone changed it meanwhile; `current` is its state.
    #[serde(rename = "/problems/changed")]
    Changed,
    /// 413: the body is larger than 64 KiB.
    #[serde(rename = "/problems/too-large")]
    TooLarge,
    /// 415: the body is not `application/json`.
    #[serde(rename = "/problems/unsupported-media-type")]
    UnsupportedMediaType,
    /// 422: fields are wrong; `errors` names them.
    #[serde(rename = "/problems/invalid")]
    Invalid,
    /// 422: this `Idempotency-Key` was used for another request.
    #[serde(rename = "/problems/idempotency-mismatch")]
    IdempotencyMismatch,
    /// 428: `If-Match` is missing.
    #[serde(rename = "/problems/precondition-required")]
    PreconditionRequired,
    /// 429: too many sign-ins from this address were refused; `Retry-After` says when to try again.
    #[serde(rename = "/problems/too-many-sign-ins")]
    TooManySignIns,
    /// 429: the person has as many requests or event streams open as one may have, or all streams are in use.
    #[serde(rename = "/problems/too-many-at-once")]
    TooManyAtOnce,
    /// 408 or 503: it took too long.
    #[serde(rename = "/problems/timeout")]
    Timeout,
    /// 503: the database can't be asked or written.
    #[serde(rename = "/problems/unavailable")]
    Unavailable,
    /// 503: the disk failed, and the server takes no changes until it is restarted; or its database file is no
    /// longer the one that it has open, and it answers nothing.
    #[serde(rename = "/problems/stopped")]
    Stopped,
    /// 503: whether the change was made is not known; check before repeating it.
    #[serde(rename = "/problems/unsure")]
    Unsure,
    /// 503: the server's clock is wrong, and the request needs the time.
    #[serde(rename = "/problems/clock-skew")]
    ClockSkew,
    /// 507: the database's disk is full; nothing was changed.
    #[serde(rename = "/problems/full")]
    Full,
    /// 500: a server error.
    #[serde(rename = "/problems/internal")]
    Internal,
    /// A type that this version doesn't know.
    #[serde(other, rename = "about:blank")]
    Unknown,
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: ProblemType,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status code.
    pub status: u16,
    /// A sentence that says what is wrong and what to do.
    pub detail: String,
    /// The fields that are wrong, when fields are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The rule that refused, when a key was checked: `origin-foreign`, `not-deployed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The key as it is now, when someone changed it meanwhile or it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Box<Key>>,
    /// What changed since the plan was made, when it was not carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<PlanDifference>>,
}

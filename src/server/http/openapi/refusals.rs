//! The refusals that operations share, as types for their `responses(…)`.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};

use crate::api::PROBLEM_JSON;

pub fn refusal(description: &str) -> RefOr<Response> {
    ResponseBuilder::new()
        .description(description)
        .content(PROBLEM_JSON, Content::new(Some(Ref::from_schema_name("Problem"))))
        .build()
        .into()
}

/// Types that stand for the refusals of an operation in its `responses(…)`.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident { $($status:literal: $description:literal,)+ })+) => {$(
        $(#[$doc])*
        pub enum $name {}

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$(($status.to_owned(), refusal($description)),)+].into()
            }
        }
    )+};
}

refusals! {
    /// Of every operation that asks who is signed in.
    Common {
        "401": "The token is missing or unknown.",
        "429": "The token is not valid, and too many sign-ins from this address were refused; or too many requests or event \
                streams of this person are open. `Retry-After` says how many seconds to wait.",
        "500": "A server error.",
        "503": "The database is unavailable, its disk failed or its file was replaced, or the server is overloaded; with `unsure`, the change may have been made.",
        "507": "The database's disk is full; nothing was changed.",
    }
    /// Of an operation that asks nobody who they are.
    Unasked {
        "500": "A server error.",
        "503": "The server is overloaded.",
    }
    /// Of the metrics.
    MetricsRefused {
        "401": "The metrics token is missing or wrong.",
        "403": "The metrics are only for the server's machine.",
    }
    /// Of an operation with a query.
    BadQuery {
        "400": "A query parameter is unknown or wrong; `errors` names it.",
    }
    /// Of an operation on `{id}`.
    NoSuchId {
        "400": "The id is not a UUID, or a header can't be read.",
        "404": "It does not exist, or may not be seen.",
    }
    /// Of an operation with a body.
    BadBody {
        "400": "The body is not JSON, or a header can't be read.",
        "408": "The body did not arrive in time.",
        "413": "The body is larger than 64 KiB.",
        "415": "The body is not `application/json`.",
        "422": "Fields are wrong; `errors` names them.",
    }
    /// Of an operation that takes no body.
    UnwantedBody {
        "400": "The body is not JSON, the id is not a UUID, or a header can't be read.",
        "408": "The body did not arrive in time.",
        "413": "The body is larger than 64 KiB.",
        "415": "The body is compressed.",
        "422": "The body has fields; this operation takes none.",
    }
    /// Of a report of leaks.
    BadReport {
        "400": "The body is not JSON, or a header can't be read.",
        "401": "The signature or the token that is shared with the server is missing or wrong.",
        "408": "The body did not arrive in time.",
        "413": "The body is larger than 1 MiB.",
        "415": "The body is not `application/json`.",
        "422": "Fields are wrong; `errors` names them.",
        "429": "Too many reports from this address. `Retry-After` says how many seconds to wait.",
        "500": "A server error.",
        "503": "The database is unavailable or the server is overloaded, or the keys of GitHub can't be read.",
    }
    /// Of a plan that is made.
    BadPlan {
        "400": "The body is not JSON, or a header can't be read.",
        "408": "The body did not arrive in time.",
        "413": "The body is larger than 512 KiB.",
        "415": "The body is not `application/json`.",
        "422": "Fields are wrong, or there are more keys than a plan may have; `errors` names the field.",
    }
    /// Of a plan that is committed.
    PlanRefused {
        "409": "Its keys are not as it showed them, so nothing was done; `plan` says how many changed, and which.",
        "410": "It is older than ten minutes.",
        "422": "It sets an expiry that has passed meanwhile, or that the organisation no longer allows.",
    }
    /// Of an operation with a form.
    BadForm {
        "400": "A field is missing, unknown or there twice; `errors` names it.",
        "408": "The body did not arrive in time.",
        "413": "The body is larger than 64 KiB.",
        "415": "The body is not `application/x-www-form-urlencoded`.",
    }
    /// Of an operation that needs a session server.
    NoSessionServer {
        "422": "The project has no session server.",
    }
    /// Of an operation that a key is presented to.
    KeyChecked {
        "400": "A query parameter or a header can't be read, or would be ignored.",
        "401": "The key is missing or not active; `rule` says why.",
        "403": "The key does not allow this; `rule` says which rule refused, such as `key-disabled`, or `address-foreign`, of \
                which `detail` names the client's address.",
        "500": "A server error.",
        "503": "The database is unavailable, or the server is overloaded.",
    }
    Forbidden {
        "403": "The role doesn't allow it.",
    }
    /// Of an operation on one key.
    Revoked {
        "410": "The key was revoked; `detail` says when and by whom, `current` what is left of it.",
    }
    /// Of the removal of a project.
    InUse {
        "409": "It has keys that were not revoked; `detail` says how many, and how many of them have expired.",
    }
    /// Of sending something to a webhook.
    WebhookIsDisabled {
        "422": "The webhook is disabled.",
    }
    LastOwner {
        "409": "They are the last Owner.",
    }
    /// Of the removal of a person.
    Stays {
        "409": "They are the last Owner, or have active keys and the request doesn't say what happens to them.",
        "422": "The person to hand the keys over to is missing, unknown or superfluous; `errors` names the field.",
    }
    /// Of enabling a key.
    Ended {
        "409": "The key has expired; renew it first.",
    }
    /// Of rotating a key.
    NotRotated {
        "409": "The key has expired and has to be renewed first, or it is being rotated and its new token is in use.",
    }
    /// Of changing a rotation.
    NotRotating {
        "409": "The key is not being rotated, or its new token is in use, so that it can't be dropped.",
    }
    /// Of a change that may say what it was made from.
    Outdated {
        "412": "Someone changed it in between; `current` is its state.",
    }
    ShownOnce {
        "409": "An Analytics key was shown once, when it was created.",
    }
    /// Of an edit.
    Stale {
        "412": "Someone changed it meanwhile; `current` is its state.",
        "428": "`If-Match` is missing.",
    }
}

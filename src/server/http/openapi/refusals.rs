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
        "401": "No token, or none that is known.",
        "429": "The token is not valid, and too many sign-ins from this address were refused; or too many requests or event \
                streams of this person are open. `Retry-After` says how many seconds to wait.",
        "500": "A fault of the server.",
        "503": "The database is away, its disk failed or its file was replaced, or the server is overloaded; of `unsure`, whether it was done is not known.",
        "507": "The database has no room left; nothing was changed.",
    }
    /// Of an operation that asks nobody who they are.
    Unasked {
        "500": "A fault of the server.",
        "503": "The server is overloaded.",
    }
    /// Of the figures.
    FiguresRefused {
        "401": "A token is needed that whoever runs the server chose.",
        "403": "They are for the machine of the server.",
    }
    /// Of an operation with a query.
    BadQuery {
        "400": "A query parameter is unknown or wrong; `errors` names it.",
    }
    /// Of an operation on `{id}`.
    NoSuchId {
        "400": "The id is no UUID, or a header can't be read.",
        "404": "It does not exist, or may not be seen.",
    }
    /// Of an operation with a body.
    BadBody {
        "400": "The body is no JSON, or a header can't be read.",
        "408": "The body did not arrive in time.",
        "413": "The body is larger than 64 KiB.",
        "415": "The body is not `application/json`.",
        "422": "Fields are wrong; `errors` names them.",
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
        "400": "A query parameter or a header can't be read, or would be passed over.",
        "401": "No key, or none that is active; `rule` says why.",
        "403": "The key does not allow this; `rule` says which rule refused.",
        "500": "A fault of the server.",
        "503": "The database is away, or the server overloaded.",
    }
    Forbidden {
        "403": "The role doesn't allow it.",
    }
    /// Of an operation on one key.
    Revoked {
        "410": "The key was revoked; `detail` says when and by whom.",
    }
    /// Of the removal of a project.
    InUse {
        "409": "It has active keys; `detail` says how many.",
    }
    LastOwner {
        "409": "They are the last Owner.",
    }
    /// Of the removal of a person.
    Stays {
        "409": "They are the last Owner, or have active keys and nothing was said of what becomes of them.",
        "422": "The person who gets their keys is missing, unknown or superfluous; `errors` names the field.",
    }
    ShownOnce {
        "409": "An Analytics key was shown once, when it was created.",
    }
    /// Of an edit.
    Stale {
        "412": "Someone changed it in between; `current` is its state.",
        "428": "`If-Match` is missing.",
    }
}

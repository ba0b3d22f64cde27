//! The OpenAPI 3.1 document: its frame, and the refusals that operations share.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi};

use crate::api::{ChangeEvent, Order, PROBLEM_JSON, PageFrom, Problem, Sort};

/// The document without its operations.
pub fn frame() -> Document {
    Frame::openapi()
}

/// What is refused of every operation, unless it tells of that itself: the head of a request that can't be read.
pub fn add_common_refusals(document: &mut Document) {
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            let malformed = || refusal("A header can't be read or is there twice, or there is a query.");
            responses.entry("400".to_owned()).or_insert_with(malformed);
        }
    }
}

/// A handler that answers the document, written once.
pub fn answer(
    document: &Document,
) -> impl Fn() -> Ready<([(HeaderName, HeaderValue); 1], Bytes)> + Clone + Send + Sync + use<> {
    // A document of strings and maps always serialises.
    let json = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    move || {
        let media = HeaderValue::from_static("application/json");
        ready(([(CONTENT_TYPE, media)], json.clone()))
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "keydeck",
        description = "An organisation's API keys. Every refusal is a problem document (RFC 9457) with a stable \
                       `type`; a key that the signed-in user may not see answers as one that does not exist."
    ),
    // It is no route of the router.
    paths(super::authorize::answer),
    // Those of query parameters and of other events are not collected by themselves.
    components(schemas(ChangeEvent, Problem, Sort, Order, PageFrom)),
    modifiers(&Bearer),
    security(("token" = [])),
    tags(
        (name = "me", description = "The signed-in user"),
        (name = "keys", description = "API keys"),
        (name = "projects", description = "What keys are assigned to"),
        (name = "users", description = "The people of the organisation"),
        (name = "activity", description = "Who did what, and what is happening"),
        (name = "gateways", description = "What stands in front of an API and asks whether a key is let through"),
        (name = "connections", description = "Keys at work: for web pages and apps, with a key instead of a sign-in"),
        (name = "operations", description = "For whoever runs the server"),
    )
)]
struct Frame;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The sign-in token of a user; it begins with kdu_."))
            .build();
        let of_servers = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "The token of a project's session server; it begins with kds_.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
        components.add_security_scheme("session server", SecurityScheme::Http(of_servers));
    }
}

fn refusal(description: &str) -> RefOr<Response> {
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

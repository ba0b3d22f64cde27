//! The OpenAPI 3.1 document: its frame; the refusals that operations share are beside it.

pub mod refusals;

pub use self::refusals::{
    BadBody, BadForm, BadPlan, BadQuery, BadReport, Common, Ended, Forbidden, InUse, KeyChecked, LastOwner,
    MetricsRefused, NoSessionServer, NoSuchId, NotRotated, NotRotating, Outdated, PlanRefused, Revoked,
    ShownOnce, Stale, Stays, Unasked, UnwantedBody, WebhookIsDisabled,
};

use std::future::{Ready, ready};

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use self::refusals::refusal;
use crate::api::{
    ChangeEvent, CountExtra, KeyExtra, LeakReport, Order, PageFrom, Problem, ScannedToken, Sort,
    TokenFeedback,
};

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
    paths(crate::server::work::authorize::answer),
    // Those of query parameters and of other events are not collected by themselves.
    components(schemas(ChangeEvent, LeakReport, ScannedToken, TokenFeedback, Problem, Sort, Order, PageFrom, KeyExtra, CountExtra)),
    modifiers(&Bearer),
    security(("token" = [])),
    tags(
        (name = "me", description = "The signed-in user"),
        (name = "keys", description = "API keys"),
        (name = "policy", description = "The organisation's policy for keys"),
        (name = "projects", description = "Projects, which keys are assigned to"),
        (name = "users", description = "The people of the organisation"),
        (name = "activity", description = "The activity log, and live events"),
        (name = "leaks", description = "Keys that are reported leaked, by others and by whoever has the token"),
        (name = "webhooks", description = "Who is told when something happens, and what was sent"),
        (name = "gateways", description = "Gateways in front of an API that check its keys"),
        (name = "connections", description = "Keys in use: for web pages and apps, with a key instead of a sign-in"),
        (name = "operations", description = "For the server's operator"),
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

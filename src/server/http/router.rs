//! Every route, and the layers around all of them. The gateway check, which is called
//! for every request of an API, bypasses them.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::ALLOW;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, options};
use axum::{Extension, Router};
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ApiError;
use super::framing::Unreadable;
use super::observe::Seen;
use super::places::Peer;
use super::queries::{self, QueryRoutes};
use super::site::Site;
use super::turns::Turn;
use super::{head, health, metrics_access, observe, openapi};
use crate::api::ProblemType;
use crate::server::auth::signed_in;
use crate::server::state::ServerState;
use crate::server::work::{authorize, connect, introspect};
use crate::server::{
    activity, events, gateways, imports, keys, leaks, lifetimes, me, projects, removals, session_servers,
    session_tokens, users, webhooks,
};

/// How long a response may take to begin.
const ANSWER: Duration = Duration::from_secs(10);
/// What one route or another takes.
const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS");

/// All that is answered.
#[derive(Clone)]
pub struct HttpService {
    server: ServerState,
    site: Site,
    /// Whether gateway checks are answered here too.
    checks: bool,
    routes: TowerToHyperService<Router>,
}

impl HttpService {
    pub fn new(server: ServerState, site: Site) -> Self {
        let (routes, mut document) = documented().split_for_parts();
        let (connections, of_connections) = connections().split_for_parts();
        document.merge(of_connections);
        openapi::add_common_refusals(&mut document);
        let queried = QueryRoutes::of(&document);
        let routes = routes
            .route("/openapi.json", get(openapi::answer(&document)))
            .fallback(no_route);
        Self::over(server, site, true, (routes, connections), queried)
    }

    /// The metrics alone, for a listener of their own.
    pub fn of_metrics(server: ServerState, site: Site) -> Self {
        let routes = OpenApiRouter::new().routes(routes!(metrics_access::show));
        let (routes, document) = routes.split_for_parts();
        let routes = (routes.fallback(no_route), Router::new());
        Self::over(server, site, false, routes, QueryRoutes::of(&document))
    }

    fn over(
        server: ServerState,
        site: Site,
        checks: bool,
        (routes, connections): (Router<ServerState>, Router<ServerState>),
        queried: QueryRoutes,
    ) -> Self {
        let observed = from_fn_with_state(server.clone(), observe::request);
        let metrics_access = Extension(site.metrics_access.clone());
        let leak_sources = Extension(site.leak_sources.clone());
        let webhook_targets = Extension(site.webhook_targets.clone());
        let in_turn = from_fn_with_state(server.clone(), signed_in::in_turn);
        let (routes, connections) = (routes.layer(in_turn.clone()), connections.layer(in_turn));
        let routes = layered(routes, connections, ANSWER, Arc::new(queried)).layer(observed);
        let routes = routes
            .layer(metrics_access)
            .layer(leak_sources)
            .layer(webhook_targets)
            .with_state(server.clone());
        Self {
            routes: TowerToHyperService::new(routes),
            server,
            site,
            checks,
        }
    }

    /// Answers a request of `peer`, unless its head could not be read.
    pub async fn answer(
        &self,
        peer: &Peer,
        request: Request<Incoming>,
        unreadable: Option<Unreadable>,
    ) -> Response {
        let mut response = match unreadable {
            Some(why) => self.refuse(peer, &request, "none", why.into()).await,
            None => self.answer_readable(peer, request).await,
        };
        self.site.stamp(response.headers_mut());
        response
    }

    async fn answer_readable(&self, peer: &Peer, mut request: Request<Incoming>) -> Response {
        let is_check = self.checks && authorize::is_asked(request.uri().path());
        let (method, uri, version) = (request.method(), request.uri(), request.version());
        let hosts = self.site.hosts;
        if let Err(refused) = head::check(method, uri, version, request.headers(), hosts) {
            return match is_check {
                true => {
                    let refused = authorize::malformed(&self.server, refused);
                    self.refuse(peer, &request, authorize::PATH, refused).await
                }
                false => self.refuse(peer, &request, "none", refused).await,
            };
        }
        if is_check {
            let (head, _) = request.into_parts();
            return self.authorize(peer, &head).await;
        }
        request.extensions_mut().insert(peer.clone());
        match self.routes.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    async fn refuse(
        &self,
        peer: &Peer,
        request: &Request<Incoming>,
        route: &str,
        refused: ApiError,
    ) -> Response {
        let seen = Seen::of_many(request.method(), request.headers());
        let refused = async {
            let _turn = self.turn_of_stranger(peer, request.headers()).await;
            let mut refused = refused.into_response();
            if refused.status() == StatusCode::METHOD_NOT_ALLOWED {
                refused.headers_mut().insert(ALLOW, METHODS);
            }
            refused
        };
        seen.noted(&self.server, route, refused).await
    }

    async fn authorize(&self, peer: &Peer, head: &Parts) -> Response {
        let seen = Seen::of_many(&head.method, &head.headers);
        let answer = async {
            let answer = authorize::answer(&self.server, peer, head);
            let answer = tokio::time::timeout(ANSWER, AssertUnwindSafe(answer).catch_unwind());
            match answer.await {
                Ok(Ok(answer)) => {
                    // A check is one read, so known gateways don't wait for a turn.
                    let _turn = match peer.is_known() {
                        true => None,
                        false => self.turn_of_stranger(peer, &head.headers).await,
                    };
                    answer.into_response()
                }
                Ok(Err(panic)) => after_panic(panic),
                Err(_) => too_late().into_response(),
            }
        };
        seen.noted(&self.server, authorize::PATH, answer).await
    }

    async fn turn_of_stranger(&self, peer: &Peer, headers: &HeaderMap) -> Option<Turn> {
        let address = self.server.proxies.client(peer.address().ip(), headers);
        self.server.turns.take_as_stranger(address).await
    }
}

/// The layers around every route; a response begins within `limit`.
fn layered<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    connections: Router<S>,
    limit: Duration,
    queried: Arc<QueryRoutes>,
) -> Router<S> {
    // Pages can read every refusal, so what is answered for a route that failed is under this layer too.
    let connections = answering(connections, limit, queried.clone()).layer(connect::any_origin());
    answering(routes, limit, queried).merge(connections)
}

/// Every request is answered in time, even if its handler isn't.
fn answering<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    limit: Duration,
    queried: Arc<QueryRoutes>,
) -> Router<S> {
    let read_or_refused = from_fn(move |request, next| {
        let queried = queried.clone();
        async move { queries::read_or_refused(&queried, request, next).await }
    });
    routes
        .layer(read_or_refused)
        .method_not_allowed_fallback(no_method)
        .layer(from_fn(move |request, next| in_time(limit, request, next)))
        .layer(CatchPanicLayer::custom(after_panic))
}

fn documented() -> OpenApiRouter<ServerState> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(me::show))
        .merge(of_keys())
        .routes(routes!(projects::list, projects::create))
        .routes(routes!(projects::edit, projects::remove))
        .routes(routes!(session_servers::set, session_servers::remove))
        .routes(routes!(session_tokens::issue, session_tokens::revoke))
        .routes(routes!(introspect::answer))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::edit, users::remove))
        .routes(routes!(users::replace_token))
        .routes(routes!(removals::progress::show))
        .routes(routes!(lifetimes::show, lifetimes::edit))
        .routes(routes!(gateways::list, gateways::add))
        .routes(routes!(gateways::remove))
        .routes(routes!(webhooks::manage::list, webhooks::manage::create))
        .routes(routes!(webhooks::manage::edit, webhooks::manage::remove))
        .routes(routes!(webhooks::manage::rotate))
        .routes(routes!(webhooks::manage::reveal))
        .routes(routes!(webhooks::deliveries::list))
        .routes(routes!(webhooks::deliveries::show))
        .routes(routes!(webhooks::deliveries::test))
        .routes(routes!(webhooks::deliveries::redeliver))
        .routes(routes!(leaks::list, leaks::report))
        .routes(routes!(leaks::decide))
        .routes(routes!(leaks::gitlab::types))
        .routes(routes!(leaks::gitlab::revoke))
        .routes(routes!(activity::list))
        .routes(routes!(activity::head))
        .routes(routes!(activity::compare))
        .routes(routes!(events::subscribe))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics_access::show))
}

/// Keys, one by one and many at once.
fn of_keys() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(keys::find::list, keys::create::create))
        .routes(routes!(keys::find::counts))
        .routes(routes!(keys::export::export))
        .routes(routes!(keys::find::lookup))
        .routes(routes!(
            keys::find::show,
            keys::change::edit,
            keys::change::revoke
        ))
        .routes(routes!(keys::ended::revoke))
        .routes(routes!(keys::ended::check))
        .routes(routes!(keys::switch::disable))
        .routes(routes!(keys::switch::enable))
        .routes(routes!(
            keys::rotation::rotate,
            keys::rotation::extend,
            keys::rotation::finish
        ))
        .routes(routes!(keys::plans::make))
        .routes(routes!(keys::plans::show, keys::plans::commit))
        .routes(routes!(imports::begin))
        .routes(routes!(imports::commit, imports::give_up))
        .routes(routes!(imports::add))
        .routes(routes!(keys::reveal::reveal))
        .routes(routes!(keys::work::usage))
        .routes(routes!(keys::work::explain))
}

/// What web pages and apps call, from any origin.
fn connections() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(connect::exchange))
        // The layer answers it; without a route, the fallback for other methods would.
        .route("/api/jwt", options(async || {}))
}

/// The path is not repeated: it may be a secret in the wrong place.
async fn no_route() -> ApiError {
    ApiError::new(
        ProblemType::NotFound,
        "There is nothing at this path; /openapi.json lists what there is.",
    )
}

async fn no_method(method: Method) -> ApiError {
    ApiError::new(
        ProblemType::MethodNotAllowed,
        format!("This path doesn't support {method}; the header Allow lists what it supports."),
    )
}

async fn in_time(limit: Duration, request: axum::extract::Request, next: Next) -> Response {
    let method = request.method().clone();
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) if method.is_safe() => too_late().into_response(),
        Err(_) => ApiError::unsure("The server timed out on this request").into_response(),
    }
}

fn too_late() -> ApiError {
    ApiError::new(
        ProblemType::Timeout,
        "The server timed out on this request; try again in a moment.",
    )
}

/// What the panic said may hold anything, so it is neither answered nor logged here.
fn after_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    ApiError::internal().into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};
    use axum::routing::any;

    use super::*;
    use crate::api::Problem;

    /// To a page of another origin.
    async fn answer(routes: Router) -> Response {
        answer_to(Method::GET, routes).await
    }

    async fn answer_to(method: Method, routes: Router) -> Response {
        let mut request = axum::extract::Request::new(Body::empty());
        *request.method_mut() = method;
        let origin = HeaderValue::from_static("https://shop.acme.example");
        request.headers_mut().insert(ORIGIN, origin);
        let answer = TowerToHyperService::new(routes).call(request);
        answer.await.expect("an answer")
    }

    async fn asked(routes: Router, limit: Duration) -> (StatusCode, Problem) {
        problem(answer(layered(routes, Router::new(), limit, nothing())).await).await
    }

    fn nothing() -> Arc<QueryRoutes> {
        Arc::new(QueryRoutes::of(&openapi::frame()))
    }

    async fn problem(response: Response) -> (StatusCode, Problem) {
        let status = response.status();
        let body = to_bytes(response.into_body(), 4096).await.expect("a body");
        (status, serde_json::from_slice(&body).expect("a problem document"))
    }

    #[tokio::test]
    async fn a_panic_answers_a_problem_without_its_text() {
        let routes = Router::new().route("/", get(async || -> &'static str { panic!("kdw_secret") }));
        let (status, problem) = asked(routes, ANSWER).await;
        assert_eq!((status.as_u16(), problem.kind), (500, ProblemType::Internal));
        assert!(!format!("{problem:?}").contains("kdw_"));
    }

    #[tokio::test]
    async fn an_answer_that_takes_too_long_is_given_up() {
        for (method, kind) in [
            (Method::GET, ProblemType::Timeout),
            (Method::POST, ProblemType::Unsure),
        ] {
            let routes = Router::new().route("/", any(std::future::pending::<()>));
            let given_up = answer_to(method, layered(routes, Router::new(), Duration::ZERO, nothing())).await;
            let (status, problem) = problem(given_up).await;
            assert_eq!((status.as_u16(), problem.kind), (503, kind));
        }
    }

    #[tokio::test]
    async fn pages_can_read_also_that_a_connection_failed() {
        let panics = Router::new().route("/", get(async || -> &'static str { panic!("kdw_secret") }));
        let hangs = Router::new().route("/", get(std::future::pending::<()>));
        for (connections, limit, status) in [(panics, ANSWER, 500), (hangs, Duration::ZERO, 503)] {
            let answer = answer(layered(Router::new(), connections, limit, nothing())).await;
            let told = answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
            assert_eq!(answer.status(), status);
            assert_eq!(told.expect("told"), "https://shop.acme.example");
        }
    }
}

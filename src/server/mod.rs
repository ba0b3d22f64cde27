//! The key server: it answers the contract of [`crate::api`] over a [`store::Store`].
//!
//! `http` is how requests come in and answers go out, `auth` authentication and authorisation, `work` keys in use, [`seal`]
//! what is sealed under the root key. The files beside them are the handlers for people, by what they are about. What all
//! of them share is `state`, which imports no handler; a background task is in the module that it works on.

mod activity;
mod activity_stream;
mod auth;
mod clock;
mod events;
mod gateways;
mod http;
mod imports;
mod keys;
mod leaks;
mod lifetimes;
mod me;
mod projects;
mod removals;
mod row_numbers;
pub mod seal;
mod session_servers;
mod session_tokens;
mod state;
pub mod store;
mod trust;
mod users;
mod verify;
pub mod webhooks;
mod work;

use std::io;

use tokio::net::TcpListener;

pub use self::activity_stream::{ActivityStream, Destination};
pub use self::auth::policy;
pub use self::http::address;
pub use clock::Clock;
pub use http::accept::Listener;
pub use http::bounds::Bounds;
pub use http::metrics_access::{MetricsAccess, MetricsToken};
use http::router::HttpService;
pub use http::tls::{CertificateFiles, Tls, TlsError};
pub use keys::mint::{new_key, new_token};
pub use leaks::sources::{GithubKeys, LeakSources};
pub use seal::Seals;
pub use state::{LocalSession, ServerState};
pub use webhooks::sending::{AllowedTarget, AllowedTargets, Sender as WebhookSender};

/// More than the scrapers that there are.
const METRICS_CONNECTIONS: usize = 64;

/// Answers at `listener` until `shutdown`, then ends the event streams, lets requests under way
/// finish for a few seconds, writes what was counted, and returns.
pub async fn serve(
    listener: impl Into<Listener>,
    state: ServerState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = listener.into();
    let site = listener.site(state.local_session.is_some())?;
    let feed = tokio::spawn(events::feed(state.clone()));
    let counts = tokio::spawn(work::usage::run(state.clone()));
    let removals = tokio::spawn(removals::worker::run(state.clone()));
    let clock = tokio::spawn(clock::watch::run(state.clone()));
    let marks = tokio::spawn(keys::marks::run(state.clone()));
    // The file of a local deck is only changed by its user.
    let verification = match state.local_session {
        None => Some(tokio::spawn(verify::once(state.clone()))),
        Some(_) => None,
    };
    let webhooks = listener
        .webhooks()
        .map(|sender| tokio::spawn(webhooks::run(state.clone(), sender)));
    http::accept::until(listener, HttpService::new(state.clone(), site), &state, shutdown).await;
    feed.abort();
    clock.abort();
    marks.abort();
    verification.inspect(|task| task.abort());
    webhooks.inspect(|task| task.abort());
    // A portion is stored as a whole or not at all.
    removals.abort();
    // It ends when the server is closing.
    if counts.await.is_err() {
        tracing::error!("counting the use of keys has failed");
    }
    work::usage::write_all(&state).await;
    Ok(())
}

/// Passes the activity log on, until the server of `state` is closing.
pub async fn stream_activity(stream: ActivityStream, state: ServerState) {
    activity_stream::run(state, stream).await;
}

/// Serves only the metrics, to anyone who reaches `listener`, until the server of `state` is closing.
pub async fn serve_metrics(listener: TcpListener, state: ServerState) -> io::Result<()> {
    let for_this_machine = listener.local_addr()?.ip().is_loopback();
    let bounds = Bounds {
        connections: METRICS_CONNECTIONS,
        ..Bounds::default()
    };
    let listener = Listener::new(listener, None, bounds).with_metrics_access(MetricsAccess::Everybody);
    let front = HttpService::of_metrics(state.clone(), listener.site(for_this_machine)?);
    http::accept::until(listener, front, &state, state.clone().closed()).await;
    Ok(())
}

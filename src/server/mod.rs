//! The key server: it answers the contract of [`crate::api`] over a [`store::Store`].

mod accept;
mod activity;
pub mod address;
mod auth;
mod authorize;
mod body;
mod bounds;
mod check;
mod clock;
mod connect;
mod cursor;
mod error;
mod events;
mod extract;
mod gateways;
mod health;
mod keys;
mod me;
mod metrics;
mod mint;
mod observe;
mod openapi;
pub mod policy;
mod presented;
mod projects;
mod reading;
mod removals;
mod root_key;
mod router;
pub mod seal;
mod session_servers;
mod sign_in;
mod state;
pub mod store;
mod tls;
mod usage;
mod users;

use std::io;

pub use accept::Entrance;
pub use auth::LocalSession;
pub use bounds::Bounds;
pub use clock::Clock;
pub use mint::new_key;
use router::Front;
pub use state::ServerState;
pub use tls::{CertificateFiles, Tls, TlsError};

/// Answers at `entrance` until `shutdown`, then ends the event streams, lets requests under way
/// finish for a few seconds, writes what was counted, and returns.
pub async fn serve(
    entrance: impl Into<Entrance>,
    state: ServerState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let feed = tokio::spawn(events::feed(state.clone()));
    let counts = tokio::spawn(usage::keep(state.clone()));
    let removals = tokio::spawn(removals::keep(state.clone()));
    let clock = tokio::spawn(clock::keep(state.clone()));
    accept::until(entrance.into(), Front::new(state.clone()), &state, shutdown).await;
    feed.abort();
    clock.abort();
    // A portion that was begun is kept as a whole, or nothing of it is.
    removals.abort();
    // It ends by itself when the server is closing.
    if counts.await.is_err() {
        tracing::error!("counting what keys are used for has failed");
    }
    usage::write_all(&state).await;
    Ok(())
}

//! A request's handle on its connection: it reports what happens on it, and who the caller is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use super::order::Phase;
use super::seats::{Allocation, Seat, packed};
use crate::model::TokenHash;
use crate::server::http::error::ApiError;

/// The connection of a request, as far as its place is concerned.
#[derive(Clone)]
pub struct Peer {
    pub(super) shared: Arc<Allocation>,
    pub(super) seat: Arc<Seat>,
}

impl Peer {
    pub fn address(&self) -> SocketAddr {
        self.seat.peer
    }

    /// The head of a request has arrived.
    pub fn asks(&self) {
        self.note(Phase::Answering);
    }

    pub fn is_answered(&self) {
        self.note(Phase::Idle);
    }

    pub(super) fn note(&self, phase: Phase) {
        let now = self.shared.started.elapsed();
        self.seat.activity.store(packed(phase, now), Ordering::Relaxed);
    }

    /// Whether somebody has signed in, or a gateway has identified itself, within their share.
    pub fn is_known(&self) -> bool {
        self.seat.is_known()
    }

    /// Somebody has signed in over the connection.
    pub fn is_person(&self, id: Uuid) {
        let bounds = &self.shared.bounds;
        let share = bounds.per_person.min(bounds.connections / 16).max(1);
        self.is(id.as_u128() as u64 & !1 | 2, share);
    }

    /// A gateway has identified itself.
    pub fn is_gateway(&self, token: &TokenHash) {
        let [a, b, c, d, e, f, g, h, ..] = token.0;
        let share = (self.shared.bounds.connections / 4).max(1);
        self.is(u64::from_le_bytes([a, b, c, d, e, f, g, h]) | 1, share);
    }

    /// Up to `share` connections are registered as the caller's.
    fn is(&self, caller: u64, share: usize) {
        // Usually it is known already.
        if self.seat.caller.load(Ordering::Relaxed) == caller {
            return;
        }
        let mut taken = self.shared.lock();
        taken.forget_caller(&self.seat);
        let count = taken.by_caller.entry(caller).or_default();
        if *count < share {
            *count += 1;
            self.seat.caller.store(caller, Ordering::Relaxed);
        }
    }
}

/// `accept` adds the connection to each request.
impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<Self>();
        peer.cloned().ok_or_else(ApiError::internal)
    }
}

//! The places for connections and for event streams. Nobody waits for a place: where all are taken, a new
//! connection gets the place of the least important one. Requests touch atomics alone; the lock is for connections that
//! come and go.

mod order;
mod peer;
mod seats;
mod streams;

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use self::order::Phase;
pub use self::peer::Peer;
use self::seats::{Allocation, Occupancy, Occupant, PlaceKind, Seat, packed};
pub use self::streams::StreamPlace;
use super::address::TrustedProxies;
use super::bounds::Bounds;

/// The shortest time between two searches for late connections.
const LOOK: Duration = Duration::from_millis(100);
/// The shortest time between two log lines about a full server.
const TELL: Duration = Duration::from_secs(60);

/// Clones share them.
#[derive(Clone)]
pub struct Places(Arc<Allocation>);

impl Places {
    pub fn new(bounds: Bounds, proxies: TrustedProxies) -> Self {
        Self(Arc::new(Allocation {
            bounds,
            proxies,
            started: Instant::now(),
            taken: Mutex::default(),
            settled: Notify::new(),
        }))
    }

    /// Waits while very many accepted connections have not been read from, or very many that lost their place are not
    /// closed: both only need CPU time, and hold open files until then. The limit is low, because the system's own queue
    /// fills up meanwhile, and it then drops new connections for a second or more.
    pub async fn settled(&self) {
        let many = (self.0.bounds.connections / 2).max(1);
        while self.0.lock().unsettled >= many {
            self.0.settled.notified().await;
        }
    }

    /// A place for a newcomer.
    pub fn enter(&self, peer: SocketAddr) -> ConnectionPlace {
        let address = self.0.share_of(peer.ip());
        let now = self.0.started.elapsed();
        let mut taken = self.0.lock();
        self.make_room_for(&mut taken, address, now);
        let number = taken.next;
        taken.next += 1;
        let seat = Arc::new(Seat {
            number,
            peer,
            address,
            activity: AtomicU64::new(packed(Phase::New, now)),
            caller: AtomicU64::new(0),
            lost: Notify::new(),
        });
        taken.join(&seat);
        taken.unsettled += 1;
        let entry = Occupant {
            seat: seat.clone(),
            pool: PlaceKind::Connections,
        };
        taken.by_number.insert(number, entry);
        ConnectionPlace(Peer {
            shared: self.0.clone(),
            seat,
        })
    }

    /// Closes some connections, because the system has no files left for others.
    pub fn make_room(&self) {
        let now = self.0.started.elapsed();
        let connections = self.0.bounds.connections;
        self.0.lock().make_room(&self.0.bounds, now, None, connections);
    }

    fn make_room_for(&self, taken: &mut Occupancy, address: Option<IpAddr>, now: Duration) {
        let bounds = &self.0.bounds;
        if let (Some(_), Some(limit)) = (address, bounds.per_address)
            && taken.of(address) >= limit
        {
            taken.make_room(bounds, now, address, limit);
        }
        if taken.connections >= bounds.connections / 2
            && taken.looked.is_none_or(|looked| now >= looked + LOOK)
        {
            taken.looked = Some(now);
            taken.close_late(
                now.saturating_sub(bounds.first_head),
                (bounds.connections / 64).max(16),
            );
        }
        if taken.connections >= bounds.connections {
            if taken.told.is_none_or(|told| now >= told + TELL) {
                taken.told = Some(now);
                tracing::warn!(
                    connections = bounds.connections,
                    "all places for connections are taken; silent and idle connections are closed to make room"
                );
            }
            taken.make_room(bounds, now, None, bounds.connections);
        }
    }
}

/// One connection's place, released on drop.
pub struct ConnectionPlace(Peer);

impl ConnectionPlace {
    pub fn peer(&self) -> &Peer {
        &self.0
    }

    /// It is read from: its silence is measured from now on.
    pub fn is_heard(&self) {
        let Peer { shared, seat } = &self.0;
        let mut taken = shared.lock();
        if seat.standing().phase == Phase::New {
            taken.unsettled -= 1;
            self.0.note(Phase::Silent);
        }
        drop(taken);
        shared.settled.notify_one();
    }

    /// Returns when the place was given to another connection: this one must be closed.
    pub async fn lost(&self) {
        self.0.seat.lost.notified().await;
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        let Peer { shared, seat } = &self.0;
        shared.lock().leave(seat.number);
        shared.settled.notify_one();
    }
}

#[cfg(test)]
mod tests;

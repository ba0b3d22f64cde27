//! How many connections there may be at once, and how long each may keep its place without a word.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::address::{TrustedProxies, customer};

#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections at once. Those beyond wait in the system's queue until one ends.
    pub connections: usize,
    /// Connections at once of one address, or one /64 of IPv6, so that nobody takes all places; those
    /// beyond are closed. Doesn't count for loopback and for believed proxies. `None` where all connections
    /// come from a proxy.
    pub per_address: Option<usize>,
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For the head of a request, and between two requests.
    pub head: Duration,
    /// For the client to take up more of an answer.
    pub unread: Duration,
    /// For requests under way when the shutdown began.
    pub grace: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 1024,
            per_address: Some(256),
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            unread: Duration::from_secs(30),
            grace: Duration::from_secs(3),
        }
    }
}

/// The places for connections.
pub struct Places {
    free: Arc<Semaphore>,
    per_address: Option<usize>,
    proxies: TrustedProxies,
    taken: Arc<Taken>,
}

type Taken = Mutex<HashMap<IpAddr, usize>>;

impl Places {
    pub fn new(bounds: &Bounds, proxies: TrustedProxies) -> Self {
        Self {
            free: Arc::new(Semaphore::new(bounds.connections)),
            per_address: bounds.per_address,
            proxies,
            taken: Arc::default(),
        }
    }

    /// Waits until there is a place.
    pub async fn free(&self) -> Option<OwnedSemaphorePermit> {
        // The semaphore is never closed.
        self.free.clone().acquire_owned().await.ok()
    }

    /// Takes the place for `peer`; `None` when its share is taken.
    pub fn take(&self, permit: OwnedSemaphorePermit, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        let is_exempt = peer.is_loopback() || self.proxies.contains(peer);
        let share = match self.per_address {
            Some(limit) if !is_exempt => Some(Share::take(&self.taken, customer(peer), limit)?),
            _ => None,
        };
        Some(Place {
            _permit: permit,
            _share: share,
        })
    }
}

/// One connection's place, given back when it is dropped.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    _share: Option<Share>,
}

struct Share {
    taken: Arc<Taken>,
    address: IpAddr,
}

impl Share {
    fn take(taken: &Arc<Taken>, address: IpAddr, limit: usize) -> Option<Self> {
        let mut by_address = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = by_address.get(&address).copied().unwrap_or_default();
        if count >= limit {
            return None;
        }
        by_address.insert(address, count + 1);
        Some(Self {
            taken: taken.clone(),
            address,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut by_address = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = by_address.entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn places(connections: usize, per_address: usize) -> Places {
        let bounds = Bounds {
            connections,
            per_address: Some(per_address),
            ..Bounds::default()
        };
        let proxy = "198.51.100.0/24".parse().expect("a network");
        Places::new(&bounds, TrustedProxies::new(vec![proxy]))
    }

    async fn taken(places: &Places, peer: &str) -> Option<Place> {
        let permit = places.free().await.expect("open");
        places.take(permit, peer.parse().expect("an address"))
    }

    #[tokio::test]
    async fn one_address_has_its_share_and_gets_places_back() {
        let places = places(100, 2);
        let first = taken(&places, "203.0.113.7").await;
        let _second = taken(&places, "::ffff:203.0.113.7").await.expect("a place");
        assert!(taken(&places, "203.0.113.7").await.is_none());
        assert!(taken(&places, "203.0.113.8").await.is_some());
        drop(first);
        assert!(taken(&places, "203.0.113.7").await.is_some());
    }

    #[tokio::test]
    async fn a_network_of_ipv6_shares_and_this_machine_and_proxies_do_not() {
        let places = places(100, 1);
        let _one = taken(&places, "2001:db8:1:2::1").await.expect("a place");
        assert!(taken(&places, "2001:db8:1:2:ffff::9").await.is_none());
        assert!(taken(&places, "2001:db8:1:3::1").await.is_some());
        for exempt in [
            "127.0.0.1",
            "::1",
            "::ffff:127.0.0.1",
            "198.51.100.4",
            "::ffff:198.51.100.4",
        ] {
            let both = (taken(&places, exempt).await, taken(&places, exempt).await);
            assert!(both.0.is_some() && both.1.is_some(), "{exempt}");
        }
    }

    #[tokio::test]
    async fn who_comes_when_all_places_are_taken_waits_for_one() {
        let places = places(1, 1);
        let one = taken(&places, "203.0.113.7").await.expect("a place");
        assert!(places.free().now_or_never().is_none());
        drop(one);
        assert!(places.free().now_or_never().is_some());
    }

    #[tokio::test]
    async fn who_is_refused_takes_no_place() {
        let places = places(2, 1);
        let one = taken(&places, "203.0.113.7").await.expect("a place");
        assert!(taken(&places, "203.0.113.7").await.is_none());
        let _other = taken(&places, "203.0.113.8").await.expect("a place");
        assert_eq!(places.free.available_permits(), 0);
        drop(one);
        assert_eq!(places.free.available_permits(), 1);
        assert_eq!(places.taken.lock().expect("sound").len(), 1);
        let none = self::places(1, 0);
        assert!(taken(&none, "203.0.113.7").await.is_none());
        assert!(none.taken.lock().expect("sound").is_empty());
    }
}

//! The places for connections and for streams of events. Nobody waits for a place: where all are taken, a newcomer gets
//! that of the connection that is missed the least. Requests touch atomics alone; the lock is for connections that
//! come and go.

mod order;
mod peer;
mod streams;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use uuid::Uuid;

use self::order::{Patience, Phase, Rank, Standing, in_order, reserved};
pub use self::peer::Peer;
pub use self::streams::StreamPlace;
use super::address::{TrustedProxies, customer};
use super::bounds::Bounds;

/// What many connections of one address may be silent where places are scarce: a request comes with its connection or
/// right after it.
const MOMENT: Duration = Duration::from_millis(250);
/// Late ones are looked for at most so often.
const LOOK: Duration = Duration::from_millis(100);
/// A full house is told in the log at most so often.
const TELL: Duration = Duration::from_secs(60);

/// Clones share them.
#[derive(Clone)]
pub struct Places(Arc<Shared>);

struct Shared {
    bounds: Bounds,
    proxies: TrustedProxies,
    started: Instant,
    taken: Mutex<Taken>,
    settled: Notify,
}

#[derive(Default)]
struct Taken {
    by_number: HashMap<u64, Entry>,
    next: u64,
    /// Of the entries, those with a place among the connections.
    connections: usize,
    /// Of the entries, those that nobody has read from yet, and those that have lost their place.
    unsettled: usize,
    by_address: HashMap<IpAddr, usize>,
    by_caller: HashMap<u64, usize>,
    streams: usize,
    by_person: HashMap<Uuid, usize>,
    looked: Option<Duration>,
    told: Option<Duration>,
}

struct Entry {
    seat: Arc<Seat>,
    pool: Pool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pool {
    Connections,
    Streams,
    /// It has lost its place and is about to be closed.
    Lost,
}

/// What is known of a connection.
struct Seat {
    number: u64,
    peer: SocketAddr,
    /// Whose share it is of; `None` where none applies.
    address: Option<IpAddr>,
    /// The phase in the two lowest bits, above it since when.
    activity: AtomicU64,
    /// Whom it is of, within their share; 0 while nobody is known. Written under the lock.
    caller: AtomicU64,
    lost: Notify,
}

impl Places {
    pub fn new(bounds: Bounds, proxies: TrustedProxies) -> Self {
        Self(Arc::new(Shared {
            bounds,
            proxies,
            started: Instant::now(),
            taken: Mutex::default(),
            settled: Notify::new(),
        }))
    }

    /// Returns unless very many of those that were accepted have not been heard, or of those that lost their place are not
    /// gone: both need nothing but their turn, and files until then. Few may be waited for here: those that the system
    /// keeps meanwhile are soon more than it can keep, and it drops the next ones for a second or more.
    pub async fn settled(&self) {
        let many = (self.0.bounds.connections / 2).max(1);
        while self.0.lock().unsettled >= many {
            self.0.settled.notified().await;
        }
    }

    /// A place for a newcomer.
    pub fn enter(&self, peer: SocketAddr) -> Place {
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
        let entry = Entry {
            seat: seat.clone(),
            pool: Pool::Connections,
        };
        taken.by_number.insert(number, entry);
        Place(Peer {
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

    fn make_room_for(&self, taken: &mut Taken, address: Option<IpAddr>, now: Duration) {
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
                    "all places for connections are taken; silent and idle ones are closed to make room"
                );
            }
            taken.make_room(bounds, now, None, bounds.connections);
        }
    }
}

impl Shared {
    /// The address whose share a connection of `peer` counts in.
    fn share_of(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        let is_exempt = peer.is_loopback() || self.proxies.contains(peer);
        (self.bounds.per_address.is_some() && !is_exempt).then(|| customer(peer))
    }

    /// What the lock guards is whole at every instruction, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn of(&self, address: Option<IpAddr>) -> usize {
        let count = address.and_then(|address| self.by_address.get(&address));
        count.copied().unwrap_or_default()
    }

    /// Counts among the connections.
    fn join(&mut self, seat: &Seat) {
        self.connections += 1;
        if let Some(address) = seat.address {
            *self.by_address.entry(address).or_default() += 1;
        }
    }

    /// Counts no longer among the connections.
    fn part(&mut self, seat: &Seat) {
        self.connections -= 1;
        if let Some(address) = seat.address {
            count_down(&mut self.by_address, &address);
        }
    }

    /// Gives back what a connection holds that has ended.
    fn leave(&mut self, number: u64) {
        let Some(entry) = self.by_number.remove(&number) else {
            return;
        };
        if entry.pool == Pool::Connections {
            self.part(&entry.seat);
        }
        self.forget_caller(&entry.seat);
        if entry.pool == Pool::Lost || entry.seat.standing().phase == Phase::New {
            self.unsettled -= 1;
        }
    }

    fn forget_caller(&mut self, seat: &Seat) {
        let caller = seat.caller.swap(0, Ordering::Relaxed);
        count_down(&mut self.by_caller, &caller);
    }

    fn close(&mut self, number: u64) {
        let Some(entry) = self.by_number.get_mut(&number) else {
            return;
        };
        entry.pool = Pool::Lost;
        self.unsettled += 1;
        let seat = entry.seat.clone();
        self.part(&seat);
        seat.lost.notify_one();
    }

    fn standings(&self, of: impl Fn(&Seat) -> bool) -> Vec<Standing> {
        let entries = self.by_number.values();
        entries
            .filter(|entry| entry.pool == Pool::Connections && of(&entry.seat))
            .map(|entry| entry.seat.standing())
            .collect()
    }

    /// Closes the first of those that have been silent since before `late`; no more than `most`, since those who are closed
    /// together come again together.
    fn close_late(&mut self, late: Duration, most: usize) {
        let mut silent = self.standings(|_| true);
        silent.retain(|standing| standing.phase == Phase::Silent && standing.since <= micros(late));
        silent.sort_unstable_by_key(|standing| standing.since);
        for standing in silent.into_iter().take(most) {
            self.close(standing.number);
        }
    }

    /// Closes the first in order, of one address or of all, which together have `limit` places, until there is one; some more
    /// that nobody misses, so that not every newcomer of many has all looked at.
    fn make_room(&mut self, bounds: &Bounds, now: Duration, address: Option<IpAddr>, limit: usize) {
        let all = self.standings(|_| true);
        let reserved = reserved(&all, bounds.connections);
        let standings = match address {
            None => all,
            Some(_) => self.standings(|seat| seat.address == address),
        };
        let patience = Patience {
            now: micros(now),
            with_many: micros(MOMENT.min(bounds.first_head)),
            with_few: micros(bounds.first_head),
        };
        let needed = (standings.len() + 1).saturating_sub(limit).max(1);
        let at_once = needed.max(limit / 32);
        let order = in_order(&standings, &reserved, patience);
        for (n, (rank, number)) in order.into_iter().take(at_once).enumerate() {
            if n >= needed && rank >= Rank::ReservedIdle {
                break;
            }
            self.close(number);
        }
    }
}

impl Seat {
    fn is_known(&self) -> bool {
        self.caller.load(Ordering::Relaxed) != 0
    }

    fn standing(&self) -> Standing {
        let activity = self.activity.load(Ordering::Relaxed);
        Standing {
            number: self.number,
            phase: match activity & 3 {
                0 => Phase::New,
                1 => Phase::Silent,
                2 => Phase::Answering,
                _ => Phase::Idle,
            },
            since: activity >> 2,
            is_known: self.is_known(),
            address: customer(self.peer.ip()),
        }
    }
}

fn packed(phase: Phase, since: Duration) -> u64 {
    let phase = match phase {
        Phase::New => 0,
        Phase::Silent => 1,
        Phase::Answering => 2,
        Phase::Idle => 3,
    };
    micros(since) << 2 | phase
}

fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}

/// Forgets what has come down to nothing.
fn count_down<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// One connection's place, given back when it is dropped.
pub struct Place(Peer);

impl Place {
    pub fn peer(&self) -> &Peer {
        &self.0
    }

    /// It is read from: what it is silent counts from now on.
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

    /// Returns when the place was given to another one: the connection is to be closed.
    pub async fn lost(&self) {
        self.0.seat.lost.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Peer { shared, seat } = &self.0;
        shared.lock().leave(seat.number);
        shared.settled.notify_one();
    }
}

#[cfg(test)]
mod tests;

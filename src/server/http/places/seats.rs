//! The occupants of the places, by number, address, caller and person; and which lose them when there are too many.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use uuid::Uuid;

use super::order::{Phase, PlaceHolder, Rank, SilenceLimits, in_order, reserved};
use crate::server::http::address::{TrustedProxies, customer};
use crate::server::http::bounds::Bounds;

/// How long many connections of one address may be silent when places are scarce: a request normally arrives with its
/// connection or right after it.
const MOMENT: Duration = Duration::from_millis(250);
pub(super) struct Allocation {
    pub(super) bounds: Bounds,
    pub(super) proxies: TrustedProxies,
    pub(super) started: Instant,
    pub(super) taken: Mutex<Occupancy>,
    pub(super) settled: Notify,
}

#[derive(Default)]
pub(super) struct Occupancy {
    pub(super) by_number: HashMap<u64, Occupant>,
    pub(super) next: u64,
    /// The number of entries with a place among the connections.
    pub(super) connections: usize,
    /// The numbers of entries that have not been read from yet, and that have lost their place.
    pub(super) unsettled: usize,
    pub(super) by_address: HashMap<IpAddr, usize>,
    pub(super) by_caller: HashMap<u64, usize>,
    pub(super) streams: usize,
    pub(super) by_person: HashMap<Uuid, usize>,
    pub(super) looked: Option<Duration>,
    pub(super) told: Option<Duration>,
}

pub(super) struct Occupant {
    pub(super) seat: Arc<Seat>,
    pub(super) pool: PlaceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceKind {
    Connections,
    Streams,
    /// It has lost its place and is about to be closed.
    Lost,
}

/// What is known of a connection.
pub(super) struct Seat {
    pub(super) number: u64,
    pub(super) peer: SocketAddr,
    /// The caller whose share it is part of; `None` if no limit applies.
    pub(super) address: Option<IpAddr>,
    /// The phase in the two lowest bits, its start time above.
    pub(super) activity: AtomicU64,
    /// The known caller, within their share; 0 while unknown. Written under the lock.
    pub(super) caller: AtomicU64,
    pub(super) lost: Notify,
}

impl Allocation {
    /// The address whose share a connection of `peer` is part of.
    pub(super) fn share_of(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        let is_exempt = peer.is_loopback() || self.proxies.contains(peer);
        (self.bounds.per_address.is_some() && !is_exempt).then(|| customer(peer))
    }

    /// What the lock guards is whole at every instruction, so a panic elsewhere does no harm.
    pub(super) fn lock(&self) -> MutexGuard<'_, Occupancy> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Occupancy {
    pub(super) fn of(&self, address: Option<IpAddr>) -> usize {
        let count = address.and_then(|address| self.by_address.get(&address));
        count.copied().unwrap_or_default()
    }

    /// Adds it to the count of connections.
    pub(super) fn join(&mut self, seat: &Seat) {
        self.connections += 1;
        if let Some(address) = seat.address {
            *self.by_address.entry(address).or_default() += 1;
        }
    }

    /// Removes it from the count of connections.
    pub(super) fn part(&mut self, seat: &Seat) {
        self.connections -= 1;
        if let Some(address) = seat.address {
            count_down(&mut self.by_address, &address);
        }
    }

    /// Releases what an ended connection holds.
    pub(super) fn leave(&mut self, number: u64) {
        let Some(entry) = self.by_number.remove(&number) else {
            return;
        };
        if entry.pool == PlaceKind::Connections {
            self.part(&entry.seat);
        }
        self.forget_caller(&entry.seat);
        if entry.pool == PlaceKind::Lost || entry.seat.standing().phase == Phase::New {
            self.unsettled -= 1;
        }
    }

    pub(super) fn forget_caller(&mut self, seat: &Seat) {
        let caller = seat.caller.swap(0, Ordering::Relaxed);
        count_down(&mut self.by_caller, &caller);
    }

    pub(super) fn close(&mut self, number: u64) {
        let Some(entry) = self.by_number.get_mut(&number) else {
            return;
        };
        entry.pool = PlaceKind::Lost;
        self.unsettled += 1;
        let seat = entry.seat.clone();
        self.part(&seat);
        seat.lost.notify_one();
    }

    pub(super) fn standings(&self, of: impl Fn(&Seat) -> bool) -> Vec<PlaceHolder> {
        let entries = self.by_number.values();
        entries
            .filter(|entry| entry.pool == PlaceKind::Connections && of(&entry.seat))
            .map(|entry| entry.seat.standing())
            .collect()
    }

    /// Closes the first connections that have been silent since before `late`; no more than `most`, because clients that are
    /// disconnected together reconnect together.
    pub(super) fn close_late(&mut self, late: Duration, most: usize) {
        let mut silent = self.standings(|_| true);
        silent.retain(|standing| standing.phase == Phase::Silent && standing.since <= micros(late));
        silent.sort_unstable_by_key(|standing| standing.since);
        for standing in silent.into_iter().take(most) {
            self.close(standing.number);
        }
    }

    /// Closes connections in order, of one address or of all, which together have `limit` places, until there is one; and a few
    /// more unimportant ones, so that not every new connection needs a search.
    pub(super) fn make_room(
        &mut self,
        bounds: &Bounds,
        now: Duration,
        address: Option<IpAddr>,
        limit: usize,
    ) {
        let all = self.standings(|_| true);
        let reserved = reserved(&all, bounds.connections);
        let standings = match address {
            None => all,
            Some(_) => self.standings(|seat| seat.address == address),
        };
        let limits = SilenceLimits {
            now: micros(now),
            with_many: micros(MOMENT.min(bounds.first_head)),
            with_few: micros(bounds.first_head),
        };
        let needed = (standings.len() + 1).saturating_sub(limit).max(1);
        let at_once = needed.max(limit / 32);
        let order = in_order(&standings, &reserved, limits);
        for (n, (rank, number)) in order.into_iter().take(at_once).enumerate() {
            if n >= needed && rank >= Rank::ReservedIdle {
                break;
            }
            self.close(number);
        }
    }
}

impl Seat {
    pub(super) fn is_known(&self) -> bool {
        self.caller.load(Ordering::Relaxed) != 0
    }

    pub(super) fn standing(&self) -> PlaceHolder {
        let activity = self.activity.load(Ordering::Relaxed);
        PlaceHolder {
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

pub(super) fn packed(phase: Phase, since: Duration) -> u64 {
    let phase = match phase {
        Phase::New => 0,
        Phase::Silent => 1,
        Phase::Answering => 2,
        Phase::Idle => 3,
    };
    micros(since) << 2 | phase
}

pub(super) fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}

/// Removes entries that have dropped to zero.
pub(super) fn count_down<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

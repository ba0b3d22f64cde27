//! Which connection is closed first when a new one needs its place.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It was accepted, and nobody has read from it yet.
    New,
    /// No complete request head has arrived; a TLS handshake is part of it.
    Silent,
    Answering,
    /// Between two requests. The last response may not have been read yet.
    Idle,
}

/// A connection that has a place.
#[derive(Debug, Clone, Copy)]
pub struct PlaceHolder {
    pub number: u64,
    pub phase: Phase,
    /// When its phase began, in microseconds.
    pub since: u64,
    /// Whether it belongs to a gateway or a person, within their share.
    pub is_known: bool,
    /// The address that limits apply to.
    pub address: IpAddr,
}

/// The order in which connections are closed; within a rank, the oldest first. Of silent connections, those of the
/// address that has most of them are closed first: a client with many never outlasts another client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Silent for longer than a request takes to arrive.
    Silent,
    Idle,
    /// A request of an unknown caller is answered within milliseconds; a long one probably waits for a body that never arrives.
    Answering,
    /// Silent since a moment ago: its request may have arrived without having been read.
    JustSilent,
    ReservedIdle,
    ReservedAnswering,
}

/// How long silence may last where places are scarce.
#[derive(Debug, Clone, Copy)]
pub struct SilenceLimits {
    /// Now, in microseconds as [`PlaceHolder::since`].
    pub now: u64,
    /// With one of many silent connections of an address.
    pub with_many: u64,
    /// With one of few, which may be far away and take some time for its TLS handshake.
    pub with_few: u64,
}

/// Up to so many silent connections of an address are few.
const FEW: usize = 8;

/// The numbers of those whose place is reserved, of known callers: a quarter of all places is always for newcomers.
pub fn reserved(standings: &[PlaceHolder], places: usize) -> HashSet<u64> {
    let mut known: Vec<&PlaceHolder> = standings.iter().filter(|standing| standing.is_known).collect();
    known.sort_unstable_by_key(|standing| Reverse(standing.since));
    known.truncate(places - places / 4);
    known.into_iter().map(|standing| standing.number).collect()
}

/// The connections that may be closed, in order. New ones are never closed: they have not been read from yet.
pub fn in_order(
    standings: &[PlaceHolder],
    reserved: &HashSet<u64>,
    limits: SilenceLimits,
) -> Vec<(Rank, u64)> {
    let mut silent: HashMap<IpAddr, usize> = HashMap::new();
    for standing in standings {
        if standing.phase == Phase::Silent {
            *silent.entry(standing.address).or_default() += 1;
        }
    }
    let of_same_address = |standing: &PlaceHolder| silent.get(&standing.address).copied().unwrap_or_default();
    let mut order: Vec<_> = standings
        .iter()
        .filter_map(|standing| {
            let is_reserved = reserved.contains(&standing.number);
            let (rank, many) = match (standing.phase, is_reserved) {
                (Phase::New, _) => return None,
                (Phase::Silent, _) => {
                    let many = of_same_address(standing);
                    (rank_in_silence(standing.since, many, limits), many)
                }
                (Phase::Idle, true) => (Rank::ReservedIdle, 0),
                (Phase::Answering, true) => (Rank::ReservedAnswering, 0),
                (Phase::Idle, false) => (Rank::Idle, 0),
                (Phase::Answering, false) => (Rank::Answering, 0),
            };
            Some((rank, Reverse(many), standing.since, standing.number))
        })
        .collect();
    order.sort_unstable();
    order
        .into_iter()
        .map(|(rank, .., number)| (rank, number))
        .collect()
}

fn rank_in_silence(since: u64, many: usize, limits: SilenceLimits) -> Rank {
    let limit = match many > FEW {
        true => limits.with_many,
        false => limits.with_few,
    };
    match limits.now.saturating_sub(since) >= limit {
        true => Rank::Silent,
        false => Rank::JustSilent,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn standing(number: u64, phase: Phase, since: u64, is_known: bool) -> PlaceHolder {
        PlaceHolder {
            number,
            phase,
            since,
            is_known,
            address: Ipv4Addr::LOCALHOST.into(),
        }
    }

    fn numbers(standings: &[PlaceHolder], reserved: &HashSet<u64>) -> Vec<u64> {
        let limits = SilenceLimits {
            now: 1_000,
            with_many: 100,
            with_few: 900,
        };
        let order = in_order(standings, reserved, limits);
        order.into_iter().map(|(_, number)| number).collect()
    }

    #[test]
    fn silent_ones_go_first_then_idle_ones_and_known_callers_last() {
        use Phase::{Answering, Idle, Silent};
        let standings = [
            standing(1, Idle, 10, true),
            standing(2, Answering, 20, true),
            standing(3, Idle, 60, false),
            standing(4, Idle, 50, false),
            standing(5, Answering, 5, false),
            standing(6, Silent, 40, false),
            standing(7, Silent, 30, false),
            standing(8, Silent, 101, false),
            standing(9, Phase::New, 0, false),
        ];
        let reserved = reserved(&standings, 64);
        assert_eq!(numbers(&standings, &reserved), [7, 6, 4, 3, 5, 8, 1, 2]);
    }

    #[test]
    fn of_silent_ones_those_of_the_address_with_the_most_go_first() {
        let elsewhere = Ipv4Addr::new(203, 0, 113, 7).into();
        for (since, many_are) in [(500, Rank::Silent), (950, Rank::JustSilent)] {
            let mut standings: Vec<_> = (0..12)
                .map(|n| standing(n, Phase::Silent, since + n, false))
                .collect();
            for n in [0, 4] {
                standings[n].address = elsewhere;
            }
            standings.push(standing(12, Phase::Idle, 999, false));
            let limits = SilenceLimits {
                now: 1_000,
                with_many: 100,
                with_few: 900,
            };
            let order = in_order(&standings, &HashSet::new(), limits);
            assert_eq!(
                order.iter().find(|(_, number)| *number == 5),
                Some(&(many_are, 5))
            );
            assert_eq!(
                order.iter().find(|(_, number)| *number == 4),
                Some(&(Rank::JustSilent, 4))
            );
            let silent = order
                .into_iter()
                .map(|(_, number)| number)
                .filter(|number| *number != 12);
            assert_eq!(silent.collect::<Vec<_>>(), [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 0, 4]);
        }
    }

    #[test]
    fn a_quarter_of_the_places_is_for_newcomers() {
        let standings: Vec<_> = (0..64).map(|n| standing(n, Phase::Idle, n, true)).collect();
        let mut reserved: Vec<_> = reserved(&standings, 64).into_iter().collect();
        reserved.sort_unstable();
        assert_eq!(reserved, (16..64).collect::<Vec<_>>());
    }
}

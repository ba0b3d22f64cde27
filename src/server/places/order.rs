//! Which connection is closed first where a newcomer needs its place.

use std::collections::{HashMap, HashSet};

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing has come that is a whole head of a request; a TLS handshake is part of it.
    Silent,
    Answering,
    /// Between two requests. What it was answered last may not be read yet.
    Idle,
}

/// Whom a connection is known to be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Has signed in.
    Person(u64),
    /// Has presented its token.
    Gateway(u64),
}

/// A connection that has a place.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub number: u64,
    pub phase: Phase,
    /// Since when it does what it does, in microseconds.
    pub since: u64,
    pub caller: Option<Caller>,
}

/// In this order they are closed; of one rank, the one first that has been at it the longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Silent for too long, or one of too many that are silent.
    Silent,
    Idle,
    /// A request of somebody unknown is answered within milliseconds; a long one is more likely a body that never comes.
    Answering,
    /// Silent, and so new that its request may be on its way.
    New,
    ReservedIdle,
    ReservedAnswering,
}

/// How many places are reserved, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Reserved {
    pub in_all: usize,
    pub per_person: usize,
    pub per_gateway: usize,
}

impl Reserved {
    /// Of so many places a quarter is always for newcomers.
    pub fn of(places: usize, per_person: usize) -> Self {
        Self {
            in_all: places - places / 4,
            per_person: per_person.min(places / 16).max(1),
            per_gateway: (places / 4).max(1),
        }
    }

    /// The numbers of those whose place is reserved: of each caller those that did something last, up to their share.
    pub fn among(&self, standings: &[Standing]) -> HashSet<u64> {
        let mut known: Vec<(&Standing, Caller)> = standings
            .iter()
            .filter_map(|standing| Some((standing, standing.caller?)))
            .collect();
        known.sort_unstable_by_key(|(standing, _)| std::cmp::Reverse(standing.since));
        let mut shares: HashMap<Caller, usize> = HashMap::new();
        let has_share = |&(_, caller): &(&Standing, Caller)| {
            let taken = shares.entry(caller).or_default();
            *taken += 1;
            *taken
                <= match caller {
                    Caller::Person(_) => self.per_person,
                    Caller::Gateway(_) => self.per_gateway,
                }
        };
        let reserved = known.into_iter().filter(has_share).take(self.in_all);
        reserved.map(|(standing, _)| standing.number).collect()
    }
}

/// Those that are silent: since when one must be silent to be late, and how many may be without being late.
#[derive(Debug, Clone, Copy)]
pub struct Silence {
    pub late: u64,
    pub at_most: usize,
}

/// Those that may be closed, the first one first.
pub fn in_order(standings: &[Standing], reserved: &HashSet<u64>, silence: Silence) -> Vec<(Rank, u64, u64)> {
    let mut silent: Vec<u64> = standings
        .iter()
        .filter(|standing| standing.phase == Phase::Silent)
        .map(|standing| standing.since)
        .collect();
    silent.sort_unstable();
    // Of those beyond the number, the newest one.
    let too_many = silent
        .len()
        .checked_sub(silence.at_most + 1)
        .and_then(|last| silent.get(last));
    let rank = |standing: &Standing| match (standing.phase, reserved.contains(&standing.number)) {
        (Phase::Idle, true) => Rank::ReservedIdle,
        (Phase::Answering, true) => Rank::ReservedAnswering,
        (Phase::Idle, false) => Rank::Idle,
        (Phase::Answering, false) => Rank::Answering,
        (Phase::Silent, _) => {
            match standing.since <= silence.late || too_many.is_some_and(|newest| standing.since <= *newest) {
                true => Rank::Silent,
                false => Rank::New,
            }
        }
    };
    let mut order: Vec<_> = standings
        .iter()
        .map(|standing| (rank(standing), standing.since, standing.number))
        .collect();
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(number: u64, phase: Phase, since: u64, caller: Option<Caller>) -> Standing {
        Standing {
            number,
            phase,
            since,
            caller,
        }
    }

    #[test]
    fn silent_ones_go_first_then_idle_ones_and_known_callers_last() {
        use Phase::{Answering, Idle, Silent};
        let person = Some(Caller::Person(7));
        let standings = [
            standing(1, Idle, 10, person),
            standing(2, Answering, 20, Some(Caller::Gateway(7))),
            standing(3, Idle, 60, None),
            standing(4, Idle, 50, None),
            standing(5, Answering, 5, None),
            standing(6, Silent, 40, None),
            standing(7, Silent, 30, None),
            standing(8, Silent, 900, None),
        ];
        let reserved = Reserved::of(64, 32).among(&standings);
        let silence = Silence {
            late: 100,
            at_most: 16,
        };
        let order = in_order(&standings, &reserved, silence);
        let numbers: Vec<u64> = order.iter().map(|(.., number)| *number).collect();
        assert_eq!(numbers, [7, 6, 4, 3, 5, 8, 1, 2]);
    }

    #[test]
    fn of_many_that_are_silent_at_once_the_oldest_go() {
        let silent = (0..10).map(|n| standing(n, Phase::Silent, 1_000 + n, None));
        let standings: Vec<_> = silent.chain([standing(10, Phase::Idle, 5, None)]).collect();
        let silence = Silence { late: 0, at_most: 4 };
        let order = in_order(&standings, &HashSet::new(), silence);
        let numbers: Vec<u64> = order.iter().map(|(.., number)| *number).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 10, 6, 7, 8, 9]);
    }

    #[test]
    fn each_caller_has_a_share_and_newcomers_have_theirs() {
        let of = |caller: fn(u64) -> Caller, who: fn(u64) -> u64| {
            let standings: Vec<_> = (0..64)
                .map(|n| standing(n, Phase::Idle, n, Some(caller(who(n)))))
                .collect();
            let mut reserved: Vec<_> = Reserved::of(64, 32).among(&standings).into_iter().collect();
            reserved.sort_unstable();
            reserved
        };
        assert_eq!(of(Caller::Person, |_| 1), [60, 61, 62, 63]);
        assert_eq!(of(Caller::Gateway, |_| 1), (48..64).collect::<Vec<_>>());
        assert_eq!(of(Caller::Person, |n| n), (16..64).collect::<Vec<_>>());
    }
}

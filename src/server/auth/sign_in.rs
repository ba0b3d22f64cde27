//! A rate limit on refused sign-ins, by address. It delays
//! nobody else: a token is looked up first, and a valid one is accepted from anywhere, whatever others behind the address
//! have tried, and after a restart. So nothing has to be remembered about successful sign-ins. What the limit keeps
//! small is the log: each refusal is a row of it. A token has 256 random bits and its own checksum, so that looking it
//! up tells nobody anything, and costs what a check costs.
//!
//! Own code, because limiters such as `governor` count what they allow: here the wait ends when one of the refusals
//! leaves the window.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::server::http::address::customer;

/// The most sign-ins from one address that are refused within [`WINDOW`].
const REFUSALS: usize = 20;
/// The most from all addresses together. Each is a row of a log that is never shortened, and an attacker with
/// a network has more addresses than can be counted.
const REFUSALS_OF_ALL: usize = 600;
const WINDOW: Duration = Duration::from_secs(60);
/// The addresses that are remembered; the one that was refused the longest ago is forgotten.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// The address has to wait this long before the next refusal is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub Duration);

/// The sign-ins that were refused in the last minute.
pub struct SignIns(Mutex<Refused>);

struct Refused {
    /// When, oldest first, by address.
    by_address: LruCache<IpAddr, VecDeque<Instant>>,
    of_all: VecDeque<Instant>,
}

impl Default for SignIns {
    fn default() -> Self {
        Self(Mutex::new(Refused {
            by_address: LruCache::new(REMEMBERED),
            of_all: VecDeque::new(),
        }))
    }
}

impl SignIns {
    /// Counts a refusal; those that would be one too many have to wait instead.
    pub fn refused(&self, address: IpAddr, now: Instant) -> Result<(), Wait> {
        // What the lock guards is whole at every instruction, so a panic elsewhere does no harm.
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Refused { by_address, of_all } = &mut *refused;
        let address = customer(address);
        if let Some(times) = by_address.get_mut(&address) {
            wait_for(times, REFUSALS, now)?;
        }
        wait_for(of_all, REFUSALS_OF_ALL, now)?;
        of_all.push_back(now);
        by_address
            .get_or_insert_mut(address, VecDeque::new)
            .push_back(now);
        Ok(())
    }
}

/// Until there are fewer than `most` within the window; forgets those that have left it.
fn wait_for(times: &mut VecDeque<Instant>, most: usize, now: Instant) -> Result<(), Wait> {
    let has_left = |&time: &Instant| now.duration_since(time) >= WINDOW;
    while times.front().is_some_and(has_left) {
        times.pop_front();
    }
    match times.front() {
        Some(&oldest) if times.len() >= most => Err(Wait(WINDOW - now.duration_since(oldest))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// As many refusals as there may be, from `text`, all at once.
    fn exhausted(text: &str, now: Instant) -> SignIns {
        let sign_ins = SignIns::default();
        for _ in 0..REFUSALS {
            assert_eq!(sign_ins.refused(address(text), now), Ok(()));
        }
        sign_ins
    }

    #[test]
    fn twenty_refusals_within_a_minute_slow_an_address_down_and_no_other() {
        let start = Instant::now();
        let sign_ins = exhausted("203.0.113.7", start);
        let at = |text, seconds: u32| sign_ins.refused(address(text), start + seconds * SECOND);
        assert_eq!(at("203.0.113.7", 0), Err(Wait(60 * SECOND)));
        assert_eq!(at("203.0.113.7", 42), Err(Wait(18 * SECOND)));
        assert_eq!(at("203.0.113.8", 42), Ok(()));
        assert_eq!(at("203.0.113.7", 60), Ok(()));
    }

    #[test]
    fn the_window_slides() {
        let start = Instant::now();
        let sign_ins = SignIns::default();
        let from = address("203.0.113.7");
        for n in 0..20 {
            sign_ins.refused(from, start + n * SECOND).unwrap();
        }
        assert_eq!(sign_ins.refused(from, start + 59 * SECOND), Err(Wait(SECOND)));
        // The first has left, so there is room for one, and then not.
        assert_eq!(sign_ins.refused(from, start + 60 * SECOND), Ok(()));
        assert_eq!(sign_ins.refused(from, start + 60 * SECOND), Err(Wait(SECOND)));
    }

    #[test]
    fn waiting_is_not_prolonged_by_trying() {
        let start = Instant::now();
        let sign_ins = exhausted("203.0.113.7", start);
        let from = address("203.0.113.7");
        for seconds in 1..60 {
            assert!(sign_ins.refused(from, start + seconds * SECOND).is_err());
        }
        assert_eq!(sign_ins.refused(from, start + 60 * SECOND), Ok(()));
    }

    #[test]
    fn a_network_of_one_subscriber_counts_as_one_address() {
        let now = Instant::now();
        let sign_ins = exhausted("2001:db8:0:1::7", now);
        assert!(sign_ins.refused(address("2001:db8:0:1:ffff::1"), now).is_err());
        assert!(sign_ins.refused(address("2001:db8:0:2::7"), now).is_ok());
        let sign_ins = exhausted("::ffff:203.0.113.7", now);
        assert!(sign_ins.refused(address("203.0.113.7"), now).is_err());
        assert!(sign_ins.refused(address("::ffff:203.0.113.8"), now).is_ok());
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_is_forgotten() {
        let now = Instant::now();
        let sign_ins = exhausted("203.0.113.7", now);
        for n in 0..REMEMBERED.get() as u32 {
            let other = IpAddr::V4((0x0a00_0000 + n).into());
            sign_ins.refused(other, now + n * SECOND / 5).unwrap();
        }
        let refused = sign_ins.0.lock().unwrap();
        assert_eq!(refused.by_address.len(), 10_000);
        assert!(!refused.by_address.contains(&address("203.0.113.7")));
        assert!(refused.of_all.len() <= REFUSALS_OF_ALL);
    }

    #[test]
    fn many_addresses_together_write_no_more_than_the_log_can_take() {
        let (known, start) = (SignIns::default(), Instant::now());
        let from = |n: usize| IpAddr::from([10, (n >> 16) as u8, (n >> 8) as u8, n as u8]);
        let counted = (0..5_000).filter(|&n| known.refused(from(n), start).is_ok());
        assert_eq!(counted.count(), REFUSALS_OF_ALL);
        assert_eq!(known.refused(from(1), start + WINDOW), Ok(()));
    }
}

//! A limit on refused sign-ins: who guesses tokens, or runs a script with an old one, is slowed down
//! by address. It costs no one else: other addresses aren't touched, and a token that was accepted
//! from an address before still is, so that one broken script doesn't lock out the colleagues behind
//! the same NAT (the idea of OWASP's device cookies).
//!
//! Own code, since limiters such as `governor` count what they let through: here an attempt is let
//! through first and counts only when it was refused, and the wait is until one of exactly these
//! leaves the window.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;

use super::address::customer;
use crate::model::TokenHash;

/// The most sign-ins from one address that are refused within [`WINDOW`].
const REFUSALS: usize = 20;
/// The most from everybody together. Each is a row of a log that is never shortened, and who has a
/// network of their own has more addresses than can be counted.
const REFUSALS_OF_ALL: usize = 600;
const WINDOW: Duration = Duration::from_secs(60);
/// The addresses that are remembered, and the tokens that were accepted from them; of either, the one
/// that was seen the longest ago is forgotten.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// The address has to wait this long before it may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub Duration);

/// What is known of the sign-ins of the last minute.
pub struct SignIns(Mutex<Known>);

struct Known {
    /// When sign-ins were refused, oldest first, by address.
    refused: LruCache<IpAddr, VecDeque<Instant>>,
    refused_of_all: VecDeque<Instant>,
    accepted: LruCache<(IpAddr, TokenHash), ()>,
}

impl Default for SignIns {
    fn default() -> Self {
        Self(Mutex::new(Known {
            refused: LruCache::new(REMEMBERED),
            refused_of_all: VecDeque::new(),
            accepted: LruCache::new(REMEMBERED),
        }))
    }
}

impl SignIns {
    /// Whether a sign-in from `address` may be tried at all; `None` stands for a malformed token.
    pub fn admit(&self, address: IpAddr, token: Option<TokenHash>, now: Instant) -> Result<(), Wait> {
        let address = customer(address);
        let mut known = self.lock();
        match token {
            Some(token) if known.accepted.contains(&(address, token)) => Ok(()),
            _ => known.wait(address, now),
        }
    }

    pub fn accepted(&self, address: IpAddr, token: TokenHash) {
        self.lock().accepted.put((customer(address), token), ());
    }

    /// Counts a refusal. Of many at once, those that would be one too many have to wait instead.
    pub fn refused(&self, address: IpAddr, token: Option<TokenHash>, now: Instant) -> Result<(), Wait> {
        let address = customer(address);
        let mut known = self.lock();
        if let Some(token) = token {
            known.accepted.pop(&(address, token));
        }
        known.wait(address, now)?;
        wait_for(&mut known.refused_of_all, REFUSALS_OF_ALL, now)?;
        known.refused_of_all.push_back(now);
        let times = known.refused.get_or_insert_mut(address, VecDeque::new);
        times.push_back(now);
        Ok(())
    }

    /// What the lock guards is whole at every instruction, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn wait(&mut self, address: IpAddr, now: Instant) -> Result<(), Wait> {
        match self.refused.get_mut(&address) {
            Some(times) => wait_for(times, REFUSALS, now),
            None => Ok(()),
        }
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
            assert_eq!(sign_ins.admit(address(text), None, now), Ok(()));
            assert_eq!(sign_ins.refused(address(text), None, now), Ok(()));
        }
        sign_ins
    }

    #[test]
    fn twenty_refusals_within_a_minute_slow_an_address_down_and_no_other() {
        let start = Instant::now();
        let sign_ins = exhausted("203.0.113.7", start);
        let at = |text, seconds: u32| sign_ins.admit(address(text), None, start + seconds * SECOND);
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
            sign_ins.refused(from, None, start + n * SECOND).unwrap();
        }
        assert_eq!(sign_ins.admit(from, None, start + 59 * SECOND), Err(Wait(SECOND)));
        // The first has left, so there is room for one, and then not.
        assert_eq!(sign_ins.refused(from, None, start + 60 * SECOND), Ok(()));
        assert_eq!(
            sign_ins.refused(from, None, start + 60 * SECOND),
            Err(Wait(SECOND))
        );
    }

    #[test]
    fn waiting_is_not_prolonged_by_trying() {
        let start = Instant::now();
        let sign_ins = exhausted("203.0.113.7", start);
        for seconds in 1..60 {
            let now = start + seconds * SECOND;
            assert!(sign_ins.admit(address("203.0.113.7"), None, now).is_err());
            assert!(sign_ins.refused(address("203.0.113.7"), None, now).is_err());
        }
        assert_eq!(
            sign_ins.admit(address("203.0.113.7"), None, start + 60 * SECOND),
            Ok(())
        );
    }

    #[test]
    fn a_token_that_was_accepted_from_there_still_is() {
        let now = Instant::now();
        let sign_ins = exhausted("203.0.113.7", now);
        let (known, other) = (TokenHash::of("known"), TokenHash::of("other"));
        sign_ins.accepted(address("203.0.113.7"), known);
        assert_eq!(sign_ins.admit(address("203.0.113.7"), Some(known), now), Ok(()));
        assert!(sign_ins.admit(address("203.0.113.7"), Some(other), now).is_err());
        // Not any longer, once it was refused.
        assert!(
            sign_ins
                .refused(address("203.0.113.7"), Some(known), now)
                .is_err()
        );
        assert!(sign_ins.admit(address("203.0.113.7"), Some(known), now).is_err());
    }

    #[test]
    fn a_network_of_one_subscriber_counts_as_one_address() {
        let now = Instant::now();
        let sign_ins = exhausted("2001:db8:0:1::7", now);
        assert!(
            sign_ins
                .admit(address("2001:db8:0:1:ffff::1"), None, now)
                .is_err()
        );
        assert!(sign_ins.admit(address("2001:db8:0:2::7"), None, now).is_ok());
        let sign_ins = exhausted("::ffff:203.0.113.7", now);
        assert!(sign_ins.admit(address("203.0.113.7"), None, now).is_err());
        assert!(sign_ins.admit(address("::ffff:203.0.113.8"), None, now).is_ok());
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_is_forgotten() {
        let now = Instant::now();
        let sign_ins = exhausted("203.0.113.7", now);
        for n in 0..REMEMBERED.get() as u32 {
            let other = IpAddr::V4((0x0a00_0000 + n).into());
            sign_ins.refused(other, None, now + n * SECOND / 5).unwrap();
            sign_ins.accepted(other, TokenHash::of("token"));
        }
        let known = sign_ins.lock();
        assert_eq!((known.refused.len(), known.accepted.len()), (10_000, 10_000));
        drop(known);
        assert!(sign_ins.admit(address("203.0.113.7"), None, now).is_ok());
    }

    #[test]
    fn many_addresses_together_write_no_more_than_the_log_can_take() {
        let (known, start) = (SignIns::default(), Instant::now());
        let from = |n: usize| IpAddr::from([10, (n >> 16) as u8, (n >> 8) as u8, n as u8]);
        let counted = (0..5_000).filter(|&n| known.refused(from(n), None, start).is_ok());
        assert_eq!(counted.count(), REFUSALS_OF_ALL);
        // Whoever has a token that counts is let in all the same.
        assert_eq!(
            known.admit(from(9_999), Some(TokenHash::of("kdu_new")), start),
            Ok(())
        );
        assert_eq!(known.refused(from(1), None, start + WINDOW), Ok(()));
    }
}

//! Whether the clock of this machine can be trusted: it is compared with that of the database, or, where the database
//! has no other, with the time that has passed since the server started and the time that is kept in the database.
//!
//! Under a clock that is off by more than a minute no token is signed, since it would be valid at another time than it
//! says; and what keys are used for is dated by what the clock is compared with.

mod jumps;
pub mod watch;

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};

use crate::server::store::{StatusStore, StoreResult};

/// How far off a clock may be.
const TOLERATED: SignedDuration = SignedDuration::from_secs(60);

/// The clock of this machine, and what it is compared with.
#[derive(Debug)]
pub struct Clock {
    /// In microseconds: what it is compared with, less the time since the machine started, suspended or not.
    reference: AtomicI64,
    /// In microseconds: as if the machine's clock had been set forward.
    set: AtomicI64,
}

/// How far the clock is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skewed(pub SignedDuration);

impl Clock {
    pub async fn of(store: &dyn StatusStore) -> StoreResult<Self> {
        let clock = Self {
            reference: AtomicI64::new(0),
            set: AtomicI64::new(0),
        };
        let compared = store.clock().await?;
        let wall = clock.wall().as_microsecond();
        let kept = compared.kept.map_or(wall, Timestamp::as_microsecond);
        clock.compare(compared.own.map_or(wall.max(kept), Timestamp::as_microsecond));
        Ok(clock)
    }

    /// For tests: as if somebody had set the machine's clock forward, or back.
    pub fn set_ahead(&self, by: SignedDuration) {
        self.set
            .store(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }

    /// The time that passes may be believed from now on: it is so late.
    fn compare(&self, now: i64) {
        self.reference
            .store(now.saturating_sub(since_start()), Ordering::Relaxed);
    }

    fn wall(&self) -> Timestamp {
        let now = Timestamp::now();
        let set = SignedDuration::from_micros(self.set.load(Ordering::Relaxed));
        now.checked_add(set).unwrap_or(now)
    }

    fn reference(&self) -> Timestamp {
        let now = self
            .reference
            .load(Ordering::Relaxed)
            .saturating_add(since_start());
        Timestamp::from_microsecond(now).unwrap_or_default()
    }

    /// How far this machine's clock is ahead.
    pub fn skew(&self) -> SignedDuration {
        self.wall().duration_since(self.reference())
    }

    /// The time that a token may be dated by.
    pub fn checked(&self) -> Result<Timestamp, Skewed> {
        match self.skew() {
            skew if skew.abs() > TOLERATED => Err(Skewed(skew)),
            _ => Ok(self.wall()),
        }
    }

    /// When something happened that happens now.
    pub fn now(&self) -> Timestamp {
        self.checked().unwrap_or_else(|_| self.reference())
    }
}

/// Time that nobody sets, in microseconds.
fn since_start() -> i64 {
    let since = clock_gettime(ClockId::Boottime);
    since
        .tv_sec
        .saturating_mul(1_000_000)
        .saturating_add(since.tv_nsec / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn clock() -> Clock {
        let clock = Clock {
            reference: AtomicI64::new(0),
            set: AtomicI64::new(0),
        };
        clock.compare(Timestamp::now().as_microsecond());
        clock
    }

    #[test]
    fn a_clock_that_jumps_signs_nothing_and_dates_nothing() {
        for seconds in [61, 32 * 86_400, -61, -20_000 * 86_400, 0, 59, -59] {
            let (clock, by) = (clock(), SignedDuration::from_secs(seconds));
            clock.set_ahead(by);
            assert_eq!(clock.checked().is_ok(), by.abs() < TOLERATED, "{seconds}");
            let off = clock.now().duration_since(Timestamp::now());
            assert!(off.abs() <= TOLERATED, "{seconds}: {off}");
        }
    }
}

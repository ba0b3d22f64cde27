//! Whether the clock of this machine can be trusted: it is compared with that of the database, or, where the database
//! has no other, with the time that has passed since the server started and the time that is kept in the database.
//!
//! Under a clock that is off by more than a minute no token is signed, since it would be valid at another time than it
//! says; and what keys are used for is dated by what the clock is compared with.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use tokio::time::sleep;

use super::state::ServerState;
use super::store::{Store, StoreResult};

/// How far off a clock may be.
const TOLERATED: SignedDuration = SignedDuration::from_secs(60);
/// How often it is looked whether it was set, and how often it is compared: each time that it was, and else now and
/// then.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 5;
/// An answer that takes longer says nothing about the time.
const SLOW: i64 = 2_000_000;
/// A clock without another to compare with that was set, and has run evenly since for so long, is taken as right.
const SETTLED: i64 = 300 * 1_000_000;

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
    pub async fn of(store: &dyn Store) -> StoreResult<Self> {
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

/// A clock that is off, while it is.
#[derive(Default)]
struct Watch {
    off: Option<Off>,
}

struct Off {
    by: SignedDuration,
    since: i64,
    /// When it was not off any more last.
    began: i64,
}

/// Compares the clock until the server is closing, and says in the log when it is off.
pub async fn keep(server: ServerState) {
    let watching = async {
        let mut watch = Watch::default();
        watch.look(server.clock.skew());
        let mut jumps = Jumps::new(server.clock.wall());
        let mut looks = 0;
        loop {
            sleep(LOOK).await;
            looks = (looks + 1) % LOOKS;
            let jumped = jumps.look(server.clock.wall(), since_start());
            if !jumped && looks != 0 {
                continue;
            }
            let asked = since_start();
            let Ok(compared) = server.store.clock().await else {
                continue;
            };
            let took = since_start() - asked;
            match compared.own {
                Some(_) if took > SLOW => continue,
                Some(own) => server
                    .clock
                    .compare(own.as_microsecond().saturating_add(took / 2)),
                None => watch.settle(&server.clock),
            }
            if watch.look(server.clock.skew()) {
                // What was counted under another clock may lie in the future.
                if let Err(error) = server.store.settle_usage().await {
                    tracing::debug!(%error, "what lies in the future can't be put right yet");
                }
            }
        }
    };
    tokio::select! {
        () = watching => {}
        () = server.clone().closed() => {}
    }
}

impl Watch {
    /// With nothing to compare with but the time that passes: small steps are as they should be, and after a large one
    /// the clock is believed again when it has run evenly for a while.
    fn settle(&self, clock: &Clock) {
        let (skew, wall) = (clock.skew(), clock.wall().as_microsecond());
        let is_settled = |off: &Off| is_same(off.by, skew) && since_start() - off.since > SETTLED;
        if skew.abs() <= TOLERATED || self.off.as_ref().is_some_and(is_settled) {
            clock.compare(wall);
        }
    }

    /// Whether a clock that was off is right again.
    fn look(&mut self, skew: SignedDuration) -> bool {
        let seconds = skew.as_secs();
        match &self.off {
            None if skew.abs() <= TOLERATED => false,
            Some(off) if skew.abs() <= TOLERATED => {
                let (seconds, lasted) = (off.by.as_secs(), (since_start() - off.began) / 1_000_000);
                tracing::warn!(
                    seconds,
                    lasted,
                    "this machine's clock is right again, or taken as such; it was ahead (or, below 0, behind) by so \
                     many seconds, and that lasted so many"
                );
                self.off = None;
                true
            }
            Some(off) if is_same(off.by, skew) => false,
            off => {
                tracing::warn!(
                    seconds,
                    "this machine's clock is ahead (or, below 0, behind) of the database's or was set: no connection \
                     tokens are signed until it is right; let it be set by a time service"
                );
                let since = since_start();
                let began = off.as_ref().map_or(since, |off| off.began);
                self.off = Some(Off {
                    by: skew,
                    since,
                    began,
                });
                false
            }
        }
    }
}

/// Each time that the machine's clock is set, forward or back. Where the database is on this machine its clock jumps
/// too, so that the two never differ.
struct Jumps {
    /// In microseconds: the clock, less the time since the machine started.
    offset: i64,
    /// How many were told since then, and how many more there were.
    since: i64,
    told: u32,
    untold: u32,
}

/// What is told of a jump.
#[derive(Debug, PartialEq, Eq)]
enum Jump {
    Told(SignedDuration),
    /// Too many were told of late.
    Untold,
}

impl Jumps {
    /// Time services set clocks in smaller steps.
    const LARGE: i64 = 2_000_000;
    /// So many are told in so many microseconds.
    const MOST: u32 = 10;
    const WITHIN: i64 = 60_000_000;

    fn new(wall: Timestamp) -> Self {
        let now = since_start();
        Self {
            offset: wall.as_microsecond() - now,
            since: now,
            told: 0,
            untold: 0,
        }
    }

    /// Whether one was told: says it in the log.
    fn look(&mut self, wall: Timestamp, now: i64) -> bool {
        if now - self.since > Self::WITHIN {
            let more = std::mem::take(&mut self.untold);
            if more > 0 {
                tracing::warn!(more, "this machine's clock was set so many more times");
            }
            (self.since, self.told) = (now, 0);
        }
        match self.jump(wall, now) {
            Some(Jump::Told(by)) => {
                let (seconds, to) = (by.as_secs_f64().round() as i64, wall);
                match by.is_positive() {
                    true => tracing::warn!(seconds, %to, "this machine's clock was set forward"),
                    false => tracing::warn!(seconds, %to, "this machine's clock was set back"),
                }
                true
            }
            Some(Jump::Untold) | None => false,
        }
    }

    fn jump(&mut self, wall: Timestamp, now: i64) -> Option<Jump> {
        let offset = wall.as_microsecond() - now;
        let by = offset - std::mem::replace(&mut self.offset, offset);
        if by.abs() < Self::LARGE {
            return None;
        }
        if self.told == Self::MOST {
            self.untold += 1;
            return Some(Jump::Untold);
        }
        self.told += 1;
        Some(Jump::Told(SignedDuration::from_micros(by)))
    }
}

/// But for what clocks drift.
fn is_same(one: SignedDuration, other: SignedDuration) -> bool {
    (one - other).abs() < SignedDuration::from_secs(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
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

    #[test]
    fn a_clock_that_was_set_is_believed_when_it_has_run_evenly() {
        let (clock, mut watch) = (clock(), Watch::default());
        clock.set_ahead(SignedDuration::from_hours(1));
        watch.settle(&clock);
        assert!(!watch.look(clock.skew()));
        watch.settle(&clock);
        assert!(clock.checked().is_err());
        // As if it had been so for long.
        if let Some(off) = &mut watch.off {
            off.since -= SETTLED + 1_000_000;
        }
        watch.settle(&clock);
        assert!(clock.checked().is_ok() && watch.look(clock.skew()));
    }

    #[test]
    fn every_jump_is_told_by_how_much_and_too_many_are_counted() {
        let (begin, second) = (since_start(), 1_000_000);
        let wall = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).expect("a time");
        let mut jumps = Jumps::new(wall(0));
        jumps.offset = wall(0).as_microsecond() - begin;
        let mut ahead = 0;
        let mut expected = Vec::new();
        let mut found = Vec::new();
        for (at, by) in [0, 3_600, 0, -3_600, 1, 30, 30, -86_400 * 32, -1, 86_400 * 32]
            .into_iter()
            .enumerate()
        {
            let at = at as i64 + 1;
            ahead += by;
            found.extend(jumps.jump(wall(at + ahead), begin + at * second));
            expected.extend((by.abs() > 1).then(|| Jump::Told(SignedDuration::from_secs(by))));
        }
        assert_eq!(found, expected);
        for n in 0..20_i64 {
            let at = 20 + n;
            ahead += 100;
            found.extend(jumps.jump(wall(at + ahead), begin + at * second));
        }
        let told = found.iter().filter(|jump| **jump != Jump::Untold).count();
        assert_eq!((told, found.len(), jumps.untold), (10, 26, 16));
        // Later they are told again.
        ahead += 100;
        assert!(jumps.look(wall(90 + ahead), begin + 90 * second));
        assert_eq!((jumps.told, jumps.untold), (1, 0));
    }
}

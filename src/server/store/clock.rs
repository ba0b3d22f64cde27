//! What is too old, and what lies in the future: decided so that no clock that jumps does harm.
//!
//! Beside the clock of the database, which may be set wrong too, a time is kept in it that runs no faster than
//! twice the time that passes while a server runs, and never back ([`Steady`]). What is deleted for its age is
//! old by both; what is put right since it lies in the future is ahead of both. So a machine that begins in 2038
//! or in 1970 neither deletes nor rewrites anything before somebody sets its clock.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::db::{Db, one, values};
use super::{HOURS_KEPT, StoreResult, hour_of};

/// How far ahead of the database a use may be dated: the clocks of several servers are never quite the same.
const AHEAD: i64 = 60 * 1_000_000;
/// The kept time is written again when it is behind by so much; so that it is not written with each use.
const BEHIND: i64 = 60 * 1_000_000;
/// How much faster than time it runs where it is behind, as after a downtime.
const CATCH_UP: u32 = 2;

/// The time as the database has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DatabaseClock {
    /// By its own clock; `None` where it has no other than this machine.
    pub own: Option<Timestamp>,
    /// As it is kept in it; it may be far behind, and is never far ahead.
    pub kept: Option<Timestamp>,
}

/// When the kept time was last moved on by this process.
#[derive(Debug)]
pub struct Steady(Mutex<Instant>);

impl Default for Steady {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

/// Two opinions of how late it is, in microseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// By the clock of the database.
    pub now: i64,
    /// As it is kept.
    pub kept: i64,
}

impl Steady {
    /// `kept` is what is in the database. Returns what is to be written there, if it moved on.
    pub fn read(&self, now: Timestamp, kept: Option<i64>) -> (Clocks, Option<i64>) {
        // What the lock guards is whole at every instruction, so a panic elsewhere spoils nothing.
        let mut moved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = now.as_microsecond();
        let moved_on = moved_on(now, kept, moved.elapsed());
        match kept {
            Some(kept) if moved_on - kept < BEHIND => (Clocks { now, kept }, None),
            _ => {
                *moved = Instant::now();
                (Clocks { now, kept: moved_on }, Some(moved_on))
            }
        }
    }
}

/// By the clock of the database.
pub async fn now<D: Db>(db: &D) -> StoreResult<Timestamp> {
    match D::DIALECT.clock() {
        None => Ok(Timestamp::now()),
        Some(clock) => one(db, &format!("SELECT {clock}"), &[]).await,
    }
}

/// By the clock of the database, and as it is kept.
pub async fn both<D: Db>(db: &D) -> StoreResult<DatabaseClock> {
    let Some(clock) = D::DIALECT.clock() else {
        return Ok(DatabaseClock {
            own: None,
            kept: kept(db).await?,
        });
    };
    let (own, kept) = one(db, &format!("SELECT {clock}, (SELECT at FROM clock)"), &[]).await?;
    Ok(DatabaseClock { own: Some(own), kept })
}

/// The time that is kept, if any is.
pub async fn kept(db: &impl Db) -> StoreResult<Option<Timestamp>> {
    db.maybe("SELECT at FROM clock", &[]).await
}

/// Moves the kept time on where it is behind; to be asked in a change.
pub async fn read(db: &impl Db, now: Timestamp, steady: &Steady) -> StoreResult<Clocks> {
    let kept = kept(db).await?.map(Timestamp::as_microsecond);
    let (clocks, moved) = steady.read(now, kept);
    if let Some(at) = moved {
        let sql = "INSERT INTO clock (one, at) VALUES (1, ?) ON CONFLICT (one)
                       DO UPDATE SET at = CASE WHEN clock.at < excluded.at THEN excluded.at ELSE clock.at END";
        db.run(sql, values![at]).await?;
    }
    Ok(clocks)
}

fn moved_on(now: i64, kept: Option<i64>, passed: Duration) -> i64 {
    let Some(kept) = kept else { return now };
    let most = i64::try_from((passed * CATCH_UP).as_micros()).unwrap_or(i64::MAX);
    now.min(kept.saturating_add(most)).max(kept)
}

impl Clocks {
    /// What was before this is so long ago, whatever clock is right.
    pub fn long_ago(self, age: Duration) -> i64 {
        let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
        self.now.min(self.kept).saturating_sub(age)
    }

    /// The first hour that is still kept.
    pub fn first_hour(self) -> u32 {
        hour(self.now.min(self.kept)).saturating_sub(HOURS_KEPT)
    }

    /// What lies after this is in the future, whatever clock is right.
    pub fn future(self) -> i64 {
        self.now.max(self.kept).saturating_add(AHEAD)
    }

    /// The hours after this one are.
    pub fn last_hour(self) -> u32 {
        hour(self.future())
    }

    /// A time as it may be stored: none that is far ahead of the database.
    pub fn dated(self, at: i64) -> i64 {
        if at > self.now.saturating_add(AHEAD) {
            self.now
        } else {
            at
        }
    }

    pub fn dated_hour(self, of: u32) -> u32 {
        of.min(hour(self.now.saturating_add(AHEAD)))
    }

    pub fn hour(self) -> u32 {
        hour(self.now)
    }
}

fn hour(at: i64) -> u32 {
    hour_of(Timestamp::from_microsecond(at).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;
    const DAY: i64 = 86_400 * SECOND;
    const TODAY: i64 = 20_000 * DAY;

    #[test]
    fn no_jump_of_the_clock_makes_anything_old() {
        let passed = Duration::from_secs(10);
        for (now, kept, moved) in [
            // A new database, and one that is at work.
            (TODAY, None, TODAY),
            (TODAY + 5 * SECOND, Some(TODAY), TODAY + 5 * SECOND),
            // 32 days ahead, in 2038, in 1970; and after a downtime of a day.
            (TODAY + 32 * DAY, Some(TODAY), TODAY + 20 * SECOND),
            (24_855 * DAY, Some(TODAY), TODAY + 20 * SECOND),
            (0, Some(TODAY), TODAY),
            (TODAY + DAY, Some(TODAY), TODAY + 20 * SECOND),
        ] {
            assert_eq!(moved_on(now, kept, passed), moved, "{now} {kept:?}");
            let clocks = Clocks { now, kept: moved };
            let day = Duration::from_secs(86_400);
            assert!(clocks.long_ago(day) <= TODAY - DAY + 20 * SECOND);
            assert!(clocks.first_hour() <= hour(TODAY) - HOURS_KEPT + 1);
            assert!(clocks.future() >= TODAY + AHEAD);
        }
    }

    #[test]
    fn it_is_written_when_it_is_behind() {
        let steady = Steady::default();
        let at = |second: i64| Timestamp::from_microsecond(TODAY + second * SECOND).unwrap();
        let clocks = |now: i64, kept: i64| Clocks {
            now: TODAY + now * SECOND,
            kept: TODAY + kept * SECOND,
        };
        assert_eq!(steady.read(at(0), None), (clocks(0, 0), Some(TODAY)));
        assert_eq!(steady.read(at(59), Some(TODAY)), (clocks(59, 0), None));
        // As if an hour had passed.
        let hour_ago = Instant::now().checked_sub(Duration::from_secs(3600)).unwrap();
        *steady.0.lock().unwrap() = hour_ago;
        let moved = TODAY + 3600 * SECOND;
        assert_eq!(
            steady.read(at(3600), Some(TODAY)),
            (clocks(3600, 3600), Some(moved))
        );
        assert_eq!(steady.read(at(9 * 3600), Some(moved)).1, None);
    }

    #[test]
    fn a_use_is_dated_a_minute_ahead_at_most() {
        let clocks = Clocks {
            now: TODAY,
            kept: TODAY,
        };
        assert_eq!(clocks.dated(TODAY - 40 * DAY), TODAY - 40 * DAY);
        assert_eq!(clocks.dated(TODAY + 59 * SECOND), TODAY + 59 * SECOND);
        assert_eq!(clocks.dated(TODAY + 32 * DAY), TODAY);
        assert_eq!(clocks.dated_hour(hour(TODAY + 32 * DAY)), hour(TODAY));
    }
}

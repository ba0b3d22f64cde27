//! Jumps of the machine's clock, and how they are logged.

use jiff::{SignedDuration, Timestamp};

use super::since_start;

/// Each time that the machine's clock is set, forward or back. Where the database is on this machine its clock jumps
/// too, so that the two never differ.
pub struct Jumps {
    /// In microseconds: the clock, less the time since the machine started.
    offset: i64,
    /// How many were told since then, and how many more there were.
    since: i64,
    told: u32,
    untold: u32,
}

/// What is logged of a jump.
#[derive(Debug, PartialEq, Eq)]
enum Jump {
    Told(SignedDuration),
    /// Too many were told recently.
    Untold,
}

impl Jumps {
    /// Time services set clocks in smaller steps.
    const LARGE: i64 = 2_000_000;
    /// So many are logged in so many microseconds.
    const MOST: u32 = 10;
    const WITHIN: i64 = 60_000_000;

    pub fn new(wall: Timestamp) -> Self {
        let now = since_start();
        Self {
            offset: wall.as_microsecond() - now,
            since: now,
            told: 0,
            untold: 0,
        }
    }

    /// Whether one was told: says it in the log.
    pub fn look(&mut self, wall: Timestamp, now: i64) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

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
        // Later they are logged again.
        ahead += 100;
        assert!(jumps.look(wall(90 + ahead), begin + 90 * second));
        assert_eq!((jumps.told, jumps.untold), (1, 0));
    }
}

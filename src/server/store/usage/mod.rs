//! What was counted of keys at work.

mod apply;
mod newest;
mod pending;
mod record;
mod refusals;
mod source;
mod used;

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub use self::apply::apply;
pub use self::newest::{ADDRESS, ORIGIN, SourceTable, keep_newest};
pub use self::pending::{Pending, bucket_of, unpacked};
pub use self::record::{record, settle};
pub use self::refusals::{Refusals, RefusedFrom};
pub use self::source::source_name;
pub use self::used::{SOURCES, Use};
use crate::model::Rule;

/// How long hours are kept: the 30 days that are shown, and the one that is not over.
pub const HOURS_KEPT: u32 = 31 * 24;

/// Keys whose numbers follow each other are counted and written together, so many of them.
pub const USAGE_BUCKET: i64 = 4096;

/// The hour of UTC that a time is in, counted since the epoch.
pub fn hour_of(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().div_euclid(3600)).unwrap_or(0)
}

/// What was counted, in parts; all of a bucket of keys is in one part, each as [`merged`].
pub type Tallies = Vec<Vec<Tally>>;

/// What was allowed by one of the two tokens of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUse {
    /// As [`crate::model::TokenHash::mark`].
    pub token: i64,
    pub allowed: u32,
    pub last: Use,
}

/// What was counted of one key within an hour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// [`super::CheckedKey::number`].
    pub key: i64,
    /// As [`hour_of`].
    pub hour: u32,
    pub allowed: u32,
    /// By the name of the rule that refused.
    pub refused: Vec<(Cow<'static, str>, u32)>,
    /// Microseconds since the epoch; 0 is never.
    pub last_refused_at: i64,
    /// The newest use from each of the newest places, at most [`SOURCES`]. Most keys are used from one place
    /// within a second.
    pub uses: SmallVec<[Use; 1]>,
    /// While the key has two tokens.
    pub tokens: Vec<TokenUse>,
    /// Apart from the rest: most keys are never refused.
    pub refusals: Option<Box<Refusals>>,
}

impl Tally {
    pub fn of(key: i64, hour: u32) -> Self {
        Self {
            key,
            hour,
            ..Self::default()
        }
    }

    pub fn allow(&mut self, used: Use) {
        self.allowed = self.allowed.saturating_add(1);
        self.note(used);
    }

    /// As [`Tally::allow`], of a key that has two tokens.
    pub fn allow_by(&mut self, token: i64, used: Use) {
        self.count_token(TokenUse {
            token,
            allowed: 1,
            last: used.clone(),
        });
        self.allow(used);
    }

    pub fn refuse(&mut self, at: Timestamp, rule: &'static str) {
        self.count_refusals(Cow::Borrowed(rule), 1);
        self.last_refused_at = self.last_refused_at.max(at.as_microsecond());
    }

    /// As [`Tally::refuse`], of a request from somewhere.
    pub fn refuse_from(&mut self, rule: Rule, used: Use) {
        self.count_refusals(Cow::Borrowed(rule.as_str()), 1);
        self.last_refused_at = self.last_refused_at.max(used.at);
        self.note_refusals(Box::new(Refusals::of(rule, used)));
    }

    /// Adds what was counted of the same key in the same hour.
    pub fn add(&mut self, other: Tally) {
        self.allowed = self.allowed.saturating_add(other.allowed);
        self.last_refused_at = self.last_refused_at.max(other.last_refused_at);
        for (rule, count) in other.refused {
            self.count_refusals(rule, count);
        }
        for used in other.uses {
            self.note(used);
        }
        for used in other.tokens {
            self.count_token(used);
        }
        if let Some(refusals) = other.refusals {
            self.note_refusals(refusals);
        }
    }

    fn note_refusals(&mut self, new: Box<Refusals>) {
        match &mut self.refusals {
            Some(known) => known.add(*new),
            None => self.refusals = Some(new),
        }
    }

    fn count_token(&mut self, used: TokenUse) {
        match self.tokens.iter_mut().find(|known| known.token == used.token) {
            Some(known) => {
                known.allowed = known.allowed.saturating_add(used.allowed);
                if known.last.at <= used.last.at {
                    known.last = used.last;
                }
            }
            None => self.tokens.push(used),
        }
    }

    fn count_refusals(&mut self, rule: Cow<'static, str>, count: u32) {
        match self.refused.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, counted)) => *counted = counted.saturating_add(count),
            None => self.refused.push((rule, count)),
        }
    }

    /// Of places that are too many, the one that was seen the longest ago is forgotten.
    fn note(&mut self, new: Use) {
        let known = |known: &&mut Use| known.address == new.address && known.origin == new.origin;
        if let Some(known) = self.uses.iter_mut().find(known) {
            known.at = known.at.max(new.at);
        } else if self.uses.len() < SOURCES {
            self.uses.push(new);
        } else if let Some(oldest) = self.uses.iter_mut().min_by_key(|known| known.at)
            && oldest.at <= new.at
        {
            *oldest = new;
        }
    }
}

/// One tally for each key and hour, in the order in which keys lie.
pub fn merged(mut tallies: Vec<Tally>) -> Vec<Tally> {
    // Tallies are long, and of a busy second there are very many: their places are sorted, and each is moved once.
    tallies.sort_by_cached_key(|tally| (tally.key, tally.hour));
    tallies.dedup_by(|next, one| {
        let same = (one.key, one.hour) == (next.key, next.hour);
        if same {
            one.add(std::mem::take(next));
        }
        same
    });
    tallies
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn address(n: u8) -> Option<IpAddr> {
        Some(IpAddr::from([203, 0, 113, n]))
    }

    #[test]
    fn an_hour_is_counted_from_the_epoch() {
        assert_eq!(hour_of(at(0)), 0);
        assert_eq!(hour_of(at(3599)), 0);
        assert_eq!(hour_of(at(3600)), 1);
        assert_eq!(hour_of(at(-1)), 0);
    }

    #[test]
    fn the_newest_places_are_remembered() {
        let mut tally = Tally::of(1, 0);
        for n in 0..20 {
            tally.allow(Use::new(at(i64::from(n)), address(n), None));
        }
        tally.allow(Use::new(at(100), address(19), None));
        let mut seen: Vec<i64> = tally.uses.iter().map(|used| used.at / 1_000_000).collect();
        seen.sort_unstable();
        assert_eq!(seen, [12, 13, 14, 15, 16, 17, 18, 100]);
        assert_eq!(tally.allowed, 21);
    }

    #[test]
    fn tallies_of_an_hour_are_as_one() {
        let used = |n| Use::new(at(n), address(7), Some("https://shop.acme.example"));
        let (mut first, mut second, mut both) = (Tally::of(2, 0), Tally::of(2, 0), Tally::of(2, 0));
        for (n, tally) in [(1, &mut first), (2, &mut second)] {
            tally.allow(used(n));
            tally.refuse(at(n + 10), "origin-foreign");
            both.allow(used(n));
            both.refuse(at(n + 10), "origin-foreign");
        }
        let (other_hour, other_key) = (Tally::of(2, 1), Tally::of(1, 5));
        let all = vec![other_hour.clone(), first, other_key.clone(), second];
        let all = merged(all);
        assert_eq!(all, [other_key, both, other_hour]);
        assert_eq!(all[1].refused, [("origin-foreign".into(), 2)]);
    }
}

//! Counts the use of keys, in memory and off the path of a check, until it is written.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::model::Rule;
use crate::server::store::{Tallies, Tally, USAGE_BUCKET, Use, hour_of, merged};

/// Threads that count at once seldom meet in one of so many.
const SHARDS: usize = 16;
/// A shard that holds so much is merged where it is, however long it waits to be written. Within a second
/// that seldom happens: the check that finds it so waits for it.
const FULL: usize = 16_384;

/// What was counted, request by request.
#[derive(Default)]
struct Shard {
    tallies: Vec<Tally>,
    /// How many of them were merged.
    merged: usize,
}

/// What was counted since it was last taken.
#[derive(Default)]
pub struct Recorder {
    shards: [Mutex<Shard>; SHARDS],
    /// Whether there is something to take.
    filled: AtomicBool,
    wake: Notify,
}

impl Recorder {
    /// `key` is the store's number of it, here and below; `token` which of its two tokens was presented, where it has two.
    pub fn allowed(
        &self,
        key: i64,
        token: Option<i64>,
        at: Timestamp,
        address: Option<IpAddr>,
        origin: Option<&str>,
    ) {
        let mut tally = Tally::of(key, hour_of(at));
        let used = Use::new(at, address, origin);
        match token {
            None => tally.allow(used),
            Some(token) => tally.allow_by(token, used),
        }
        self.count(tally);
    }

    /// `origin` is what the client sent, of bounded length.
    pub fn refused(
        &self,
        key: i64,
        rule: Rule,
        at: Timestamp,
        address: Option<IpAddr>,
        origin: Option<&str>,
    ) {
        let mut tally = Tally::of(key, hour_of(at));
        tally.refuse_from(rule, Use::new(at, address, origin));
        self.count(tally);
    }

    /// Returns when there is something to take.
    pub async fn filled(&self) {
        while !self.filled.load(Ordering::Acquire) {
            self.wake.notified().await;
        }
    }

    /// One of so many parts of what was counted, each key in the same one always; it is still to be merged. Counting
    /// starts again from zero. A caller that takes part 0 takes the others too before waiting again.
    pub fn take(&self, part: usize, parts: usize) -> Tallies {
        if part == 0 {
            self.filled.store(false, Ordering::Release);
        }
        let shards = self.shards.iter().skip(part).step_by(parts);
        let taken = shards.map(|shard| lock(shard).take());
        taken.filter(|tallies| !tallies.is_empty()).collect()
    }

    /// What could not be written is counted on.
    pub fn put_back(&self, tallies: &Tallies) {
        tallies
            .iter()
            .flatten()
            .for_each(|tally| self.count(tally.clone()));
    }

    fn count(&self, tally: Tally) {
        lock(self.shard(tally.key)).add(tally);
        self.announce();
    }

    fn announce(&self) {
        // Mostly it is set, and then nobody has to be told.
        if !self.filled.load(Ordering::Acquire) && !self.filled.swap(true, Ordering::AcqRel) {
            self.wake.notify_one();
        }
    }

    fn shard(&self, key: i64) -> &Mutex<Shard> {
        &self.shards[(key / USAGE_BUCKET).unsigned_abs() as usize % SHARDS]
    }
}

impl Shard {
    fn add(&mut self, tally: Tally) {
        // Twice as many as are left by merging, so that it is seldom done.
        if self.tallies.len() >= FULL.max(2 * self.merged) {
            self.tallies = merged(std::mem::take(&mut self.tallies));
            self.merged = self.tallies.len();
        }
        self.tallies.push(tally);
    }

    fn take(&mut self) -> Vec<Tally> {
        self.merged = 0;
        // The next second is much like this one.
        let next = Vec::with_capacity(self.tallies.len());
        std::mem::replace(&mut self.tallies, next)
    }
}

/// What these locks guard is whole at every instruction, so a panic elsewhere does no harm.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[tokio::test]
    async fn what_is_counted_is_taken_once() {
        let recorder = Recorder::default();
        recorder.allowed(1, None, at(0), None, None);
        recorder.allowed(1, None, at(1), None, None);
        recorder.refused(17, Rule::OriginForeign, at(2), None, None);
        recorder.allowed(1, None, at(3600), None, None);
        recorder.filled().await;
        let all = recorder.take(0, 1);
        let taken = all_of(&all);
        let counts: Vec<_> = taken
            .iter()
            .map(|t| (t.key, t.hour, t.allowed, t.refused.len()))
            .collect();
        assert_eq!(counts, [(1, 0, 2, 0), (1, 1, 1, 0), (17, 0, 0, 1)]);
        assert!(recorder.take(0, 1).is_empty());
        recorder.put_back(&all);
        recorder.allowed(1, None, at(2), None, None);
        recorder.filled().await;
        let again = all_of(&recorder.take(0, 1));
        assert_eq!(again.iter().map(|tally| tally.allowed).sum::<u32>(), 4);
    }

    #[tokio::test]
    async fn parts_are_all_there_is_and_what_is_counted_between_them_is_announced() {
        let recorder = Recorder::default();
        let keys = || (0..96).map(|bucket| bucket * USAGE_BUCKET);
        keys().for_each(|key| recorder.allowed(key, None, at(0), None, None));
        let first = all_of(&recorder.take(0, 4));
        assert_eq!(first.len(), 24);
        keys().for_each(|key| recorder.allowed(key, None, at(1), None, None));
        let others = (1..4).map(|part| all_of(&recorder.take(part, 4)));
        let allowed = |tallies: Vec<Tally>| tallies.iter().map(|tally| tally.allowed).sum::<u32>();
        assert_eq!(others.map(allowed).sum::<u32>(), 2 * 72);
        recorder.filled().await;
        assert_eq!(allowed(all_of(&recorder.take(0, 1))), 24);
    }

    #[test]
    fn what_waits_long_takes_no_more_room_than_keys_do() {
        let recorder = Recorder::default();
        let many = 5 * FULL as u32;
        for second in 0..many {
            recorder.allowed(i64::from(second % 3), None, at(0), None, None);
        }
        let all = recorder.take(0, 1);
        assert!(all.iter().flatten().count() <= FULL);
        let counts: Vec<u32> = all_of(&all).iter().map(|tally| tally.allowed).collect();
        assert_eq!(counts.len(), 3);
        assert_eq!(counts.iter().sum::<u32>(), many);
    }

    fn all_of(parts: &Tallies) -> Vec<Tally> {
        merged(parts.iter().flatten().cloned().collect())
    }
}

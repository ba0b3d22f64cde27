//! Counts what keys are used for, in memory and off the path of a check, until it is written.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::model::Rule;
use crate::server::store::{Counts, Tallies, Tally, USAGE_BUCKET, hour_of};

/// Threads that count at once seldom meet in one of so many.
const SHARDS: usize = 16;
/// Room of which less than one part of so many was used is not kept.
const ROOM: usize = 8;

/// What was counted since it was last taken.
#[derive(Default)]
pub struct Recorder {
    shards: [Mutex<Counts>; SHARDS],
    /// Empty, with room for about as much as a second counts.
    spare: Mutex<Vec<Counts>>,
    /// Whether there is something to take.
    filled: AtomicBool,
    wake: Notify,
}

impl Recorder {
    /// `key` is the store's number of it, here and below.
    pub fn allowed(&self, key: i64, at: Timestamp, address: Option<IpAddr>, origin: Option<&str>) {
        self.count(key, at, |tally| tally.allow(at, address, origin));
    }

    pub fn refused(&self, key: i64, at: Timestamp, rule: Rule) {
        self.count(key, at, |tally| tally.refuse(at, rule.as_str()));
    }

    /// Returns when there is something to take.
    pub async fn filled(&self) {
        while !self.filled.load(Ordering::Acquire) {
            self.wake.notified().await;
        }
    }

    /// All that was counted; from now on it is counted anew.
    pub fn take(&self) -> Tallies {
        self.filled.store(false, Ordering::Release);
        let filled = self.shards.iter().filter_map(|shard| {
            let mut shard = lock(shard);
            (!shard.is_empty()).then(|| std::mem::replace(&mut *shard, self.spare()))
        });
        filled.collect()
    }

    /// The room that a part took is used again by what is counted next.
    pub fn give_back(&self, mut part: Counts) {
        let used = part.len() >= part.capacity() / ROOM;
        part.clear();
        let mut spare = lock(&self.spare);
        if used && spare.len() < SHARDS {
            spare.push(part);
        }
    }

    fn spare(&self) -> Counts {
        lock(&self.spare).pop().unwrap_or_default()
    }

    /// What could not be written is counted on.
    pub fn put_back(&self, tallies: &Tallies) {
        for tally in tallies.iter().flat_map(Counts::values) {
            let key = (tally.key, tally.hour);
            let new = || Tally::of(tally.key, tally.hour);
            let mut shard = lock(self.shard(tally.key));
            shard.entry(key).or_insert_with(new).add(tally.clone());
        }
        self.announce();
    }

    fn count(&self, key: i64, at: Timestamp, add: impl FnOnce(&mut Tally)) {
        let hour = hour_of(at);
        let new = || Tally::of(key, hour);
        add(lock(self.shard(key)).entry((key, hour)).or_insert_with(new));
        self.announce();
    }

    fn announce(&self) {
        // Mostly it is set, and then nobody has to be told.
        if !self.filled.load(Ordering::Acquire) && !self.filled.swap(true, Ordering::AcqRel) {
            self.wake.notify_one();
        }
    }

    fn shard(&self, key: i64) -> &Mutex<Counts> {
        &self.shards[(key / USAGE_BUCKET).unsigned_abs() as usize % SHARDS]
    }
}

/// What these locks guard is whole at every instruction, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        recorder.allowed(1, at(0), None, None);
        recorder.allowed(1, at(1), None, None);
        recorder.refused(17, at(2), Rule::OriginForeign);
        recorder.allowed(1, at(3600), None, None);
        recorder.filled().await;
        let all = recorder.take();
        let mut taken: Vec<&Tally> = all.iter().flat_map(Counts::values).collect();
        taken.sort_by_key(|tally| (tally.key, tally.hour));
        let counts: Vec<_> = taken
            .iter()
            .map(|t| (t.key, t.hour, t.allowed, t.refused.len()))
            .collect();
        assert_eq!(counts, [(1, 0, 2, 0), (1, 1, 1, 0), (17, 0, 0, 1)]);
        assert!(recorder.take().is_empty());
        recorder.put_back(&all);
        recorder.allowed(1, at(2), None, None);
        recorder.filled().await;
        let again = recorder.take();
        assert_eq!(
            again
                .iter()
                .flat_map(Counts::values)
                .map(|tally| tally.allowed)
                .sum::<u32>(),
            4
        );
    }
}

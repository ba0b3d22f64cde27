//! Counts what keys are used for, in memory and off the path of a check, until it is written.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::model::Rule;
use crate::server::store::{Tallies, Tally, USAGE_BUCKET, hour_of};

/// Threads that count at once seldom meet in one of so many.
const SHARDS: usize = 16;

type Shard = HashMap<(i64, u32), Tally>;

/// What was counted since it was last taken.
#[derive(Default)]
pub struct Recorder {
    shards: [Mutex<Shard>; SHARDS],
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
        let shards = self.shards.iter().map(|shard| std::mem::take(&mut *lock(shard)));
        shards.filter(|shard| !shard.is_empty()).collect()
    }

    /// What could not be written is counted on.
    pub fn put_back(&self, tallies: &Tallies) {
        for tally in tallies.iter().flat_map(HashMap::values) {
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

    fn shard(&self, key: i64) -> &Mutex<Shard> {
        &self.shards[(key / USAGE_BUCKET).unsigned_abs() as usize % SHARDS]
    }
}

/// What these locks guard is whole at every instruction, so a panic elsewhere spoils nothing.
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
        recorder.allowed(1, at(0), None, None);
        recorder.allowed(1, at(1), None, None);
        recorder.refused(17, at(2), Rule::OriginForeign);
        recorder.allowed(1, at(3600), None, None);
        recorder.filled().await;
        let all = recorder.take();
        let mut taken: Vec<&Tally> = all.iter().flat_map(HashMap::values).collect();
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
                .flat_map(HashMap::values)
                .map(|tally| tally.allowed)
                .sum::<u32>(),
            4
        );
    }
}

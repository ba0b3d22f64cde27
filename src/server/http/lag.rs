//! How far the activity stream is behind the log, for the metrics.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;

/// Numbers of rows, and since when one has been waiting.
#[derive(Debug, Default)]
pub struct Lag {
    newest: AtomicU64,
    sent: AtomicU64,
    /// In microseconds since 1970.
    waiting_since: AtomicI64,
}

impl Lag {
    /// The log has a row of this number.
    pub fn written(&self, seq: u64) {
        let known = self.newest.fetch_max(seq, Ordering::Relaxed);
        if seq > known && known <= self.sent.load(Ordering::Relaxed) {
            self.waiting_since
                .store(Timestamp::now().as_microsecond(), Ordering::Relaxed);
        }
    }

    /// All rows up to this one are passed on, which was written at `at`.
    pub fn sent(&self, seq: u64, at: Option<Timestamp>) {
        self.sent.store(seq, Ordering::Relaxed);
        if let Some(at) = at {
            self.waiting_since.store(at.as_microsecond(), Ordering::Relaxed);
        }
    }

    /// How many rows wait, and for how many seconds the first of them has waited.
    pub fn behind(&self, now: Timestamp) -> (u64, f64) {
        let (newest, sent) = (
            self.newest.load(Ordering::Relaxed),
            self.sent.load(Ordering::Relaxed),
        );
        let rows = newest.saturating_sub(sent);
        let waited = now.as_microsecond() - self.waiting_since.load(Ordering::Relaxed);
        match rows {
            0 => (0, 0.0),
            rows => (rows, waited.max(0) as f64 / 1e6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_passed_on_waits_since_it_was_written() {
        let lag = Lag::default();
        lag.sent(4, None);
        lag.written(4);
        let now = Timestamp::now();
        assert_eq!(lag.behind(now), (0, 0.0));
        lag.written(7);
        lag.sent(5, Timestamp::from_second(now.as_second() - 90).ok());
        let (rows, seconds) = lag.behind(now);
        assert!(rows == 2 && (90.0..=91.0).contains(&seconds), "{rows} {seconds}");
        lag.written(8);
        assert!(lag.behind(now).1 >= 90.0);
        lag.sent(8, None);
        assert_eq!(lag.behind(now), (0, 0.0));
    }
}

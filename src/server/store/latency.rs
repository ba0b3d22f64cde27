//! How long the store takes, for its operators.

use std::time::Instant;

use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

/// What is measured, in seconds. Clones share the figures.
#[derive(Debug, Clone)]
pub struct Latencies {
    /// What is answered on the spot, checks among it.
    pub read: Histogram,
    /// What may take long: filters, reports.
    pub search: Histogram,
    /// From the queue to the disk.
    pub write: Histogram,
}

impl Default for Latencies {
    fn default() -> Self {
        let fine = || Histogram::new(exponential_buckets(0.000_004, 4.0, 10));
        Self {
            read: fine(),
            search: fine(),
            write: fine(),
        }
    }
}

/// Notes in `histogram` how long it was since `started`.
pub fn note(histogram: &Histogram, started: Instant) {
    histogram.observe(started.elapsed().as_secs_f64());
}

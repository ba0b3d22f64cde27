//! How many rows may be looked at instead of the index of the sort.

use crate::api::COUNT_CAP;

/// The most candidates that are fetched and sorted. More of them are so dense in the index of the
/// sort that walking it fills a page sooner, and are more than is counted.
pub const CANDIDATES: usize = COUNT_CAP as usize;

//! What is written of a second of use, whichever engine writes it: few tallies as they are, many packed
//! into a log by buckets of keys, which is carried over little by little.

use std::sync::Arc;

use tokio::task::yield_now;

use super::{Tallies, Tally, USAGE_BUCKET};
use crate::server::store::{StoreError, StoreResult};

/// The most tallies that are written to the keys at once.
const AT_ONCE: usize = 256;
/// About how many bytes a tally of one place is when it is packed.
const PACKED: usize = 32;
/// The most that are carried over at once; a change that comes meanwhile waits for them.
pub const SETTLED: usize = 64;
/// The most hours' rows that are forgotten at once.
pub const FORGOTTEN: i64 = 2_000;

pub fn bucket_of(key: i64) -> i64 {
    key / USAGE_BUCKET
}

/// What is written of a second of use.
pub enum Pending {
    /// To the keys at once.
    Few(Arc<Tallies>),
    /// Into the log, packed by buckets.
    Many(Vec<(i64, Vec<u8>)>),
}

impl Pending {
    /// Packs many, a part at a time: where it runs checks are answered, which wait for no more than a part.
    pub async fn of(tallies: Arc<Tallies>) -> StoreResult<Self> {
        if tallies.iter().map(Vec::len).sum::<usize>() <= AT_ONCE {
            return Ok(Self::Few(tallies));
        }
        let mut rows = Vec::new();
        for part in tallies.iter() {
            for bucket in part.chunk_by(|one, next| bucket_of(one.key) == bucket_of(next.key)) {
                rows.push((bucket_of(bucket[0].key), packed(bucket)?));
                yield_now().await;
            }
        }
        Ok(Self::Many(rows))
    }
}

pub fn packed(tallies: &[Tally]) -> StoreResult<Vec<u8>> {
    postcard::to_extend(tallies, Vec::with_capacity(tallies.len() * PACKED))
        .map_err(|error| StoreError::Fault(format!("a count can't be packed: {error}")))
}

pub fn unpacked(bytes: &[u8]) -> StoreResult<Vec<Tally>> {
    postcard::from_bytes(bytes)
        .map_err(|error| StoreError::Fault(format!("a count can't be unpacked: {error}")))
}

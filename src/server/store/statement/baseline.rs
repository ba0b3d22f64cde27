//! What was there before the log stated it: its digest, and what is said where it was changed or is gone.

use sha2::{Digest, Sha256};

use super::{Columns, Kind};
use crate::api::ChainHash;
use crate::server::store::StoreResult;

/// The digest of a baseline, row by row.
pub struct BaselineDigest {
    hasher: Sha256,
    last: (i64, i64),
}

impl Default for BaselineDigest {
    fn default() -> Self {
        Self {
            hasher: Sha256::new_with_prefix(b"keydeck baseline 1"),
            last: (i64::MIN, i64::MIN),
        }
    }
}

impl BaselineDigest {
    /// A row of [`BASELINE_ROWS`].
    pub fn row(&mut self, row: &impl Columns) -> StoreResult<()> {
        self.last = (row.number(0)?, row.number(1)?);
        self.hasher.update(self.last.0.to_be_bytes());
        self.hasher.update(self.last.1.to_be_bytes());
        self.hasher
            .update(row.maybe_hash(2)?.unwrap_or(ChainHash::START).0);
        Ok(())
    }

    /// What the rows that come next are behind.
    pub fn last(&self) -> (i64, i64) {
        self.last
    }

    pub fn finish(self) -> ChainHash {
        ChainHash(self.hasher.finalize().into())
    }
}

/// A row of [`MISSING`], in a sentence.
pub fn gone(row: &impl Columns) -> StoreResult<String> {
    let (name, seq) = (row.text(0)?, row.number(1)?);
    Ok(format!(
        "row {seq} of the log tells of {name}, of whom no table has a row any more"
    ))
}

/// A row of [`MISSING_FROM_BASELINE`], in a sentence.
pub fn gone_from_baseline(row: &impl Columns) -> StoreResult<String> {
    let (kind, number) = (row.number(0)?, row.number(1)?);
    let kind = Kind::ALL.into_iter().find(|known| known.number() == kind);
    Ok(format!(
        "the {} with the number {number}, which was there at the beginning, is in no table any more",
        kind.map_or("entity", Kind::as_str)
    ))
}

/// What is wrong with a baseline of this digest, by a row of [`BASELINE`].
pub fn judge_baseline(row: &impl Columns, digest: ChainHash) -> StoreResult<Option<String>> {
    let (pending, first, committed) = (row.maybe_hash(0)?, row.maybe_number(1)?, row.maybe_hash(2)?);
    let (last, early) = (row.maybe_number(3)?, row.maybe_number(4)?);
    Ok(match (first, last, early) {
        (Some(first), Some(last), _) if first != last => Some(format!(
            "row {last} of the log says once more what there was before it, which only the first may"
        )),
        (_, _, Some(early)) => Some(format!(
            "row {early} of the log states what it left, before any row says what there was"
        )),
        _ => match committed.or(pending) {
            None => Some("the log does not say what there was at its beginning".into()),
            Some(stated) if stated != digest => Some(
                "what the database holds of the time before the log stated it (its table baseline) was changed".into(),
            ),
            Some(_) => None,
        },
    })
}

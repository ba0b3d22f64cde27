//! What was there before the log stated it: its digest, and what is said where it was changed or is gone.

use sha2::{Digest, Sha256};

use super::EntityKind;
use crate::api::ChainHash;
use crate::server::store::StoreResult;
use crate::server::store::row::{Columns, Read, Row};

/// A row of [`super::BASELINE_ROWS`].
pub struct BaselineRow {
    kind: i64,
    number: i64,
    state: Option<ChainHash>,
}

impl Read for BaselineRow {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            kind: columns.next()?,
            number: columns.next()?,
            state: columns.readable(),
        })
    }
}

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
    pub fn row(&mut self, BaselineRow { kind, number, state }: BaselineRow) {
        self.last = (kind, number);
        self.hasher.update(kind.to_be_bytes());
        self.hasher.update(number.to_be_bytes());
        self.hasher.update(state.unwrap_or(ChainHash::START).0);
    }

    /// The last row; the next ones come after it.
    pub fn last(&self) -> (i64, i64) {
        self.last
    }

    pub fn finish(self) -> ChainHash {
        ChainHash(self.hasher.finalize().into())
    }
}

/// A row of [`super::MISSING`], in a sentence.
pub fn gone((name, seq): (String, i64)) -> String {
    format!("row {seq} of the log tells of {name}, of whom no table has a row any more")
}

/// A row of [`super::MISSING_FROM_BASELINE`], in a sentence.
pub fn gone_from_baseline((kind, number): (i64, i64)) -> String {
    let kind = EntityKind::numbered(kind).map_or("entity", EntityKind::as_str);
    format!("the {kind} with the number {number}, which was there at the beginning, is in no table any more")
}

/// A row of [`super::BASELINE`]: what the log says of the baseline.
pub struct StatedBaseline {
    pending: Option<ChainHash>,
    /// The first row that carries a digest of it.
    first: Option<i64>,
    committed: Option<ChainHash>,
    /// The last such row.
    last: Option<i64>,
    /// The first row with a statement before all that.
    early: Option<i64>,
}

impl Read for StatedBaseline {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self {
            pending: columns.readable(),
            first: columns.next()?,
            committed: columns.readable(),
            last: columns.next()?,
            early: columns.next()?,
        })
    }
}

impl StatedBaseline {
    /// What is wrong with a baseline of this digest.
    pub fn judge(self, digest: ChainHash) -> Option<String> {
        match (self.first, self.last, self.early) {
            (Some(first), Some(last), _) if first != last => Some(format!(
                "row {last} of the log says once more what there was before it, which only the first may"
            )),
            (_, _, Some(early)) => Some(format!(
                "row {early} of the log states what it left, before any row says what there was"
            )),
            _ => match self.committed.or(self.pending) {
                None => Some("the log does not say what there was at its beginning".into()),
                Some(stated) if stated != digest => Some(
                    "what the database holds of the time before the log stated it (its table baseline) was changed"
                        .into(),
                ),
                Some(_) => None,
            },
        }
    }
}

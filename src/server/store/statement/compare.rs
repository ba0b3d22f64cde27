//! The tables, compared with what the log states of them.

use super::baseline::{BaselineDigest, BaselineRow, StatedBaseline, gone, gone_from_baseline};
use super::comparing::{ComparedRow, Comparing};
use super::idempotency::{DIVERTED, diverted};
use super::{
    BASELINE, BASELINE_ROWS, BATCH, Compared, Cursor, EntityKind, MISSING, MISSING_FROM_BASELINE, Stage,
    UNFINISHED, Unfinished,
};
use crate::api::ChainHash;
use crate::server::store::StoreResult;
use crate::server::store::db::{Db, one, values};
use crate::server::store::plans;
use crate::server::store::row::Lossy;

/// The digest of the baseline.
pub async fn baseline(db: &impl Db) -> StoreResult<ChainHash> {
    let mut digest = BaselineDigest::default();
    loop {
        let (kind, number) = digest.last();
        let rows: Vec<BaselineRow> = db.all(BASELINE_ROWS, values![kind, number]).await?;
        if rows.is_empty() {
            return Ok(digest.finish());
        }
        rows.into_iter().for_each(|row| digest.row(row));
    }
}

pub async fn compare(db: &impl Db, from: Cursor) -> StoreResult<Compared> {
    let unexplained = match from.stage {
        Stage::Of(kind) => return compared(db, kind, from.from, BATCH).await,
        // What an engine knows of its indexes, it looks at itself.
        Stage::Indexes(_) => None,
        Stage::Baseline => {
            let digest = baseline(db).await?;
            let stated: StatedBaseline = one(db, BASELINE, &[]).await?;
            stated.judge(digest)
        }
        Stage::Removals => {
            let removals: Vec<Lossy<Unfinished>> = db.all(&UNFINISHED, &[]).await?;
            match removals.into_iter().find_map(|Lossy(removal)| removal.unasked) {
                None => plans::explained::unexplained(db).await?,
                unasked => unasked,
            }
        }
        Stage::Idempotency => {
            let row: Option<Lossy<_>> = db.maybe(DIVERTED, &[]).await?;
            row.map(|Lossy(row)| diverted(row))
        }
        Stage::Missing => match db.maybe(MISSING, &[]).await? {
            Some(Lossy(row)) => Some(gone(row)),
            None => db
                .maybe(MISSING_FROM_BASELINE, &[])
                .await?
                .map(gone_from_baseline),
        },
    };
    Ok(Compared::at_once(from.stage, unexplained))
}

/// Rows of one kind from a number on.
async fn compared(db: &impl Db, kind: EntityKind, from: i64, most: i64) -> StoreResult<Compared> {
    let rows: Vec<Lossy<ComparedRow>> = db.all(&kind.select_stated(), values![from, most]).await?;
    let mut comparing = Comparing::of(kind);
    rows.iter().for_each(|Lossy(row)| comparing.row(row));
    Ok(comparing.finish())
}

/// In a sentence, what the log does not explain of one key.
pub async fn unexplained_key(db: &impl Db, seq: i64) -> StoreResult<Option<String>> {
    Ok(compared(db, EntityKind::Key, seq, 1).await?.unexplained)
}

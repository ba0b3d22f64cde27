//! The tables, held against what the log states of them.

use super::{
    BASELINE, BASELINE_ROWS, BATCH, BaselineDigest, Compared, Comparing, Cursor, MISSING,
    MISSING_FROM_BASELINE, Stage, UNFINISHED, gone, gone_from_baseline, judge_baseline, unasked,
};
use crate::api::ChainHash;
use crate::server::store::StoreResult;
use crate::server::store::db::{Db, one, values};
use crate::server::store::row::Raw;

/// The digest of what was put down.
pub async fn baseline(db: &impl Db) -> StoreResult<ChainHash> {
    let mut digest = BaselineDigest::default();
    loop {
        let (kind, number) = digest.last();
        let rows: Vec<Raw> = db.all(BASELINE_ROWS, values![kind, number]).await?;
        if rows.is_empty() {
            return Ok(digest.finish());
        }
        rows.iter().try_for_each(|row| digest.row(row))?;
    }
}

pub async fn compare(db: &impl Db, from: Cursor) -> StoreResult<Compared> {
    let unexplained = match from.stage {
        Stage::Of(kind) => {
            let rows: Vec<Raw> = db.all(&kind.select_stated(), values![from.after, BATCH]).await?;
            let mut comparing = Comparing::of(kind);
            rows.iter().try_for_each(|row| comparing.row(row))?;
            return Ok(comparing.finish());
        }
        Stage::Baseline => {
            let digest = baseline(db).await?;
            let row: Raw = one(db, BASELINE, &[]).await?;
            judge_baseline(&row, digest)?
        }
        Stage::Removals => {
            let rows: Vec<Raw> = db.all(&UNFINISHED, &[]).await?;
            let unasked: StoreResult<Vec<_>> = rows.iter().map(unasked).collect();
            unasked?.into_iter().flatten().next()
        }
        Stage::Missing => match db.maybe::<Raw>(MISSING, &[]).await? {
            Some(row) => Some(gone(&row)?),
            None => {
                let row: Option<Raw> = db.maybe(MISSING_FROM_BASELINE, &[]).await?;
                row.as_ref().map(gone_from_baseline).transpose()?
            }
        },
    };
    Ok(Compared::at_once(from.stage, unexplained))
}

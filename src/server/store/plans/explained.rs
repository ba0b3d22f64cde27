//! Plans that are not finished are carried on by whichever server runs, so they are held against the log: whoever can
//! write the tables could else have keys revoked in somebody's name.

use uuid::Uuid;

use super::make::hash;
use super::row::PlanRow;
use crate::server::store::StoreResult;
use crate::server::store::db::{Db, exists, values};
use crate::server::store::row::{Columns, Lossy, Read, Row};

/// Those that are committed and not finished, and how many of their keys had their turn. What the log does not explain is
/// left out.
pub async fn unfinished<D: Db>(db: &D) -> StoreResult<Vec<(Uuid, u64)>> {
    let mut unfinished = Vec::new();
    for plan in read::<D>(db).await?.into_iter().flatten() {
        if is_explained(db, &plan).await? {
            unfinished.push((plan.id, u64::try_from(plan.place).unwrap_or_default()));
        }
    }
    Ok(unfinished)
}

/// In a sentence, the first that is under way and that the log does not explain.
pub async fn unexplained<D: Db>(db: &D) -> StoreResult<Option<String>> {
    for plan in read::<D>(db).await? {
        let is_explained = match &plan {
            Some(plan) => is_explained(db, plan).await?,
            None => false,
        };
        if !is_explained {
            let id = plan.map_or_else(String::new, |plan| format!(" {}", plan.id.simple()));
            return Ok(Some(format!(
                "the plan{id} of many keys is under way in the table, but the log does not say that anybody committed it so"
            )));
        }
    }
    Ok(None)
}

/// `None`: somebody wrote into the row what no plan has.
async fn read<D: Db>(db: &D) -> StoreResult<Vec<Option<PlanRow>>> {
    let sql = PlanRow::select::<D>("p.committed_at IS NOT NULL AND p.finished_at IS NULL ORDER BY p.seq");
    let plans: Vec<Lossy<Readable>> = db.all(&sql, &[]).await?;
    Ok(plans.into_iter().map(|Lossy(Readable(plan))| plan).collect())
}

struct Readable(Option<PlanRow>);

impl Read for Readable {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        Ok(Self(columns.next().ok()))
    }
}

/// Whether the plan is as it was made, by the hash that it is known by; and whether the log says that the person did to the
/// first of its keys what it says, as that is part of committing it.
async fn is_explained<D: Db>(db: &D, plan: &PlanRow) -> StoreResult<bool> {
    let sql = "SELECT k.id, p.version, p.key FROM plan_keys AS p JOIN keys AS k ON k.seq = p.key
                WHERE p.plan = ? ORDER BY p.place";
    let keys: Vec<(Uuid, i64, i64)> = db.all(sql, values![plan.seq]).await?;
    let Some(&(_, _, first)) = keys.first() else {
        return Ok(false);
    };
    let (change, asked) = &plan.texts;
    let keys = keys.iter().map(|&(id, version, _)| (id, version));
    if hash(plan.person.1, (change, asked), plan.made_at, keys) != plan.id {
        return Ok(false);
    }
    let sql = format!(
        "SELECT 1 FROM activity WHERE key = ? AND actor = ? AND {} LIMIT 1",
        D::DIALECT.contains("changes")
    );
    let id = plan.id.simple().to_string();
    exists(db, &sql, values![first, plan.person.0, id]).await
}

//! What the log states of people, projects, gateways and keys: read off the tables when rows are written, and
//! compared with them when somebody asks whether they are as the log says.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use super::ask::{self, Db, Value};
use super::sql::{Bound, Sql};
use crate::api::ChainHash;
use crate::server::store::statement::{
    BASELINE, BASELINE_ROWS, BATCH, BaselineDigest, Columns, Compared, Comparing, Cursor, Entity, Kind,
    MISSING, MISSING_FROM_BASELINE, Record, Stage, Statement, UNFINISHED, gone, gone_from_baseline,
    judge_baseline, unasked,
};
use crate::server::store::{StoreError, StoreResult};

impl Columns for Row {
    fn number(&self, index: usize) -> StoreResult<i64> {
        get(self, index)
    }

    fn maybe_number(&self, index: usize) -> StoreResult<Option<i64>> {
        get(self, index)
    }

    fn text(&self, index: usize) -> StoreResult<String> {
        get(self, index)
    }

    fn maybe_text(&self, index: usize) -> StoreResult<Option<String>> {
        get(self, index)
    }

    fn maybe_bytes(&self, index: usize) -> StoreResult<Option<Vec<u8>>> {
        get(self, index)
    }

    fn flag(&self, index: usize) -> StoreResult<bool> {
        get(self, index)
    }

    fn id(&self, index: usize) -> StoreResult<Uuid> {
        get(self, index)
    }
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, index: usize) -> StoreResult<T> {
    Ok(row.try_get(index)?)
}

/// As they are now, in the transaction that changed them.
pub async fn of(tx: &Transaction<'_>, entities: &[Entity]) -> StoreResult<HashMap<Entity, Statement>> {
    let mut statements = HashMap::new();
    for kind in Kind::ALL {
        let (mut ids, mut numbers) = (Vec::new(), Vec::new());
        for entity in entities.iter().filter(|entity| entity.kind() == kind) {
            match *entity {
                Entity::Person(id) | Entity::Project(id) | Entity::Gateway(id) => ids.push(id),
                Entity::Key(number) => numbers.push(number),
            }
        }
        if ids.is_empty() && numbers.is_empty() {
            continue;
        }
        let (condition, value): (&str, Value) = match kind {
            Kind::Key => ("t.seq = ANY($1)", &numbers),
            _ => ("t.id = ANY($1)", &ids),
        };
        for row in ask::all(tx, &kind.select(condition), &[value]).await? {
            let record = Record::read(kind, &row)?;
            let entity = match kind {
                Kind::Person => Entity::Person(record.id),
                Kind::Project => Entity::Project(record.id),
                Kind::Gateway => Entity::Gateway(record.id),
                Kind::Key => Entity::Key(record.number),
            };
            statements.insert(entity, record.statement());
        }
    }
    match entities.iter().find(|entity| !statements.contains_key(*entity)) {
        None => Ok(statements),
        Some(entity) => Err(StoreError::Fault(format!(
            "a {} was gone as soon as it was changed",
            entity.kind().as_str()
        ))),
    }
}

/// Puts down what is there, of which no row of the log states anything yet; the next one carries the digest of it.
pub async fn begin(tx: &Transaction<'_>) -> StoreResult<()> {
    for kind in Kind::ALL {
        let mut after = 0_i64;
        loop {
            let next = kind.select("t.seq > $1 ORDER BY t.seq LIMIT $2");
            let rows = ask::all(tx, &next, &[&after, &BATCH]).await?;
            let records: Vec<Record> = rows
                .iter()
                .map(|row| Record::read(kind, row))
                .collect::<StoreResult<_>>()?;
            let Some(last) = records.last() else { break };
            after = last.number;
            let numbers: Vec<i64> = records.iter().map(|record| record.number).collect();
            let states: Vec<Vec<u8>> = records.iter().map(|record| record.digest().0.to_vec()).collect();
            let put_down = "INSERT INTO baseline (kind, number, state)
                            SELECT $1, number, state FROM unnest($2::bigint[], $3::bytea[]) AS row (number, state)";
            ask::run(tx, put_down, &[&kind.number(), &numbers, &states]).await?;
        }
    }
    let digest = baseline(tx).await?;
    let pending = "UPDATE activity_head SET pending = $1";
    ask::run_one(tx, pending, &[&digest.0.as_slice()]).await
}

/// Whether it was done before.
pub async fn has_begun(tx: &Transaction<'_>) -> StoreResult<bool> {
    ask::exists(tx, "SELECT 1 FROM baseline LIMIT 1", &[]).await
}

/// The digest of what was put down.
pub async fn baseline(db: &impl Db) -> StoreResult<ChainHash> {
    let mut digest = BaselineDigest::default();
    loop {
        let (kind, number) = digest.last();
        let mut sql = Sql::default();
        sql.push(BASELINE_ROWS, [Bound::Number(kind), Bound::Number(number)]);
        let rows = sql.all(db).await?;
        if rows.is_empty() {
            return Ok(digest.finish());
        }
        rows.iter().try_for_each(|row| digest.row(row))?;
    }
}

pub async fn compare(db: &impl Db, from: Cursor) -> StoreResult<Compared> {
    let unexplained = match from.stage {
        Stage::Of(kind) => {
            let mut sql = Sql::default();
            let values = [Bound::Number(from.after), Bound::Number(BATCH)];
            sql.push(&kind.select_stated(), values);
            let mut comparing = Comparing::of(kind);
            sql.all(db).await?.iter().try_for_each(|row| comparing.row(row))?;
            return Ok(comparing.finish());
        }
        Stage::Baseline => {
            let digest = baseline(db).await?;
            let row = ask::one(db, BASELINE, &[]).await?;
            judge_baseline(&row, digest)?
        }
        Stage::Removals => {
            let rows = ask::all(db, &UNFINISHED, &[]).await?;
            let unasked: StoreResult<Vec<_>> = rows.iter().map(unasked).collect();
            unasked?.into_iter().flatten().next()
        }
        Stage::Missing => match ask::maybe(db, MISSING, &[]).await? {
            Some(row) => Some(gone(&row)?),
            None => {
                let row = ask::maybe(db, MISSING_FROM_BASELINE, &[]).await?;
                row.as_ref().map(gone_from_baseline).transpose()?
            }
        },
    };
    Ok(Compared::at_once(from.stage, unexplained))
}

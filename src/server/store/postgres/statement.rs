//! What the log states of people, projects, gateways and keys: read off the tables when rows are written.

use std::collections::HashMap;

use deadpool_postgres::Transaction;

use super::ask::{self, Value};
use crate::server::store::statement::{BATCH, Entity, Kind, Record, Statement, baseline};
use crate::server::store::{StoreError, StoreResult};

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

//! What the log states, read off the tables when its rows are written.

use std::collections::HashMap;

use super::{BATCH, Entity, EntityKind, EntityState, baseline};
use crate::server::store::db::{Db, run_one, run_rows, values};
use crate::server::store::for_rows::ForRows;
use crate::server::store::tables::Kind;
use crate::server::store::value::Value;
use crate::server::store::{StoreError, StoreResult};

/// As it is now, in the transaction that changed it.
pub async fn of_one(db: &impl Db, entity: Entity) -> StoreResult<EntityState> {
    let value = match entity {
        Entity::Person(id) | Entity::Project(id) | Entity::Gateway(id) => id.into(),
        Entity::Key(number) => number.into(),
    };
    let found = db.maybe(entity.kind().select_one(), &[value]).await?;
    found.ok_or_else(|| gone(entity))
}

/// As they are now, in the transaction that changed them.
pub async fn of<D: Db>(db: &D, entities: &[Entity]) -> StoreResult<HashMap<Entity, EntityState>> {
    let mut states: Vec<EntityState> = Vec::new();
    for kind in EntityKind::ALL {
        let (mut ids, mut numbers) = (Vec::new(), Vec::new());
        for entity in entities.iter().filter(|entity| entity.kind() == kind) {
            match *entity {
                Entity::Person(id) | Entity::Project(id) | Entity::Gateway(id) => ids.push(id),
                Entity::Key(number) => numbers.push(number),
            }
        }
        let (condition, value): (String, Value) = match kind {
            _ if ids.is_empty() && numbers.is_empty() => continue,
            EntityKind::Key => (D::DIALECT.among("t.seq"), numbers.into()),
            _ => (D::DIALECT.among_ids("t.id"), ids.into()),
        };
        states.extend(db.all(&kind.select(&condition), &[value]).await?);
    }
    let states: HashMap<_, _> = states.into_iter().map(|state| (state.entity(), state)).collect();
    match entities.iter().find(|entity| !states.contains_key(*entity)) {
        None => Ok(states),
        Some(entity) => Err(gone(*entity)),
    }
}

fn gone(entity: Entity) -> StoreError {
    StoreError::Fault(format!(
        "a {} was gone as soon as it was changed",
        entity.kind().as_str()
    ))
}

/// Stores the digests of what is there, of which no row of the log states anything yet.
pub async fn begin(db: &impl Db) -> StoreResult<()> {
    for kind in EntityKind::ALL {
        let next = kind.select("t.seq > ? ORDER BY t.seq LIMIT ?");
        let mut last = i64::MIN;
        loop {
            let states: Vec<EntityState> = db.all(&next, values![last, BATCH]).await?;
            match states.last() {
                None => break,
                Some(state) => last = state.number,
            }
            add_to_baseline(db, &states).await?;
        }
    }
    await_next_row(db).await
}

static ADD_TO_BASELINE: ForRows = ForRows::new(
    &[
        ("kind", Kind::Number),
        ("number", Kind::Number),
        ("state", Kind::Bytes),
    ],
    "INSERT INTO baseline (kind, number, state) SELECT {kind}, {number}, {state} FROM {rows}",
);

/// Adds some more to it, before [`await_next_row`].
pub async fn add_to_baseline(db: &impl Db, states: &[EntityState]) -> StoreResult<()> {
    let rows = states.iter();
    let rows = rows.map(|state| values![state.kind().number(), state.number, state.digest()].to_vec());
    run_rows(db, &ADD_TO_BASELINE, rows.collect(), &[])
        .await
        .map(drop)
}

/// The next row of the log carries the digest of the baseline.
pub async fn await_next_row(db: &impl Db) -> StoreResult<()> {
    let digest = baseline(db).await?;
    run_one(db, "UPDATE activity_head SET pending = ?", values![digest]).await
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::api::User;
    use crate::model::Role;
    use crate::server::store::db::at_once;
    use crate::server::store::{people, sqlite};

    #[test]
    fn several_entities_are_read_as_one_is() {
        let conn = sqlite::in_memory().unwrap();
        let entities = [1, 2].map(|n| {
            let user = User {
                id: Uuid::from_u128(n),
                email: format!("ana{n}@acme.example"),
                role: Role::Analytics,
                created_at: Timestamp::UNIX_EPOCH,
            };
            assert!(at_once(people::insert(&conn, &user, None)).unwrap());
            Entity::Person(user.id)
        });
        let states = at_once(of(&conn, &entities)).unwrap();
        for entity in entities {
            let one = at_once(of_one(&conn, entity)).unwrap();
            assert_eq!(
                (states[&entity].entity(), states[&entity].digest()),
                (entity, one.digest())
            );
        }
        let gone = at_once(of(&conn, &[entities[0], Entity::Key(7)]));
        assert!(matches!(gone, Err(StoreError::Fault(_))));
    }
}

//! Gateways: each change with its row of the activity log, in the writer's transaction.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Map;
use uuid::Uuid;

use super::activity;
use super::people::Acting;
use super::rows::{micros, person, time, uuid};
use crate::api::{ActivityAction, Gateway};
use crate::model::are_alike;
use crate::server::store::changes::Subject;
use crate::server::store::statement::Entity;
use crate::server::store::{NewGatewayRecord, StoreResult, Taken};

/// All of them, by name: an organisation has a handful.
pub fn all(conn: &Connection) -> StoreResult<Vec<Gateway>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, name, added_by, added_at FROM gateways WHERE removed_at IS NULL ORDER BY name",
    )?;
    let gateways = statement.query_map([], |row| {
        Ok(Gateway {
            id: uuid(row, 0)?,
            name: row.get(1)?,
            added_by: person(conn, row.get(2)?)?,
            added_at: time(row, 3)?,
        })
    })?;
    Ok(gateways.collect::<rusqlite::Result<_>>()?)
}

/// There is a handful: each is compared.
fn name_is_taken(conn: &Connection, name: &str) -> StoreResult<bool> {
    let gateways = all(conn)?;
    Ok(gateways.iter().any(|gateway| are_alike(&gateway.name, name)))
}

pub fn add(conn: &Connection, new: &NewGatewayRecord, by: Acting) -> StoreResult<Result<Gateway, Taken>> {
    if name_is_taken(conn, &new.name)? {
        return Ok(Err(Taken));
    }
    conn.prepare_cached(
        "INSERT INTO gateways (id, name, added_by, added_at, token_hash) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![
        new.id.as_bytes(),
        new.name,
        by.seq,
        micros(new.added_at),
        new.token.0
    ])?;
    record(conn, ActivityAction::GatewayAdded, (new.id, &new.name), by)?;
    Ok(Ok(Gateway {
        id: new.id,
        name: new.name.clone(),
        added_by: person(conn, by.seq)?,
        added_at: new.added_at,
    }))
}

/// The row stays for those who ask later what there was; its token stops counting.
pub fn remove(conn: &Connection, id: Uuid, by: Acting) -> StoreResult<bool> {
    let name = conn
        .prepare_cached(
            "UPDATE gateways SET token_hash = NULL, removed_at = ? WHERE id = ? AND removed_at IS NULL
          RETURNING name",
        )?
        .query_row(params![micros(Timestamp::now()), id.as_bytes()], |row| {
            row.get::<_, String>(0)
        })
        .optional()?;
    match name {
        None => Ok(false),
        Some(name) => record(conn, ActivityAction::GatewayRemoved, (id, &name), by).map(|()| true),
    }
}

fn record(
    conn: &Connection,
    action: ActivityAction,
    (id, name): (Uuid, &str),
    by: Acting,
) -> StoreResult<()> {
    activity::record(
        conn,
        by,
        Subject::of(action, name, Map::new()).about(Entity::Gateway(id)),
    )
}

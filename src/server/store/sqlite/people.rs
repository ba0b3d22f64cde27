//! What the removal of a person asks of people.

use std::net::IpAddr;

use rusqlite::Connection;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::activity;
use crate::api::{ActivityAction, User};
use crate::server::store::acting::acting as is_acting;
use crate::server::store::changes::Subject;
use crate::server::store::db::at_once;
use crate::server::store::statement::Entity;
use crate::server::store::{Actor, StoreResult, people};

/// Somebody of whom it was seen, in this transaction, that they may act.
#[derive(Debug, Clone, Copy)]
pub struct Acting {
    pub seq: i64,
    pub address: Option<IpAddr>,
}

/// What was decided about `by` before the transaction must still be so in it.
pub fn acting(conn: &Connection, by: Actor) -> StoreResult<Acting> {
    let by = at_once(is_acting(conn, by))?;
    Ok(Acting {
        seq: by.seq,
        address: by.address,
    })
}

pub fn by_id(conn: &Connection, id: Uuid) -> StoreResult<Option<User>> {
    at_once(people::by_id(conn, id))
}

pub fn user_seq(conn: &Connection, id: Uuid) -> StoreResult<i64> {
    at_once(people::user_seq(conn, id))
}

pub fn is_last_owner(conn: &Connection, user: &User) -> StoreResult<bool> {
    at_once(people::is_last_owner(conn, user))
}

pub fn record(
    conn: &Connection,
    action: ActivityAction,
    (id, email): (Uuid, &str),
    changes: Map<String, Value>,
    by: Acting,
) -> StoreResult<()> {
    let subject = Subject::of(action, email, changes);
    activity::record(conn, by, subject.about(Entity::Person(id)))
}

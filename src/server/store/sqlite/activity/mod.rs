//! The activity log: written in the transaction of the change, read newest first.

mod chain;
#[cfg(test)]
mod plans;

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::Connection;

use super::people::Acting;
use crate::server::store::StoreResult;
use crate::server::store::changes::Subject;

pub use self::chain::{Chain, carry_over, extend, head};

pub fn record(conn: &Connection, by: Acting, subject: Subject) -> StoreResult<()> {
    extend(conn, |chain| {
        chain.append(Timestamp::now(), Some(by.seq), by.address, subject)
    })
}

/// Records what happened while nobody was signed in.
pub fn record_of_nobody(conn: &Connection, address: Option<IpAddr>, subject: Subject) -> StoreResult<()> {
    extend(conn, |chain| {
        chain.append(Timestamp::now(), None, address, subject)
    })
}

/// The key's rows from now on belong to what `creator` may see.
pub fn hand_over(conn: &Connection, key: i64, creator: i64) -> StoreResult<()> {
    conn.prepare_cached("UPDATE activity SET key_creator = ? WHERE key = ?")?
        .execute([creator, key])?;
    Ok(())
}

//! Counts and last uses, into the tables that are asked for them.

use rusqlite::{Connection, params};

use crate::server::store::clock::Clocks;
use crate::server::store::report::{ADDRESS, ALLOWED, ORIGIN};
use crate::server::store::{SOURCES, StoreResult, Tally, Use};

pub fn apply<'a>(
    conn: &Connection,
    tallies: impl IntoIterator<Item = &'a Tally>,
    clocks: Clocks,
) -> StoreResult<()> {
    for tally in tallies {
        count(conn, tally, clocks.dated_hour(tally.hour))?;
        if let Some(last) = tally.uses.iter().max_by_key(|used| used.at) {
            note_last(conn, tally.key, last, clocks)?;
        }
        if tally.last_refused_at > 0 {
            conn.prepare_cached(
                "UPDATE keys SET last_refused_at = ?1 WHERE seq = ?2 AND (last_refused_at < ?1 OR last_refused_at > ?3)",
            )?
            .execute([clocks.dated(tally.last_refused_at), tally.key, clocks.future()])?;
        }
        for used in &tally.uses {
            let at = clocks.dated(used.at);
            note_source(conn, tally.key, ORIGIN, used.origin.as_deref(), at)?;
            let address = used.address.map(|address| address.to_string());
            note_source(conn, tally.key, ADDRESS, address.as_deref(), at)?;
        }
    }
    Ok(())
}

fn count(conn: &Connection, tally: &Tally, hour: u32) -> StoreResult<()> {
    let mut upsert = conn.prepare_cached(
        "INSERT INTO usage_hours (hour, key, rule, n) VALUES (?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET n = n + excluded.n",
    )?;
    let refused = tally.refused.iter().map(|(rule, n)| (rule.as_ref(), *n));
    for (rule, n) in [(ALLOWED, tally.allowed)].into_iter().chain(refused) {
        if n > 0 {
            upsert.execute(params![hour, tally.key, rule, n])?;
        }
    }
    Ok(())
}

/// A use that is noted as in the future, from a clock that was ahead, gives way to any.
fn note_last(conn: &Connection, key: i64, last: &Use, clocks: Clocks) -> StoreResult<()> {
    conn.prepare_cached(
        "UPDATE keys SET last_used_at = ?1, last_address = ?2, last_origin = ?3
          WHERE seq = ?4 AND (last_used_at <= ?1 OR last_used_at > ?5)",
    )?
    .execute(params![
        clocks.dated(last.at),
        last.address.map(|address| address.to_string()),
        last.origin,
        key,
        clocks.future()
    ])?;
    Ok(())
}

/// A source that is new takes the place of the one that was seen the longest ago.
fn note_source(conn: &Connection, key: i64, kind: i64, name: Option<&str>, at: i64) -> StoreResult<()> {
    let Some(name) = name else { return Ok(()) };
    let known = conn
        .prepare_cached(
            "UPDATE key_sources SET last_used_at = max(last_used_at, ?1) WHERE key = ?2 AND kind = ?3 AND name = ?4",
        )?
        .execute(params![at, key, kind, name])?;
    if known > 0 {
        return Ok(());
    }
    conn.prepare_cached("INSERT INTO key_sources (key, kind, name, last_used_at) VALUES (?, ?, ?, ?)")?
        .execute(params![key, kind, name, at])?;
    conn.prepare_cached(
        "DELETE FROM key_sources WHERE key = ?1 AND kind = ?2 AND name NOT IN
             (SELECT name FROM key_sources WHERE key = ?1 AND kind = ?2 ORDER BY last_used_at DESC LIMIT ?3)",
    )?
    .execute(params![key, kind, SOURCES as i64])?;
    Ok(())
}

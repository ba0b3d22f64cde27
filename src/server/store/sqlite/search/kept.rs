//! The counts that triggers keep.

use rusqlite::{Connection, params};

use crate::api::KeyCounts;
use crate::server::store::StoreResult;
use crate::server::store::count::of;
use crate::server::store::sqlite::filter::Filter;
use crate::server::store::sqlite::rows::{rank, scope};

/// How many keys match the filter without its text.
pub fn kept(conn: &Connection, filter: &Filter) -> StoreResult<KeyCounts> {
    let mut statement = conn.prepare_cached(
        "SELECT scope, n FROM key_counts WHERE creator = ?1 AND project = ?2 AND (?3 IS NULL OR scope = ?3)",
    )?;
    let mut counts = KeyCounts::default();
    let any = 0;
    let keys = params![
        filter.creator.unwrap_or(any),
        filter.project.unwrap_or(any),
        filter.scope.map(rank)
    ];
    let mut rows = statement.query(keys)?;
    while let Some(row) = rows.next()? {
        *of(&mut counts, scope(row, 0)?) = row.get::<_, i64>(1)? as u64;
    }
    Ok(counts)
}

//! Of where keys were seen, only the newest places are kept.

use super::used::SOURCES;
use crate::server::store::StoreResult;
use crate::server::store::db::{Db, values};

/// The kinds of places, as in the tables.
pub const ORIGIN: i64 = 0;
pub const ADDRESS: i64 = 1;

/// A table of places, and its column that says when a place was seen last.
#[derive(Clone, Copy)]
pub struct SourceTable {
    pub table: &'static str,
    pub seen_at: &'static str,
}

/// Of these keys, forgets all places of a kind but the newest.
pub async fn keep_newest<D: Db>(db: &D, places: SourceTable, keys: Vec<i64>) -> StoreResult<()> {
    let SourceTable { table, seen_at } = places;
    let of_keys = D::DIALECT.among("key");
    let most = SOURCES as i64;
    let sql = format!("SELECT key FROM {table} WHERE {of_keys} GROUP BY key, kind HAVING count(*) > ?");
    let keys: Vec<i64> = db.all(&sql, values![keys, most]).await?;
    if keys.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "DELETE FROM {table} WHERE (key, kind, name) IN (
             SELECT key, kind, name FROM (
                 SELECT key, kind, name,
                        row_number() OVER (PARTITION BY key, kind ORDER BY {seen_at} DESC, name) AS place
                   FROM {table} WHERE {of_keys}) AS ranked
              WHERE place > ?) AND {of_keys}"
    );
    db.run(&sql, values![keys.as_slice(), most, keys.as_slice()])
        .await?;
    Ok(())
}

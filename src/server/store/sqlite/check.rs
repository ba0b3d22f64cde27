//! What a check of a presented key reads: one statement, and of it as little as the check needs.

use std::sync::LazyLock;

use rusqlite::Connection;

use crate::model::TokenHash;
use crate::server::store::db::{Db, one, values};
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{deciding, expired};
use crate::server::store::{Checked, StoreResult};

/// All that it reads of a key is in the index: a page of it, and none of the table. That is looked into only while
/// somebody is being removed whose keys are revoked: those that are left are as good as revoked.
static KEY: LazyLock<String> = LazyLock::new(|| {
    let (deciding, expired) = (deciding!("k"), expired(Dialect::Sqlite));
    format!(
        "SELECT EXISTS (SELECT 1 FROM gateways WHERE token_hash = ?2), k.seq, k.id, k.scope, p.id, p.deployed,
           k.revoked_at IS NOT NULL
               OR EXISTS (SELECT 1 FROM removals AS r INDEXED BY removals_unfinished CROSS JOIN keys AS theirs
                           WHERE r.finished_at IS NULL AND r.heir IS NULL
                             AND theirs.seq = k.seq AND theirs.creator = r.person),
           {expired}, k.disabled_at IS NOT NULL, k.expires_at, {deciding}
      FROM keys AS k INDEXED BY keys_by_token_hash LEFT JOIN projects AS p ON p.seq = k.project
     WHERE k.token_hash = ?1"
    )
});
const GATEWAY: &str = "SELECT EXISTS (SELECT 1 FROM gateways WHERE token_hash = ?)";

pub async fn check(conn: &Connection, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
    match conn.maybe(&KEY, values![key, gateway]).await? {
        Some(checked) => Ok(checked),
        None => Ok(Checked {
            key: None,
            gateway: one(conn, GATEWAY, values![gateway]).await?,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::sqlite::connection;

    #[test]
    fn a_check_reads_nothing_of_a_key_but_its_place_in_the_index() {
        let conn = connection::in_memory(connection::NEWEST).unwrap();
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {}", *KEY)).unwrap();
        let steps = statement.query_map([[0; 32], [0; 32]], |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
        let of_keys = "SEARCH k USING COVERING INDEX keys_by_token_hash (token_hash=?)";
        assert!(steps.iter().any(|step| step == of_keys), "{steps:?}");
    }
}

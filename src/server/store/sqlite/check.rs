//! What a check of a presented key reads: one statement, and of it as little as the check needs.

use std::sync::LazyLock;

use rusqlite::Connection;

use crate::model::TokenHash;
use crate::server::store::db::{Db, one, values};
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{deciding, now_if_it_ends};
use crate::server::store::{Checked, StoreResult};

/// By the token that a key has, as nearly all are asked for. All that it reads of a key is in the index: a page of it, and
/// none of the table. That is looked into only while somebody is being removed whose keys are revoked: those that are left
/// are as good as revoked.
static CURRENT: LazyLock<String> = LazyLock::new(|| {
    let from = "keys AS k INDEXED BY keys_by_token_hash";
    found(from, "k.token_hash", ["FALSE", "NULL"])
});

/// By any token that a key has or had, where it is not the current one: asked apart, since a statement that could do all of
/// it took a fifth longer for each check. The current one is in it once more, for a token that changed its place meanwhile.
static ANY: LazyLock<String> = LazyLock::new(|| {
    let old = found(
        "keys AS k INDEXED BY keys_by_old_token_hash",
        "k.old_token_hash",
        ["TRUE", "NULL"],
    );
    let retired = found(
        "retired_tokens AS t CROSS JOIN keys AS k ON k.seq = t.key",
        "t.token_hash",
        ["TRUE", "t.retired_at"],
    );
    [&old, CURRENT.as_str(), &retired]
        .map(|found| found.to_owned())
        .join(" UNION ALL ")
});

/// A key by a token, and of the token whether there is a newer one, and since when it is nothing but a former one.
fn found(from: &str, token: &str, [is_older, retired_at]: [&str; 2]) -> String {
    let (now, deciding) = (now_if_it_ends(Dialect::Sqlite), deciding!("k"));
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM gateways WHERE token_hash = ?2), k.seq, k.id, k.scope, p.id, p.deployed,
               k.revoked_at IS NOT NULL
                   OR EXISTS (SELECT 1 FROM removals AS r INDEXED BY removals_unfinished CROSS JOIN keys AS theirs
                               WHERE r.finished_at IS NULL AND r.heir IS NULL
                                 AND theirs.seq = k.seq AND theirs.creator = r.person),
               k.disabled_at IS NOT NULL, k.expires_at, k.old_ends_at, {is_older}, {retired_at}, {now}, {deciding}
          FROM {from} LEFT JOIN projects AS p ON p.seq = k.project
         WHERE {token} = ?1"
    );
    // The prepared statement is found by its whole text, and that is copied, with each check.
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

const GATEWAY: &str = "SELECT EXISTS (SELECT 1 FROM gateways WHERE token_hash = ?)";

pub async fn check(conn: &Connection, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
    for sql in [&*CURRENT, &*ANY] {
        let found: Option<Checked> = conn.maybe(sql, values![key, gateway]).await?;
        if let Some(checked) = found {
            return Ok(checked.of_token(key));
        }
    }
    Ok(Checked {
        key: None,
        gateway: one(conn, GATEWAY, values![gateway]).await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::sqlite::connection;

    fn steps(sql: &str) -> Vec<String> {
        let conn = connection::in_memory(connection::NEWEST).unwrap();
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map([[0; 32], [0; 32]], |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
        steps
            .into_iter()
            .filter(|step| step.starts_with("SEARCH k "))
            .collect()
    }

    #[test]
    fn a_check_reads_nothing_of_a_key_but_its_place_in_the_index() {
        let current = "SEARCH k USING COVERING INDEX keys_by_token_hash (token_hash=?)";
        assert_eq!(steps(&CURRENT), [current]);
        let old = "SEARCH k USING COVERING INDEX keys_by_old_token_hash (old_token_hash=?)";
        let retired = "SEARCH k USING INTEGER PRIMARY KEY (rowid=?)";
        assert_eq!(steps(&ANY), [old, current, retired]);
    }
}

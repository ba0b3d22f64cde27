//! What a check of a presented key reads: one statement, and of it as little as the check needs.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::rows::{scope, uuid};
use crate::model::{Scope, Settings, TokenHash};
use crate::server::store::key_row::{Deciding, deciding};
use crate::server::store::row::read_at;
use crate::server::store::{Checked, CheckedKey, StoreResult};

/// All that it reads of a key is in the index: a page of it, and none of the table. That is looked into only while
/// somebody is being removed whose keys are revoked: those that are left are as good as revoked.
const KEY: &str = concat!(
    "SELECT k.seq, k.id, k.scope, p.id, p.deployed, 
           k.revoked_at IS NOT NULL
               OR EXISTS (SELECT 1 FROM removals AS r INDEXED BY removals_unfinished CROSS JOIN keys AS theirs
                           WHERE r.finished_at IS NULL AND r.heir IS NULL
                             AND theirs.seq = k.seq AND theirs.creator = r.person),
           ",
    deciding!("k"),
    ",
           EXISTS (SELECT 1 FROM gateways WHERE token_hash = ?2)
      FROM keys AS k INDEXED BY keys_by_token_hash LEFT JOIN projects AS p ON p.seq = k.project
     WHERE k.token_hash = ?1"
);
const GATEWAY: &str = "SELECT EXISTS (SELECT 1 FROM gateways WHERE token_hash = ?)";

pub fn check(conn: &Connection, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
    let gateway = gateway.map(|hash| hash.0);
    let found = conn
        .prepare_cached(KEY)?
        .query_row(params![key.0, gateway], |row| Ok((checked_key(row), row.get(9)?)))
        .optional()?;
    Ok(match (found, gateway) {
        (Some((key, gateway)), _) => Checked {
            key: Some(key?),
            gateway,
        },
        (None, gateway) => Checked {
            key: None,
            gateway: conn
                .prepare_cached(GATEWAY)?
                .query_row([gateway], |row| row.get(0))?,
        },
    })
}

fn checked_key(row: &Row) -> StoreResult<CheckedKey> {
    let scope = scope(row, 2)?;
    let project: Option<[u8; 16]> = row.get(3)?;
    let deployed: Option<bool> = row.get(4)?;
    Ok(CheckedKey {
        number: row.get(0)?,
        id: uuid(row, 1)?,
        scope,
        project: project.map(Uuid::from_bytes).zip(deployed),
        revoked: row.get(5)?,
        settings: match scope {
            Scope::Analytics => Settings::default(),
            Scope::Web | Scope::Mobile => read_at::<Deciding, _>(row, 6)?.0,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::sqlite::connection;

    #[test]
    fn a_check_reads_nothing_of_a_key_but_its_place_in_the_index() {
        let conn = connection::in_memory(connection::NEWEST).unwrap();
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {KEY}")).unwrap();
        let steps = statement.query_map([[0; 32], [0; 32]], |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.unwrap().map(Result::unwrap).collect();
        let of_keys = "SEARCH k USING COVERING INDEX keys_by_token_hash (token_hash=?)";
        assert!(steps.iter().any(|step| step == of_keys), "{steps:?}");
    }
}

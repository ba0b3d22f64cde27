//! What a check of a presented key reads: one statement, and of it as little as the check needs.

use tokio_postgres::Row;

use super::ask::{self, Db};
use super::rows::scope;
use crate::model::{Scope, Settings, TokenHash};
use crate::server::store::row::read_at;
use crate::server::store::{Checked, CheckedKey, StoreResult};

/// A key whose creator is being removed, with the keys that are left, is as good as revoked. A row in any case: whether the gateway's token counts is asked for unknown keys too.
const CHECK: &str =
    "SELECT g.known, k.seq, k.id, k.scope, k.ui_domains, k.local_development, k.cross_page_persistence,
            k.revoked_at IS NOT NULL
                OR EXISTS (SELECT FROM removals AS r
                            WHERE r.finished_at IS NULL AND r.heir IS NULL AND r.person = k.creator),
            p.id, p.deployed
       FROM (SELECT EXISTS (SELECT FROM gateways WHERE token_hash = $2) AS known) AS g
       LEFT JOIN keys AS k ON k.token_hash = $1
       LEFT JOIN projects AS p ON p.seq = k.project";

pub async fn check(db: &impl Db, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
    let gateway = gateway.map(|hash| hash.0.as_slice());
    let row = ask::one(db, CHECK, &[&key.0.as_slice(), &gateway]).await?;
    let number: Option<i64> = row.try_get(1)?;
    Ok(Checked {
        gateway: row.try_get(0)?,
        key: number.map(|number| checked_key(&row, number)).transpose()?,
    })
}

fn checked_key(row: &Row, number: i64) -> StoreResult<CheckedKey> {
    let scope = scope(row, 3)?;
    let project: Option<uuid::Uuid> = row.try_get(8)?;
    let deployed: Option<bool> = row.try_get(9)?;
    Ok(CheckedKey {
        number,
        id: row.try_get(2)?,
        scope,
        project: project.zip(deployed),
        revoked: row.try_get(7)?,
        settings: match scope {
            Scope::Analytics => Settings::default(),
            Scope::Web | Scope::Mobile => read_at(row, 4)?,
        },
    })
}

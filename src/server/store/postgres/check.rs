//! What a check of a presented key reads: one statement, and of it as little as the check needs.

use uuid::Uuid;

use crate::model::{Scope, Settings, TokenHash};
use crate::server::store::db::{Db, one, values};
use crate::server::store::key_row::{Deciding, deciding};
use crate::server::store::row::{Columns, Read, Row};
use crate::server::store::{Checked, CheckedKey, StoreResult};

/// A key whose creator is being removed, with the keys that are left, is as good as revoked. A row in any case: whether
/// the gateway's token counts is asked for unknown keys too.
const CHECK: &str = concat!(
    "SELECT g.known, k.seq, k.id, k.scope, p.id, p.deployed,
            k.revoked_at IS NOT NULL
                OR EXISTS (SELECT FROM removals AS r
                            WHERE r.finished_at IS NULL AND r.heir IS NULL AND r.person = k.creator),
            ",
    deciding!("k"),
    "
       FROM (SELECT EXISTS (SELECT FROM gateways WHERE token_hash = ?) AS known) AS g
       LEFT JOIN keys AS k ON k.token_hash = ?
       LEFT JOIN projects AS p ON p.seq = k.project"
);

pub async fn check(db: &impl Db, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
    one(db, CHECK, values![gateway, key]).await
}

impl Read for Checked {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (gateway, number): (bool, Option<i64>) = columns.next()?;
        let key = match number {
            None => None,
            Some(number) => Some(checked_key(columns, number)?),
        };
        Ok(Self { key, gateway })
    }
}

fn checked_key(columns: &mut Columns<'_, impl Row>, number: i64) -> StoreResult<CheckedKey> {
    let (id, scope) = columns.next()?;
    let (project, deployed): (Option<Uuid>, Option<bool>) = columns.next()?;
    Ok(CheckedKey {
        number,
        id,
        scope,
        project: project.zip(deployed),
        revoked: columns.next()?,
        settings: match scope {
            Scope::Analytics => Settings::default(),
            Scope::Web | Scope::Mobile => columns.next::<Deciding>()?.0,
        },
    })
}

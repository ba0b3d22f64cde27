//! What a check of a presented key reads: one statement, and of it as little as the check needs.

use std::sync::LazyLock;

use crate::model::TokenHash;
use crate::server::store::db::{Db, one, values};
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{deciding, expired};
use crate::server::store::{Checked, StoreResult};

/// A key whose creator is being removed, with the keys that are left, is as good as revoked. A row in any case: whether
/// the gateway's token is valid is asked for unknown keys too.
static CHECK: LazyLock<String> = LazyLock::new(|| {
    let (deciding, expired) = (deciding!("k"), expired(Dialect::Postgres));
    format!(
        "SELECT g.known, k.seq, k.id, k.scope, p.id, p.deployed,
            k.revoked_at IS NOT NULL
                OR EXISTS (SELECT FROM removals AS r
                            WHERE r.finished_at IS NULL AND r.heir IS NULL AND r.person = k.creator),
            {expired}, k.disabled_at IS NOT NULL, k.expires_at, {deciding}
       FROM (SELECT EXISTS (SELECT FROM gateways WHERE token_hash = ?) AS known) AS g
       LEFT JOIN keys AS k ON k.token_hash = ?
       LEFT JOIN projects AS p ON p.seq = k.project"
    )
});

pub async fn check(db: &impl Db, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
    one(db, &CHECK, values![gateway, key]).await
}

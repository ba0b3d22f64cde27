//! What a check of a presented key reads: one statement, and of it as little as the check needs.

use std::sync::LazyLock;

use crate::model::TokenHash;
use crate::server::store::db::{Db, one, values};
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{deciding, now_if_it_ends};
use crate::server::store::{Checked, StoreResult};

/// By the token that a key has, as nearly all are asked for.
static CURRENT: LazyLock<String> = LazyLock::new(|| of(&current()));

/// By any token that a key has or had, where it is not the current one: asked apart, since a statement that could do all of
/// it took 40 % longer for each check. The current one is in it once more, for a token that changed its place meanwhile.
static ANY: LazyLock<String> = LazyLock::new(|| {
    let found = [
        found("keys AS k", "k.old_token_hash", ["true", NO_TIME]),
        current(),
        found(
            "retired_tokens AS t JOIN keys AS k ON k.seq = t.key",
            "t.token_hash",
            ["true", "t.retired_at"],
        ),
    ];
    of(&format!("{} LIMIT 1", found.join(" UNION ALL ")))
});

const NO_TIME: &str = "NULL::bigint";

fn current() -> String {
    found("keys AS k", "k.token_hash", ["false", NO_TIME])
}

/// A key by a token, and of the token whether there is a newer one, and since when it is nothing but a former one.
fn found(from: &str, token: &str, [is_older, retired_at]: [&str; 2]) -> String {
    let (now, deciding) = (now_if_it_ends(Dialect::Postgres), deciding!("k"));
    format!(
        "SELECT k.seq, k.id, k.scope, k.project, k.creator, k.revoked_at, k.disabled_at, k.expires_at, k.old_ends_at,
                {is_older} AS is_older, {retired_at} AS retired_at, {now} AS now, {deciding}
           FROM {from} WHERE {token} = ?"
    )
}

/// A key whose creator is being removed, with the keys that are left, is as good as revoked. A row in any case: whether
/// the gateway's token is valid is asked for unknown keys too.
fn of(found: &str) -> String {
    let deciding = deciding!("k");
    format!(
        "SELECT g.known, k.seq, k.id, k.scope, p.id, p.deployed,
            k.revoked_at IS NOT NULL
                OR EXISTS (SELECT FROM removals AS r
                            WHERE r.finished_at IS NULL AND r.heir IS NULL AND r.person = k.creator),
            k.disabled_at IS NOT NULL, k.expires_at, k.old_ends_at, k.is_older, k.retired_at, k.now, {deciding}
       FROM (SELECT EXISTS (SELECT FROM gateways WHERE token_hash = ?) AS known) AS g
       LEFT JOIN ({found}) AS k ON true
       LEFT JOIN projects AS p ON p.seq = k.project"
    )
}

pub async fn check(db: &impl Db, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
    let mut checked: Checked = one(db, &CURRENT, values![gateway, key]).await?;
    if checked.key.is_none() {
        checked = one(db, &ANY, values![gateway, key, key, key]).await?;
    }
    Ok(checked.of_token(key))
}

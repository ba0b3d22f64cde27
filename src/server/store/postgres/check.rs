//! What a check of a presented key reads: one statement, and of it as little as the check needs.

use std::sync::LazyLock;

use crate::model::TokenHash;
use crate::server::store::db::{Db, one, values};
use crate::server::store::dialect::Dialect;
use crate::server::store::key_row::{deciding, expired, local_ended, rotating};
use crate::server::store::{Checked, StoreResult};

/// By the token that a key has, as nearly all are asked for.
static CURRENT: LazyLock<String> = LazyLock::new(|| {
    let rotating = rotating(Dialect::Postgres);
    of(&found(
        "keys AS k",
        "k.token_hash",
        ["false", "k.expires_at", rotating],
    ))
});

/// By any token that a key has or had, where it is not the current one: asked apart, since a statement that could do all of
/// it took 40 % longer for each check. The current one is in it once more, for a token that changed its place meanwhile.
static ANY: LazyLock<String> = LazyLock::new(|| {
    let rotating = rotating(Dialect::Postgres);
    let replaced = format!("NOT {rotating}");
    let ends_at = "least(k.expires_at, k.old_ends_at)";
    let found = [
        found("keys AS k", "k.old_token_hash", [&replaced, ends_at, "true"]),
        found("keys AS k", "k.token_hash", ["false", "k.expires_at", rotating]),
        found(
            "retired_tokens AS t JOIN keys AS k ON k.seq = t.key",
            "t.token_hash",
            ["true", "t.retired_at", "false"],
        ),
    ];
    of(&format!("{} LIMIT 1", found.join(" UNION ALL ")))
});

/// A key by a token, and of the token whether it was replaced, when it ends, and whether the key has another one.
fn found(from: &str, token: &str, [replaced, ends_at, has_two_tokens]: [&str; 3]) -> String {
    let (expired, deciding) = (expired(Dialect::Postgres), deciding!("k"));
    let local_ended = local_ended(Dialect::Postgres);
    format!(
        "SELECT k.seq, k.id, k.scope, k.project, k.creator, k.revoked_at, {replaced} AS replaced, {expired} AS expired,
                k.disabled_at, {ends_at} AS ends_at, {has_two_tokens} AS has_two_tokens,
                {local_ended} AS local_ended, {deciding}
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
            k.replaced, k.expired, k.disabled_at IS NOT NULL, k.ends_at, k.has_two_tokens, k.local_ended, {deciding}
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

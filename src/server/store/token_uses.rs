//! Which of the two tokens of a key that is being rotated are used.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::clock::Clocks;
use super::db::{Db, exists, one, run_rows, values};
use super::for_rows::ForRows;
use super::tables::Kind;
use super::usage::TokenUse;
use super::{KeyRecord, StoreResult, Tally, Use};
use crate::api::{LastUse, RotationUsage, RotationUses, TokenUsage};
use crate::model::TokenHash;

/// The most rows that are deleted in one transaction.
const DELETED_AT_ONCE: i64 = 500;

/// The current token of a key, and the old one while it is being rotated.
pub async fn tokens(db: &impl Db, key: i64) -> StoreResult<(TokenHash, Option<TokenHash>)> {
    one(
        db,
        "SELECT token_hash, old_token_hash FROM keys WHERE seq = ?",
        values![key],
    )
    .await
}

/// Deletes what was counted during an earlier rotation.
pub async fn begin(db: &impl Db, key: i64) -> StoreResult<()> {
    let sql = "DELETE FROM token_uses WHERE key = ?";
    db.run(sql, values![key]).await.map(drop)
}

static ADD: ForRows = ForRows::new(
    &[
        ("key", Kind::Number),
        ("token", Kind::Number),
        ("hour", Kind::Number),
        ("n", Kind::Number),
        ("at", Kind::Number),
        ("address", Kind::Text),
        ("origin", Kind::Text),
    ],
    "INSERT INTO token_uses (key, token, hour, n, last_used_at, last_address, last_origin)
     SELECT {key}, {token}, {hour}, {n}, {at}, {address}, {origin} FROM {rows}
      WHERE EXISTS (SELECT 1 FROM keys WHERE seq = {key} AND old_token_hash IS NOT NULL)
         ON CONFLICT (key, token, hour) DO UPDATE SET
            n = token_uses.n + excluded.n,
            last_address = CASE WHEN token_uses.last_used_at <= excluded.last_used_at
                                THEN excluded.last_address ELSE token_uses.last_address END,
            last_origin = CASE WHEN token_uses.last_used_at <= excluded.last_used_at
                               THEN excluded.last_origin ELSE token_uses.last_origin END,
            last_used_at = CASE WHEN token_uses.last_used_at <= excluded.last_used_at
                                THEN excluded.last_used_at ELSE token_uses.last_used_at END",
);

/// Adds what was counted. Nothing is stored for a key that has only one token by now.
pub async fn apply<'a>(
    db: &impl Db,
    tallies: impl IntoIterator<Item = &'a Tally>,
    clocks: Clocks,
) -> StoreResult<()> {
    let mut newest: BTreeMap<(i64, i64, u32), (i64, &Use)> = BTreeMap::new();
    for tally in tallies {
        let hour = clocks.dated_hour(tally.hour);
        for used in &tally.tokens {
            let place = (tally.key, used.token, hour);
            let (n, last) = newest.entry(place).or_insert((0, &used.last));
            *n += i64::from(used.allowed);
            if last.at < used.last.at {
                *last = &used.last;
            }
        }
    }
    let rows = newest.into_iter().map(|((key, token, hour), (n, last))| {
        let at = clocks.dated(last.at);
        values![key, token, hour, n, at, last.address, last.origin.as_deref()].to_vec()
    });
    run_rows(db, &ADD, rows.collect(), &[]).await.map(drop)
}

/// Hours that no overlap reaches back to go, a little with each second of use.
pub async fn forget(db: &impl Db, clocks: Clocks) -> StoreResult<()> {
    let sql = "DELETE FROM token_uses WHERE (key, token, hour) IN
                   (SELECT key, token, hour FROM token_uses WHERE hour < ? ORDER BY hour LIMIT ?)";
    db.run(sql, values![i64::from(clocks.first_hour()), DELETED_AT_ONCE])
        .await
        .map(drop)
}

/// A key, its two tokens, and one of them by its mark: how often it was used, and when last.
type UsesRow = (i64, TokenHash, TokenHash, i64, u64, Timestamp);

/// Adds to keys that are being rotated, each by its number, which of their tokens is used. One statement, and none where no key
/// is. What waits to be carried over is not in it.
pub async fn add_to<D: Db>(db: &D, keys: &mut [(i64, &mut KeyRecord)]) -> StoreResult<()> {
    let rotating = keys.iter().filter(|(_, key)| key.rotation.is_some());
    let rotating: Vec<i64> = rotating.map(|(seq, _)| *seq).collect();
    if rotating.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT k.seq, k.token_hash, k.old_token_hash, u.token, CAST(sum(u.n) AS bigint), max(u.last_used_at)
           FROM keys AS k {} token_uses AS u ON u.key = k.seq
          WHERE k.old_token_hash IS NOT NULL AND {}
          GROUP BY k.seq, k.token_hash, k.old_token_hash, u.token",
        D::DIALECT.lookup(),
        D::DIALECT.among("k.seq")
    );
    let rows: Vec<UsesRow> = db.all(&sql, values![rotating]).await?;
    let mut uses: HashMap<i64, RotationUses> = HashMap::new();
    for (key, new, old, token, n, at) in rows {
        let of_key = uses.entry(key).or_default();
        if token == old.mark() {
            (of_key.old, of_key.old_last_used_at) = (n, Some(at));
        } else if token == new.mark() {
            of_key.new = n;
        }
    }
    for (seq, key) in keys {
        if let Some(rotation) = &mut key.rotation {
            rotation.uses = Some(uses.remove(seq).unwrap_or_default());
        }
    }
    Ok(())
}

/// Whether a token was ever used while its key had two, including uses that wait to be written.
pub async fn is_used(db: &impl Db, key: i64, token: &TokenHash, waiting: &[Tally]) -> StoreResult<bool> {
    let token = token.mark();
    let of_key = waiting.iter().filter(|tally| tally.key == key);
    if of_key
        .flat_map(|tally| &tally.tokens)
        .any(|used| used.token == token)
    {
        return Ok(true);
    }
    let sql = "SELECT 1 FROM token_uses WHERE key = ? AND token = ? LIMIT 1";
    exists(db, sql, values![key, token]).await
}

/// A token, an hour, how many there were in it, and the last of them.
type HourRow = (i64, u32, u64, Timestamp, Option<String>, Option<String>);

/// By the old token and by the new one, in the hours from the first on; with what waits.
pub async fn of_rotation(
    db: &impl Db,
    key: i64,
    (first_hour, hours): (u32, usize),
    waiting: &[Tally],
) -> StoreResult<Option<RotationUsage>> {
    let (new, Some(old)) = tokens(db, key).await? else {
        return Ok(None);
    };
    let sql = "SELECT token, hour, n, last_used_at, last_address, last_origin FROM token_uses WHERE key = ?";
    let rows: Vec<HourRow> = db.all(sql, values![key]).await?;
    let mut uses: HashMap<i64, TokenUsage> = HashMap::new();
    let mut add = |token: i64, hour: u32, n: u64, last: Option<LastUse>| {
        let used = uses.entry(token).or_default();
        used.hours.resize(hours, 0);
        used.allowed += n;
        let slot = hour.checked_sub(first_hour).map(|slot| slot as usize);
        if let Some(count) = slot.and_then(|slot| used.hours.get_mut(slot)) {
            *count += n;
        }
        if last.as_ref().map(|last| last.at) > used.last_use.as_ref().map(|last| last.at) {
            used.last_use = last;
        }
    };
    for (token, hour, n, at, address, origin) in rows {
        let address = address.and_then(|text| text.parse().ok());
        add(token, hour, n, Some(LastUse { at, address, origin }));
    }
    for tally in waiting {
        for TokenUse { token, allowed, last } in &tally.tokens {
            let last = Timestamp::from_microsecond(last.at).ok().map(|at| LastUse {
                at,
                address: last.address,
                origin: last.origin.as_deref().map(str::to_owned),
            });
            add(*token, tally.hour, u64::from(*allowed), last);
        }
    }
    let unused = || TokenUsage {
        hours: vec![0; hours],
        ..TokenUsage::default()
    };
    let mut of = |token: &TokenHash| uses.remove(&token.mark()).unwrap_or_else(unused);
    Ok(Some(RotationUsage {
        old: of(&old),
        new: of(&new),
    }))
}

//! That a revoked key is still presented: told with what is counted once a second, once a day (of UTC) for each key.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::payload::{body, key};
use super::queue::{Queue, is_new, subscribers_of};
use crate::model::{Rule, WebhookEvent};
use crate::server::store::StoreResult;
use crate::server::store::db::{Db, values};

const DAY: i64 = 86_400 * 1_000_000;
const EVENT: WebhookEvent = WebhookEvent::KeyUsedAfterRevocation;

/// A key with when it was revoked, how often it was refused since, and the last time: when, and from where.
type Refused = (
    (Uuid, Timestamp),
    (u64, Timestamp, Option<String>, Option<String>),
);

/// These keys were refused since they are revoked, and that is counted.
pub async fn tell<D: Db>(db: &D, keys: &[i64], now: i64) -> StoreResult<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let subscribers = subscribers_of(db, &[EVENT]).await?;
    if subscribers.is_empty() {
        return Ok(());
    }
    let (day, at) = (now / DAY, Timestamp::from_microsecond(now).unwrap_or_default());
    let sql = format!(
        "SELECT k.seq FROM keys AS k WHERE {} AND k.revoked_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM webhook_told AS t
                             WHERE t.event = ? AND t.subject = CAST(k.seq AS text) AND t.about = ?)",
        D::DIALECT.among("k.seq")
    );
    let untold: Vec<i64> = db.all(&sql, values![keys, EVENT.as_str(), day]).await?;
    let mut queue = Queue::default();
    for seq in untold {
        if !is_new(db, EVENT, &seq.to_string(), (day, 0), at).await? {
            continue;
        }
        let sql = "SELECT k.id, k.revoked_at, e.n, e.last_used_at, e.last_address, e.last_origin
                     FROM keys AS k JOIN ended_uses AS e ON e.key = k.seq AND e.rule = ? WHERE k.seq = ?";
        let refused: Option<Refused> = db.maybe(sql, values![Rule::KeyRevoked.as_str(), seq]).await?;
        if let Some(((id, revoked_at), (count, last, address, origin))) = refused {
            let data = json!({
                "key": key(db, id, None).await?, "revoked_at": revoked_at,
                "refused": {"count": count, "last_at": last, "address": address, "origin": origin},
            });
            let payload = body(EVENT, at, data);
            subscribers.iter().for_each(|to| queue.put(to, EVENT, &payload));
        }
    }
    queue.store(db, at).await
}

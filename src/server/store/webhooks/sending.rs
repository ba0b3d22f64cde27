//! Which deliveries a server sends, and what came of it.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::manage::disable;
use crate::model::WebhookEvent;
use crate::server::store::db::{Change, Db, one, values};
use crate::server::store::row::{Columns, Read, Row};
use crate::server::store::{
    AfterAttempt, ClaimedDelivery, DueWebhook, NotedAttempt, Sealed, StoreError, StoreResult, WebhookBacklog,
    clock,
};

/// Finished deliveries of a webhook that are kept.
const KEPT: i64 = 1_000;
/// For how long they are.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Those that are deleted in one transaction.
const FORGOTTEN: u32 = 500;
/// When a counted address is forgotten.
const COUNTED_FOR: SignedDuration = SignedDuration::from_hours(2);

/// Of each enabled webhook for which something waits.
pub async fn due(db: &impl Db) -> StoreResult<Vec<DueWebhook>> {
    let sql = "SELECT w.id, (SELECT min(v.next_at) FROM webhook_deliveries AS v
                              WHERE v.webhook = w.seq AND v.next_at IS NOT NULL)
                 FROM webhooks AS w WHERE w.disabled_at IS NULL";
    let rows: Vec<(Uuid, Option<i64>)> = db.all(sql, &[]).await?;
    let now = clock::now(db).await?.as_microsecond();
    let due = |(id, next): (Uuid, Option<i64>)| {
        let wait = SignedDuration::from_micros(next?.saturating_sub(now));
        Some(DueWebhook { id, wait })
    };
    Ok(rows.into_iter().filter_map(due).collect())
}

/// A webhook: its number, address and secrets.
struct Target {
    seq: i64,
    url: String,
    secret: Sealed,
    old_secret: Option<(Sealed, Timestamp)>,
}

impl Read for Target {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (seq, url, secret) = columns.next()?;
        let (data_key, bytes, until): (Option<u32>, Option<Vec<u8>>, Option<Timestamp>) = columns.next()?;
        let old = data_key
            .zip(bytes)
            .map(|(data_key, bytes)| Sealed { data_key, bytes });
        Ok(Self {
            seq,
            url,
            secret,
            old_secret: old.zip(until),
        })
    }
}

/// Takes at most so many deliveries of each of these webhooks that are due, for so long.
pub async fn claim(
    change: &mut impl Change,
    holder: Uuid,
    lease: SignedDuration,
    free: &[(Uuid, u32)],
) -> StoreResult<Vec<ClaimedDelivery>> {
    let now = change.now();
    let until = now
        .checked_add(lease)
        .map_err(|error| StoreError::Fault(error.to_string()))?;
    let db = change.db();
    let mut claimed = Vec::new();
    for &(webhook, most) in free {
        let sql = "SELECT seq, url, data_key, sealed, old_data_key, old_sealed, old_ends_at
                     FROM webhooks WHERE id = ? AND disabled_at IS NULL";
        let Some(target): Option<Target> = db.maybe(sql, values![webhook]).await? else {
            continue;
        };
        let sql = "SELECT id, event, payload, attempts FROM webhook_deliveries
                    WHERE webhook = ? AND next_at IS NOT NULL AND next_at <= ? ORDER BY next_at, seq LIMIT ?";
        let due: Vec<(Uuid, WebhookEvent, String, u32)> = db.all(sql, values![target.seq, now, most]).await?;
        let old_secret = target.old_secret.filter(|(_, until)| *until > now);
        let old_secret = old_secret.map(|(sealed, _)| sealed);
        for (id, event, payload, attempts) in due {
            let take = "UPDATE webhook_deliveries SET next_at = ?, holder = ? WHERE id = ?";
            db.run(take, values![until, holder, id]).await?;
            claimed.push(ClaimedDelivery {
                id,
                webhook,
                event,
                url: target.url.clone(),
                payload,
                attempts,
                secret: target.secret.clone(),
                old_secret: old_secret.clone(),
            });
        }
    }
    Ok(claimed)
}

/// A delivery: its number, its webhook's, when it was created and the address.
type Attempted = (i64, i64, Timestamp, String, Option<Timestamp>, WebhookEvent);

/// Notes what came of an attempt. `false`: another server has taken it meanwhile, or it is gone.
pub async fn note(
    change: &mut impl Change,
    id: Uuid,
    holder: Uuid,
    attempt: &NotedAttempt,
) -> StoreResult<bool> {
    let now = change.now();
    let sql = "SELECT v.seq, v.webhook, v.created_at, w.url, w.succeeded_at, v.event
                 FROM webhook_deliveries AS v JOIN webhooks AS w ON w.seq = v.webhook
                WHERE v.id = ? AND v.holder = ? AND v.next_at IS NOT NULL";
    let found: Option<Attempted> = change.db().maybe(sql, values![id, holder]).await?;
    let Some((seq, webhook, created_at, url, succeeded_at, event)) = found else {
        return Ok(false);
    };
    let next = match attempt.then {
        AfterAttempt::RetryIn(wait) => now.checked_add(wait).ok(),
        _ => None,
    };
    let is_delivered = attempt.then == AfterAttempt::Delivered;
    let is_given_up = !is_delivered && next.is_none();
    let sql = "UPDATE webhook_deliveries SET attempts = attempts + 1, next_at = ?, holder = NULL, last_at = ?, outcome = ?,
                      status = ?, delivered_at = ?, given_up_at = ? WHERE seq = ?";
    let values = values![
        next,
        now,
        &attempt.outcome,
        attempt.status,
        is_delivered.then_some(now),
        is_given_up.then_some(now),
        seq
    ];
    change.db().run(sql, values).await?;
    match attempt.then {
        AfterAttempt::Delivered => {
            let sql = "UPDATE webhooks SET succeeded_at = ? WHERE seq = ?";
            change.db().run(sql, values![now, webhook]).await?;
        }
        AfterAttempt::Gone => {
            let reason = "the receiver answered 410: it wants nothing more";
            disable(change, webhook, &url, reason).await?;
        }
        AfterAttempt::GiveUp if event != WebhookEvent::WebhookTest => {
            // What was taken since shows that the receiver is there.
            if succeeded_at.is_none_or(|at| at < created_at) {
                let reason = format!(
                    "nothing was delivered since {created_at:.0}; the last attempt: {}",
                    attempt.outcome
                );
                disable(change, webhook, &url, &reason).await?;
            }
        }
        AfterAttempt::GiveUp | AfterAttempt::RetryIn(_) => {}
    }
    Ok(true)
}

/// Deletes what is not needed any more. Returns whether there is more of it.
pub async fn forget(change: &mut impl Change) -> StoreResult<bool> {
    let now = change.now();
    let before = |age: SignedDuration| now.checked_sub(age).unwrap_or(Timestamp::MIN);
    let db = change.db();
    let ended = "UPDATE webhooks SET old_data_key = NULL, old_sealed = NULL, old_ends_at = NULL WHERE old_ends_at <= ?";
    db.run(ended, values![now]).await?;
    let counted = "DELETE FROM webhook_told WHERE event = ? AND at < ?";
    let counted_before = before(COUNTED_FOR);
    db.run(
        counted,
        values![WebhookEvent::SignInRefusedOften.as_str(), counted_before],
    )
    .await?;
    let webhooks: Vec<i64> = db.all("SELECT seq FROM webhooks", &[]).await?;
    let mut more = false;
    for webhook in webhooks {
        let sql = "DELETE FROM webhook_deliveries WHERE seq IN (
                       SELECT seq FROM webhook_deliveries
                        WHERE webhook = ? AND next_at IS NULL
                          AND (created_at < ? OR seq <= (SELECT seq FROM webhook_deliveries
                                                          WHERE webhook = ? AND next_at IS NULL
                                                          ORDER BY seq DESC LIMIT 1 OFFSET ?))
                        ORDER BY seq LIMIT ?)";
        let values = values![webhook, before(KEPT_FOR), webhook, KEPT, FORGOTTEN];
        more |= db.run(sql, values).await? == u64::from(FORGOTTEN);
    }
    Ok(more)
}

pub async fn backlog(db: &impl Db) -> StoreResult<WebhookBacklog> {
    let sql = "SELECT count(*), min(created_at) FROM webhook_deliveries WHERE next_at IS NOT NULL";
    let (waiting, oldest) = one(db, sql, &[]).await?;
    Ok(WebhookBacklog { waiting, oldest })
}

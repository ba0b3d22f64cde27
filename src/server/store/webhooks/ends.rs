//! Keys that expire soon or have expired: told 30, 7 and 1 days before and when it is so, once for each time at which a key
//! expires. A server that was stopped meanwhile tells what it missed: of a key, only the last of it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::payload::{body, key};
use super::queue::{Queue, Subscriber, is_new, subscribers_of};
use crate::model::WebhookEvent;
use crate::server::store::db::{Change, Db, values};
use crate::server::store::{StoreResult, ToldEnds};

/// Before the end of a key, in days; the last one is the end itself.
const STEPS: [i64; 4] = [0, 1, 7, 30];
const DAY: i64 = 86_400 * 1_000_000;
/// Keys that are told of in one transaction.
const PORTION: u32 = 100;
const BOTH: [WebhookEvent; 2] = [WebhookEvent::KeyExpiring, WebhookEvent::KeyExpired];

/// Keys that are between two steps, and not told to be.
struct Window {
    step: i64,
    after: i64,
    until: i64,
}

/// A key to be told of: its number, its id, when it expires.
type Ending = (i64, Uuid, Timestamp);

pub async fn tell<C: Change>(change: &mut C) -> StoreResult<ToldEnds> {
    let (db, now) = (change.db(), change.now());
    let subscribers = subscribers_of(db, &BOTH).await?;
    let Some(since) = subscribers.iter().map(|to| to.since).min() else {
        return Ok(ToldEnds {
            told: 0,
            more: false,
            next: None,
        });
    };
    let mut queue = Queue::default();
    let mut told = 0;
    let mut more = false;
    for window in windows(now.as_microsecond(), since) {
        let endings = find(db, &window).await?;
        more |= endings.len() == PORTION as usize;
        for ending in &endings {
            told += usize::from(tell_one(db, &mut queue, &subscribers, (ending, window.step), now).await?);
        }
    }
    queue.store(db, now).await?;
    Ok(ToldEnds {
        told,
        more,
        next: next(db, now).await?,
    })
}

/// What was before `since` is nobody's business.
fn windows(now: i64, since: i64) -> impl Iterator<Item = Window> {
    let from = [i64::MIN, now, now + DAY, now + 7 * DAY];
    STEPS.into_iter().zip(from).map(move |(step, after)| Window {
        step,
        after: after.max(since + step * DAY),
        until: now + step * DAY,
    })
}

/// A key that was created when the step was behind it is not told of.
async fn find<D: Db>(db: &D, window: &Window) -> StoreResult<Vec<Ending>> {
    let sql = format!(
        "SELECT k.seq, k.id, k.expires_at {} AND k.expires_at > ? AND k.expires_at <= ?
            AND k.created_at <= k.expires_at - ?
            AND NOT EXISTS (SELECT 1 FROM webhook_told AS t
                             WHERE t.event = ? AND t.subject = CAST(k.seq AS text) AND t.about = k.expires_at AND t.step <= ?)
          ORDER BY k.expires_at, k.id LIMIT ?",
        D::DIALECT.keys_along("keys_by_expires_at", false)
    );
    let values = values![
        window.after,
        window.until,
        window.step * DAY,
        WebhookEvent::KeyExpiring.as_str(),
        window.step,
        PORTION
    ];
    db.all(&sql, values).await
}

/// Whether it was told.
async fn tell_one(
    db: &impl Db,
    queue: &mut Queue,
    subscribers: &[Subscriber],
    (&(seq, id, expires_at), step): (&Ending, i64),
    now: Timestamp,
) -> StoreResult<bool> {
    let ends = expires_at.as_microsecond();
    let subject = seq.to_string();
    if !is_new(db, WebhookEvent::KeyExpiring, &subject, (ends, step), now).await? {
        return Ok(false);
    }
    let (event, data) = match step {
        0 => (WebhookEvent::KeyExpired, json!({"key": key(db, id, None).await?})),
        days => {
            let data = json!({"key": key(db, id, None).await?, "days": days});
            (WebhookEvent::KeyExpiring, data)
        }
    };
    let payload = body(event, now, with_creator(db, seq, data).await?);
    let reached = ends - step * DAY;
    for to in subscribers {
        if to.wants(event) && to.since <= reached {
            queue.put(to, event, &payload);
        }
    }
    Ok(true)
}

/// Who can renew it, or knows who can.
async fn with_creator(db: &impl Db, seq: i64, mut data: Json) -> StoreResult<Json> {
    let sql = "SELECT u.id, u.email FROM keys AS k JOIN users AS u ON u.seq = k.creator WHERE k.seq = ?";
    let creator: Option<(Uuid, String)> = db.maybe(sql, values![seq]).await?;
    data["creator"] = creator.map_or(Json::Null, |(id, email)| json!({"id": id, "email": email}));
    Ok(data)
}

/// Until a key comes to a step.
async fn next<D: Db>(db: &D, now: Timestamp) -> StoreResult<Option<SignedDuration>> {
    let now = now.as_microsecond();
    let sql = format!(
        "SELECT k.expires_at {} AND k.expires_at > ? AND k.expires_at < ? ORDER BY k.expires_at LIMIT 1",
        D::DIALECT.keys_along("keys_by_expires_at", false)
    );
    let mut first: Option<i64> = None;
    for step in STEPS {
        let from = now + step * DAY;
        let ends: Option<i64> = db.maybe(&sql, values![from, i64::MAX]).await?;
        if let Some(ends) = ends {
            let wait = ends - from;
            first = Some(first.map_or(wait, |first| first.min(wait)));
        }
    }
    Ok(first.map(SignedDuration::from_micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_windows_follow_one_another_and_begin_with_the_webhook() {
        let now = 1_000 * DAY;
        let all: Vec<(i64, i64, i64)> = windows(now, now - 100 * DAY)
            .map(|window| (window.step, window.after / DAY, window.until / DAY))
            .collect();
        assert_eq!(
            all,
            [(0, 900, 1000), (1, 1000, 1001), (7, 1001, 1007), (30, 1007, 1030)]
        );
        // A webhook of today is told of what comes.
        assert!(windows(now, now).all(|window| window.after == window.until));
    }
}

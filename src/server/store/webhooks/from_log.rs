//! What happened, as the activity log says: for each webhook the rows after its place.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::payload::{self, body};
use super::queue::{Queue, Subscriber, subscribers};
use crate::api::{Activity, ActivityAction};
use crate::model::WebhookEvent;
use crate::server::store::db::{Change, Db, one, values};
use crate::server::store::{StoreResult, activity, log_readers};

/// Rows that are looked at in one transaction.
const BATCH: i64 = 200;
/// A webhook for which so many deliveries wait stays where it is until they are fewer: the log keeps the rest.
const MOST_WAITING: i64 = 10_000;
/// So many refused sign-ins of one address within so long are told, once in that time.
const OFTEN: i64 = 10;
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Whether there may be something to look at.
pub async fn is_behind(db: &impl Db) -> StoreResult<bool> {
    let newest = activity::last_seq(db).await? as i64;
    Ok(!to_move(db, newest).await?.is_empty())
}

/// Stores what is to be told of the next rows. Returns whether there are more.
pub async fn queue(change: &mut impl Change) -> StoreResult<bool> {
    let db = change.db();
    let newest = activity::last_seq(db).await? as i64;
    let webhooks = to_move(db, newest).await?;
    let Some(first) = webhooks.iter().map(|to| to.place).min() else {
        return Ok(false);
    };
    let to = newest.min(first + BATCH);
    let rows = log_readers::rows(db, first.unsigned_abs(), to.unsigned_abs()).await?;
    let mut queue = Queue::default();
    for row in &rows {
        let after: Vec<&Subscriber> = webhooks.iter().filter(|to| to.place < row.seq as i64).collect();
        put(db, &mut queue, &after, row).await?;
    }
    queue.store(db, change.now()).await?;
    for webhook in webhooks.iter().filter(|webhook| webhook.place < to) {
        let sql = "UPDATE webhooks SET place = ? WHERE seq = ?";
        db.run(sql, values![to, webhook.seq]).await?;
    }
    Ok(to < newest)
}

/// The webhooks that are behind and not too far from having sent what they have.
async fn to_move(db: &impl Db, newest: i64) -> StoreResult<Vec<Subscriber>> {
    let mut behind = Vec::new();
    for webhook in subscribers(db).await? {
        if webhook.place >= newest {
            continue;
        }
        let waiting = "SELECT count(*) FROM (SELECT 1 FROM webhook_deliveries WHERE webhook = ? AND next_at IS NOT NULL LIMIT ?) AS w";
        let waiting: i64 = one(db, waiting, values![webhook.seq, MOST_WAITING]).await?;
        if waiting < MOST_WAITING {
            behind.push(webhook);
        }
    }
    Ok(behind)
}

async fn put(db: &impl Db, queue: &mut Queue, to: &[&Subscriber], row: &Activity) -> StoreResult<()> {
    let told = match row.action {
        ActivityAction::SignInRefused => {
            let event = WebhookEvent::SignInRefusedOften;
            match to.iter().any(|to| to.wants(event)) {
                true => refused_often(db, row).await?.map(|payload| (event, payload)),
                false => None,
            }
        }
        _ => match payload::event_of(row) {
            Some(event) if to.iter().any(|to| to.wants(event)) => {
                Some((event, payload::of_row(db, event, row).await?))
            }
            _ => None,
        },
    };
    if let Some((event, payload)) = told {
        for to in to.iter().filter(|to| to.wants(event)) {
            queue.put(to, event, &payload);
        }
    }
    Ok(())
}

/// Counts a refused sign-in. What is told, if it is the last one that was missing.
async fn refused_often(db: &impl Db, row: &Activity) -> StoreResult<Option<String>> {
    let Some(address) = row.address else {
        return Ok(None);
    };
    let begun_before = row.at.checked_sub(WINDOW).unwrap_or(row.at);
    // `about` is the row of the log that was counted last, so that each counts once, and `at` when the first one was.
    let sql = "INSERT INTO webhook_told (event, subject, about, step, at) VALUES (?, ?, ?, 1, ?)
                   ON CONFLICT (event, subject) DO UPDATE SET
                       step = CASE WHEN webhook_told.at <= ? OR webhook_told.at > excluded.at THEN 1 ELSE webhook_told.step + 1 END,
                       at = CASE WHEN webhook_told.at <= ? OR webhook_told.at > excluded.at THEN excluded.at ELSE webhook_told.at END,
                       about = excluded.about
                       WHERE webhook_told.about < excluded.about
                   RETURNING step, at";
    let event = WebhookEvent::SignInRefusedOften;
    let subject = address.to_string();
    let values = values![
        event.as_str(),
        &subject,
        row.seq as i64,
        row.at,
        begun_before,
        begun_before
    ];
    let counted: Option<(i64, Timestamp)> = db.maybe(sql, values).await?;
    Ok(counted
        .filter(|(count, _)| *count == OFTEN)
        .map(|(count, since)| {
            let data = json!({"address": address, "count": count, "since": since});
            body(event, row.at, data)
        }))
}

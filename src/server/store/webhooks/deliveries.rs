//! What was sent to a webhook and what waits: pages of it, and sending something once more, which the activity log records.

use serde_json::{Map, json};
use uuid::Uuid;

use super::manage::{by_id as webhook, number, record};
use super::payload::body;
use super::queue::store_one;
use super::stored::select_deliveries;
use crate::api::{ActivityAction, DeliveryPage, WebhookDelivery};
use crate::model::WebhookEvent;
use crate::server::store::db::{Change, Db, values};
use crate::server::store::{Queued, StoreResult};

/// The newest first; those before `before`. `None`: there is no such webhook.
pub async fn page(
    db: &impl Db,
    webhook: Uuid,
    before: Option<Uuid>,
    limit: u32,
) -> StoreResult<Option<DeliveryPage>> {
    let Some(of): Option<i64> = db
        .maybe("SELECT seq FROM webhooks WHERE id = ?", values![webhook])
        .await?
    else {
        return Ok(None);
    };
    let before = match before {
        None => Some(i64::MAX),
        Some(id) => {
            db.maybe("SELECT seq FROM webhook_deliveries WHERE id = ?", values![id])
                .await?
        }
    };
    // One that was forgotten meanwhile is the end of what there is.
    let sql = format!(
        "{} ORDER BY v.seq DESC LIMIT ?",
        select_deliveries("v.webhook = ? AND v.seq < ?")
    );
    let before = before.unwrap_or(i64::MIN);
    let mut deliveries: Vec<WebhookDelivery> = db.all(&sql, values![of, before, limit + 1]).await?;
    let has_more = deliveries.len() > limit as usize;
    deliveries.truncate(limit as usize);
    let next = deliveries.last().filter(|_| has_more).map(|last| last.id);
    Ok(Some(DeliveryPage { deliveries, next }))
}

pub async fn by_id(db: &impl Db, id: Uuid) -> StoreResult<Option<WebhookDelivery>> {
    db.maybe(&select_deliveries("v.id = ?"), values![id]).await
}

/// Sends an event that says nothing, once.
pub async fn test(change: &mut impl Change, id: Uuid) -> StoreResult<Queued> {
    let Some(webhook) = webhook(change.db(), id).await? else {
        return Ok(Queued::Missing);
    };
    if webhook.disabled.is_some() {
        return Ok(Queued::Disabled);
    }
    let (event, now, by) = (
        WebhookEvent::WebhookTest,
        change.now(),
        change.actor()?.person.clone(),
    );
    let payload = body(event, now, json!({"webhook": {"id": id}, "actor": by}));
    let of = number(change.db(), id).await?;
    let delivery = store_one(change.db(), of, event, &payload, now).await?;
    let told = Map::from_iter([("delivery".to_owned(), json!([null, delivery]))]);
    record(change, ActivityAction::WebhookTested, &webhook.url, told);
    queued(change.db(), delivery).await
}

/// Sends it as if it had not been sent before: with the same id.
pub async fn redeliver(change: &mut impl Change, id: Uuid) -> StoreResult<Queued> {
    let Some(delivery) = by_id(change.db(), id).await? else {
        return Ok(Queued::Missing);
    };
    let webhook = webhook(change.db(), delivery.webhook).await?;
    let Some(webhook) = webhook.filter(|webhook| webhook.disabled.is_none()) else {
        return Ok(Queued::Disabled);
    };
    let sql = "UPDATE webhook_deliveries SET attempts = 0, next_at = ?, holder = NULL, delivered_at = NULL,
                      given_up_at = NULL WHERE id = ?";
    let now = change.now();
    change.db().run(sql, values![now, id]).await?;
    let told = Map::from_iter([
        ("delivery".to_owned(), json!([null, id])),
        ("event".to_owned(), json!([null, delivery.event])),
    ]);
    record(change, ActivityAction::WebhookRedelivered, &webhook.url, told);
    queued(change.db(), id).await
}

async fn queued(db: &impl Db, id: Uuid) -> StoreResult<Queued> {
    let delivery = by_id(db, id).await?;
    Ok(delivery.map_or(Queued::Missing, |delivery| Queued::Queued(Box::new(delivery))))
}

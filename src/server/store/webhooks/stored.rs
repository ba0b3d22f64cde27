//! Webhooks and deliveries as they are read.

use jiff::Timestamp;
use uuid::Uuid;

use crate::api::{DisabledWebhook, PersonRef, Webhook, WebhookDelivery};
use crate::model::{DeliveryState, WebhookEvent};
use crate::server::store::StoreResult;
use crate::server::store::row::{Columns, Read, Record, Row, unreadable};

/// As they are in their column. Those of a later version are left out.
pub fn events(text: &str) -> Vec<WebhookEvent> {
    text.split(' ').filter_map(|name| name.parse().ok()).collect()
}

pub fn events_text(events: &[WebhookEvent]) -> String {
    let names: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
    names.join(" ")
}

/// Of a table named `w`, with who created it as `u` and who disabled it as `d`.
pub fn select_webhooks(condition: &str) -> String {
    let (creator, disabler) = (PersonRef::columns("u"), PersonRef::columns("d"));
    format!(
        "SELECT w.id, w.url, w.events, w.created_at, w.old_ends_at, w.succeeded_at,
                (SELECT count(*) FROM webhook_deliveries AS v WHERE v.webhook = w.seq AND v.next_at IS NOT NULL),
                w.disabled_at, w.disabled_reason, {creator}, {disabler}
           FROM webhooks AS w JOIN users AS u ON u.seq = w.created_by LEFT JOIN users AS d ON d.seq = w.disabled_by
          WHERE {condition}"
    )
}

impl Read for Webhook {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (id, url) = columns.next()?;
        let chosen: String = columns.next()?;
        let (created_at, old_secret_ends_at, succeeded_at, waiting) = columns.next()?;
        let (disabled_at, reason): (Option<Timestamp>, String) = columns.next()?;
        let created_by = columns.next()?;
        let (by, email): (Option<Uuid>, Option<String>) = columns.next()?;
        Ok(Self {
            id,
            url,
            events: events(&chosen),
            created_by,
            created_at,
            old_secret_ends_at,
            succeeded_at,
            waiting,
            disabled: disabled_at.map(|at| DisabledWebhook {
                at,
                by: by.zip(email).map(|(id, email)| PersonRef { id, email }),
                reason: Some(reason).filter(|reason| !reason.is_empty()),
            }),
        })
    }
}

/// Of a table named `v`.
pub fn select_deliveries(condition: &str) -> String {
    format!(
        "SELECT v.id, w.id, v.event, v.payload, v.created_at, v.attempts, v.next_at, v.last_at, v.outcome, v.status,
                v.delivered_at, v.given_up_at
           FROM webhook_deliveries AS v JOIN webhooks AS w ON w.seq = v.webhook WHERE {condition}"
    )
}

impl Read for WebhookEvent {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let name: String = columns.next()?;
        name.parse().map_err(unreadable)
    }
}

impl Read for WebhookDelivery {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (id, webhook, event) = columns.next()?;
        let payload: String = columns.next()?;
        let (created_at, attempts) = columns.next()?;
        let (next_attempt_at, last_attempt_at) = columns.next()?;
        let (outcome, status): (String, Option<u32>) = columns.next()?;
        let (delivered, given_up): (Option<Timestamp>, Option<Timestamp>) = columns.next()?;
        Ok(Self {
            id,
            webhook,
            event,
            state: match (delivered, given_up) {
                (Some(_), _) => DeliveryState::Delivered,
                (None, Some(_)) => DeliveryState::GivenUp,
                (None, None) => DeliveryState::Waiting,
            },
            created_at,
            attempts,
            last_attempt_at,
            outcome: Some(outcome).filter(|outcome| !outcome.is_empty()),
            status,
            next_attempt_at,
            payload: serde_json::from_str(&payload).map_err(unreadable)?,
        })
    }
}

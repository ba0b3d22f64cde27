//! The bodies that are sent, as Standard Webhooks has them: `{"type", "timestamp", "data"}`. Their fields never change their
//! names, and hold no secret, token or hash.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::{Activity, ActivityAction};
use crate::model::{Scope, WebhookEvent};
use crate::server::store::StoreResult;
use crate::server::store::db::{Db, values};

/// What the event is, and what it is about.
pub fn body(event: WebhookEvent, at: Timestamp, data: Value) -> String {
    json!({"type": event, "timestamp": at, "data": data}).to_string()
}

/// What a row of the log is told as, if it is.
pub fn event_of(row: &Activity) -> Option<WebhookEvent> {
    use ActivityAction as A;
    Some(match row.action {
        A::KeyCreated | A::KeyImported => WebhookEvent::KeyCreated,
        A::KeyEdited | A::KeyHandedOver => WebhookEvent::KeyEdited,
        A::KeyRotated | A::KeyRotationExtended | A::KeyRotationEnded | A::KeyRotationCancelled => {
            WebhookEvent::KeyRotated
        }
        A::KeyDisabled => WebhookEvent::KeyDisabled,
        A::KeyEnabled => WebhookEvent::KeyEnabled,
        A::KeyRevoked => WebhookEvent::KeyRevoked,
        A::LeakReported => WebhookEvent::KeyLeaked,
        A::UserAdded => WebhookEvent::UserAdded,
        A::UserEdited if row.changes.get("role").is_some() => WebhookEvent::UserRoleChanged,
        A::UserRemoved => WebhookEvent::UserRemoved,
        _ => return None,
    })
}

/// What is told of a row of the log, whose event is `event`.
pub async fn of_row(db: &impl Db, event: WebhookEvent, row: &Activity) -> StoreResult<String> {
    let mut data = Map::new();
    match row.key {
        Some(id) => {
            data.insert("key".into(), key(db, id, Some(&row.subject)).await?);
        }
        None => {
            data.insert(
                "user".into(),
                json!({"id": row.stated.entity, "email": row.subject}),
            );
        }
    }
    data.insert("actor".into(), json!(row.actor));
    let new = |field: &str| row.changes.get(field).and_then(|change| change.get(1)).cloned();
    match event {
        WebhookEvent::KeyCreated => {
            let imported = row.action == ActivityAction::KeyImported;
            data.insert("imported".into(), json!(imported));
        }
        WebhookEvent::KeyEdited => {
            data.insert("changes".into(), row.changes.clone());
        }
        WebhookEvent::KeyRotated => {
            data.insert("step".into(), json!(step_of(row.action)));
        }
        WebhookEvent::KeyDisabled | WebhookEvent::KeyRevoked => {
            data.insert("reason".into(), new("reason").unwrap_or_default());
        }
        WebhookEvent::KeyLeaked => {
            for field in ["token", "response", "url", "note"] {
                data.insert(field.into(), new(field).unwrap_or_default());
            }
        }
        WebhookEvent::UserAdded | WebhookEvent::UserRoleChanged | WebhookEvent::UserRemoved => {
            data.insert(
                "role".into(),
                row.changes.get("role").cloned().unwrap_or_default(),
            );
        }
        _ => {}
    }
    Ok(body(event, row.at, Value::Object(data)))
}

fn step_of(action: ActivityAction) -> &'static str {
    match action {
        ActivityAction::KeyRotationExtended => "extended",
        ActivityAction::KeyRotationEnded => "ended",
        ActivityAction::KeyRotationCancelled => "cancelled",
        _ => "begun",
    }
}

/// A key, also a revoked one. Its name may have been another one then.
pub async fn key(db: &impl Db, id: Uuid, name: Option<&str>) -> StoreResult<Value> {
    let sql = "SELECT k.name, k.scope, k.expires_at, p.id, p.name
                 FROM keys AS k LEFT JOIN projects AS p ON p.seq = k.project WHERE k.id = ?";
    type Columns = (String, Scope, i64, Option<Uuid>, Option<String>);
    let found: Option<Columns> = db.maybe(sql, values![id]).await?;
    let Some((now, scope, expires_at, project, of)) = found else {
        return Ok(json!({"id": id, "name": name}));
    };
    let project = project.map(|id| json!({"id": id, "name": of}));
    let expires_at = (expires_at < i64::MAX)
        .then(|| Timestamp::from_microsecond(expires_at).ok())
        .flatten();
    Ok(json!({
        "id": id, "name": name.unwrap_or(&now), "scope": scope, "project": project, "expires_at": expires_at,
    }))
}

//! Creating, changing and removing webhooks: each with its row of the activity log, which says where a webhook leads without
//! its path, as that may be known to the receiver alone.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::stored::{events_text, select_webhooks};
use crate::api::{ActivityAction, Webhook};
use crate::model::webhook::{MAX_WEBHOOKS, shown_url};
use crate::server::store::changes::Subject;
use crate::server::store::data_keys::expect_newest;
use crate::server::store::db::{Change, Db, columns, insert, one, update, values};
use crate::server::store::tables::WEBHOOKS;
use crate::server::store::{
    NewWebhookRecord, Sealed, StoreError, StoreResult, TooManyWebhooks, WebhookChange, activity,
};

/// All of them, the oldest first.
pub async fn all(db: &impl Db) -> StoreResult<Vec<Webhook>> {
    db.all(&format!("{} ORDER BY w.seq", select_webhooks("true")), &[])
        .await
}

pub async fn by_id(db: &impl Db, id: Uuid) -> StoreResult<Option<Webhook>> {
    db.maybe(&select_webhooks("w.id = ?"), values![id]).await
}

async fn stored(db: &impl Db, id: Uuid) -> StoreResult<Webhook> {
    let gone = || StoreError::Fault("a webhook was gone as soon as it was stored".into());
    by_id(db, id).await?.ok_or_else(gone)
}

/// Its number.
pub async fn number(db: &impl Db, id: Uuid) -> StoreResult<i64> {
    one(db, "SELECT seq FROM webhooks WHERE id = ?", values![id]).await
}

pub async fn add(
    change: &mut impl Change,
    new: &NewWebhookRecord,
) -> StoreResult<Result<Webhook, TooManyWebhooks>> {
    let (by, now) = (change.actor()?.seq, change.now());
    let db = change.db();
    let count: i64 = one(db, "SELECT count(*) FROM webhooks", &[]).await?;
    if count >= MAX_WEBHOOKS as i64 {
        return Ok(Err(TooManyWebhooks));
    }
    expect_newest(db, &new.secret).await?;
    let newest = activity::last_seq(db).await? as i64;
    let row = columns! {
        id: new.id,
        url: &new.url,
        events: events_text(&new.events),
        data_key: new.secret.data_key,
        sealed: &new.secret.bytes,
        created_by: by,
        created_at: now,
        place: newest,
        since: now,
    };
    insert(db, &WEBHOOKS, row).await?;
    let told = Map::from_iter([("events".to_owned(), json!([null, shown(&new.events)]))]);
    record(change, ActivityAction::WebhookCreated, &new.url, told);
    stored(change.db(), new.id).await.map(Ok)
}

fn shown(events: &[crate::model::WebhookEvent]) -> Json {
    match events.is_empty() {
        true => json!("all"),
        false => json!(events),
    }
}

pub fn record(change: &mut impl Change, action: ActivityAction, url: &str, changes: Map<String, Json>) {
    let name = shown_url(url);
    change.record(Subject::of(action, &name, changes));
}

pub async fn edit(change: &mut impl Change, id: Uuid, edit: &WebhookChange) -> StoreResult<Option<Webhook>> {
    let Some(old) = by_id(change.db(), id).await? else {
        return Ok(None);
    };
    let number = number(change.db(), id).await?;
    let mut told = Map::new();
    let mut set = Vec::new();
    if let Some(url) = edit.url.as_ref().filter(|url| **url != old.url) {
        told.insert("url".into(), json!([shown_url(&old.url), shown_url(url)]));
        set.extend(columns! { url: url });
    }
    if let Some(events) = edit.events.as_ref().filter(|events| **events != old.events) {
        told.insert("events".into(), json!([shown(&old.events), shown(events)]));
        set.extend(columns! { events: events_text(events) });
    }
    if !set.is_empty() {
        update(change.db(), &WEBHOOKS, number, set).await?;
    }
    match edit.enabled {
        Some(true) if old.disabled.is_some() => {
            told.insert("disabled".into(), json!([true, false]));
            enable(change, number).await?;
        }
        Some(false) if old.disabled.is_none() => {
            told.insert("disabled".into(), json!([false, true]));
            let by = change.actor()?.seq;
            stop(change, number, (Some(by), "")).await?;
        }
        _ => {}
    }
    if !told.is_empty() {
        let url = edit.url.as_ref().unwrap_or(&old.url);
        record(change, ActivityAction::WebhookEdited, url, told);
    }
    stored(change.db(), id).await.map(Some)
}

/// What happened before is not told.
async fn enable(change: &mut impl Change, number: i64) -> StoreResult<()> {
    let none = None::<i64>;
    let newest = activity::last_seq(change.db()).await? as i64;
    let set = columns! {
        disabled_at: none,
        disabled_by: none,
        disabled_reason: "",
        place: newest,
        since: change.now(),
    };
    update(change.db(), &WEBHOOKS, number, set).await
}

/// Disables it, and gives up what waits.
async fn stop(change: &mut impl Change, number: i64, (by, reason): (Option<i64>, &str)) -> StoreResult<()> {
    let now = change.now();
    let set = columns! { disabled_at: now, disabled_by: by, disabled_reason: reason };
    update(change.db(), &WEBHOOKS, number, set).await?;
    let sql = "UPDATE webhook_deliveries SET next_at = NULL, holder = NULL, given_up_at = ?,
                      outcome = CASE WHEN outcome = '' THEN 'the webhook was disabled' ELSE outcome END
                WHERE webhook = ? AND next_at IS NOT NULL";
    change.db().run(sql, values![now, number]).await.map(drop)
}

/// The server disables it, and says why.
pub async fn disable(change: &mut impl Change, number: i64, url: &str, reason: &str) -> StoreResult<()> {
    stop(change, number, (None, reason)).await?;
    let told = Map::from_iter([
        ("disabled".to_owned(), json!([false, true])),
        ("reason".to_owned(), json!([null, reason])),
    ]);
    let name = shown_url(url);
    change.record_from(None, Subject::of(ActivityAction::WebhookEdited, &name, told));
    Ok(())
}

/// With its secrets and deliveries.
pub async fn remove(change: &mut impl Change, id: Uuid) -> StoreResult<bool> {
    let Some(old) = by_id(change.db(), id).await? else {
        return Ok(false);
    };
    let number = number(change.db(), id).await?;
    for sql in [
        "DELETE FROM webhook_deliveries WHERE webhook = ?",
        "DELETE FROM webhooks WHERE seq = ?",
    ] {
        change.db().run(sql, values![number]).await?;
    }
    record(change, ActivityAction::WebhookRemoved, &old.url, Map::new());
    Ok(true)
}

/// Signs with this secret from now on, and for so long with the one before, too. One that was before that ends.
pub async fn rotate(
    change: &mut impl Change,
    id: Uuid,
    secret: &Sealed,
    overlap: SignedDuration,
) -> StoreResult<Option<Webhook>> {
    let Some(old) = by_id(change.db(), id).await? else {
        return Ok(None);
    };
    expect_newest(change.db(), secret).await?;
    let until = change.now().checked_add(overlap);
    let until = until.map_err(|error| StoreError::Fault(error.to_string()))?;
    let number = number(change.db(), id).await?;
    let before: Sealed = one(
        change.db(),
        "SELECT data_key, sealed FROM webhooks WHERE seq = ?",
        values![number],
    )
    .await?;
    let kept = (!overlap.is_zero()).then_some((before, until));
    let set = columns! {
        data_key: secret.data_key,
        sealed: &secret.bytes,
        old_data_key: kept.as_ref().map(|(before, _)| before.data_key),
        old_sealed: kept.as_ref().map(|(before, _)| &before.bytes),
        old_ends_at: kept.as_ref().map(|(_, until)| *until),
    };
    update(change.db(), &WEBHOOKS, number, set).await?;
    let ends = kept.as_ref().map(|(_, until)| *until);
    let told = Map::from_iter([("old_secret_ends_at".to_owned(), json!([null, ends]))]);
    record(change, ActivityAction::WebhookSecretRotated, &old.url, told);
    stored(change.db(), id).await.map(Some)
}

/// The secret that is signed with, and until when the one before is; recorded.
pub async fn reveal(change: &mut impl Change, id: Uuid) -> StoreResult<Option<(Sealed, Option<Timestamp>)>> {
    let Some(webhook) = by_id(change.db(), id).await? else {
        return Ok(None);
    };
    let sql = "SELECT data_key, sealed FROM webhooks WHERE id = ?";
    let sealed = one(change.db(), sql, values![id]).await?;
    record(
        change,
        ActivityAction::WebhookSecretRevealed,
        &webhook.url,
        Map::new(),
    );
    Ok(Some((sealed, webhook.old_secret_ends_at)))
}

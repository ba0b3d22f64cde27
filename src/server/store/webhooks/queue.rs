//! The deliveries that are to be sent, and to which webhooks.

use jiff::Timestamp;
use uuid::Uuid;

use super::stored::events;
use crate::model::WebhookEvent;
use crate::server::store::StoreResult;
use crate::server::store::db::{Db, columns, insert, run_rows, values};
use crate::server::store::for_rows::ForRows;
use crate::server::store::row::{Columns, Read, Row};
use crate::server::store::tables::{Kind, WEBHOOK_DELIVERIES};

/// An enabled webhook.
pub struct Subscriber {
    pub seq: i64,
    pub events: Vec<WebhookEvent>,
    /// The last row of the log that was looked at for it.
    pub place: i64,
    /// What happened before, in microseconds, is not told.
    pub since: i64,
}

impl Subscriber {
    pub fn wants(&self, event: WebhookEvent) -> bool {
        self.events.is_empty() || self.events.contains(&event)
    }
}

impl Read for Subscriber {
    fn read<R: Row>(columns: &mut Columns<'_, R>) -> StoreResult<Self> {
        let (seq, chosen): (i64, String) = columns.next()?;
        let (place, since) = columns.next()?;
        Ok(Self {
            seq,
            events: events(&chosen),
            place,
            since,
        })
    }
}

/// All of them: there is a handful.
pub async fn subscribers(db: &impl Db) -> StoreResult<Vec<Subscriber>> {
    db.all(
        "SELECT seq, events, place, since FROM webhooks WHERE disabled_at IS NULL ORDER BY seq",
        &[],
    )
    .await
}

/// Those of them that want one of these.
pub async fn subscribers_of(db: &impl Db, wanted: &[WebhookEvent]) -> StoreResult<Vec<Subscriber>> {
    let mut all = subscribers(db).await?;
    all.retain(|to| wanted.iter().any(|event| to.wants(*event)));
    Ok(all)
}

static QUEUE: ForRows = ForRows::new(
    &[
        ("id", Kind::Id),
        ("webhook", Kind::Number),
        ("event", Kind::Text),
        ("payload", Kind::Text),
        ("at", Kind::Number),
    ],
    "INSERT INTO webhook_deliveries (id, webhook, event, payload, created_at, next_at)
     SELECT {id}, {webhook}, {event}, {payload}, {at}, {at} FROM {rows}",
);

/// What several webhooks are to be told, in this order.
#[derive(Default)]
pub struct Queue(Vec<(i64, WebhookEvent, String)>);

impl Queue {
    pub fn put(&mut self, to: &Subscriber, event: WebhookEvent, payload: &str) {
        self.0.push((to.seq, event, payload.to_owned()));
    }

    pub async fn store(self, db: &impl Db, now: Timestamp) -> StoreResult<()> {
        let row = |(webhook, event, payload): &(i64, WebhookEvent, String)| {
            values![Uuid::now_v7(), *webhook, event.as_str(), payload.clone(), now].to_vec()
        };
        let rows = self.0.iter().map(row).collect();
        run_rows(db, &QUEUE, rows, &[]).await.map(drop)
    }
}

/// One delivery to the webhook of this number. Returns its id.
pub async fn store_one(
    db: &impl Db,
    webhook: i64,
    event: WebhookEvent,
    payload: &str,
    now: Timestamp,
) -> StoreResult<Uuid> {
    let id = Uuid::now_v7();
    let row = columns! {
        id: id,
        webhook: webhook,
        event: event.as_str(),
        payload: payload,
        created_at: now,
        next_at: now,
    };
    insert(db, &WEBHOOK_DELIVERIES, row).await?;
    Ok(id)
}

/// Notes that this is told: something about `subject`, which may have come to another step. `false`: it was told before.
pub async fn is_new(
    db: &impl Db,
    event: WebhookEvent,
    subject: &str,
    (about, step): (i64, i64),
    now: Timestamp,
) -> StoreResult<bool> {
    let sql = "INSERT INTO webhook_told (event, subject, about, step, at) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (event, subject) DO UPDATE SET about = excluded.about, step = excluded.step, at = excluded.at
                       WHERE webhook_told.about <> excluded.about OR webhook_told.step > excluded.step";
    let values = values![event.as_str(), subject, about, step, now];
    Ok(db.run(sql, values).await? == 1)
}

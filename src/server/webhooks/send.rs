//! Sends what waits. A delivery is taken for a while in the store, so that one server sends it at a time; of one whose server
//! is gone that time ends.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use super::schedule;
use super::sending::{Outcome, Sender};
use super::signing::SigningSecret;
use crate::model::TargetUrl;
use crate::server::state::ServerState;
use crate::server::store::{ClaimedDelivery, NotedAttempt, Sealed, StoreResult};

/// Attempts at once for one webhook, of one server.
const AT_ONCE: u32 = 4;
/// More than an attempt and the note of it take.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause between two looks.
const LOOK: Duration = Duration::from_secs(60);
/// The pause before it is looked again after something was begun.
const SOON: Duration = Duration::from_millis(100);
/// The pause after the store failed.
const RETRY: Duration = Duration::from_secs(1);
/// How often it is tried to note what came of an attempt.
const NOTES: u32 = 5;

struct Sending<'a> {
    server: &'a ServerState,
    sender: Sender,
    holder: Uuid,
    /// How many attempts there are of each webhook.
    busy: HashMap<Uuid, u32>,
    attempts: JoinSet<Uuid>,
}

pub async fn run(server: &ServerState, sender: Sender) {
    let mut sending = Sending {
        server,
        sender,
        holder: Uuid::new_v4(),
        busy: HashMap::new(),
        attempts: JoinSet::new(),
    };
    let mut failures = 0;
    loop {
        let wait = match sending.begin().await {
            Ok(wait) => {
                failures = 0;
                wait
            }
            Err(error) => {
                if failures == 0 {
                    tracing::warn!(%error, "what waits for webhooks can't be read; it is tried again");
                }
                failures += 1;
                RETRY
            }
        };
        tokio::select! {
            () = server.deliveries_wait.notified() => {}
            Some(ended) = sending.attempts.join_next() => sending.ended(ended.ok()),
            () = sleep(wait) => {}
        }
    }
}

impl Sending<'_> {
    /// Begins what is due. Returns how long it is until more is.
    async fn begin(&mut self) -> StoreResult<Duration> {
        let due = self.server.webhooks().due_webhooks().await?;
        let mut free = Vec::new();
        let mut wait = LOOK;
        for webhook in due {
            let left = AT_ONCE
                - self
                    .busy
                    .get(&webhook.id)
                    .copied()
                    .unwrap_or_default()
                    .min(AT_ONCE);
            match Duration::try_from(webhook.wait) {
                // An attempt that ends makes room.
                _ if left == 0 => {}
                Ok(later) if !later.is_zero() => wait = wait.min(later),
                _ => free.push((webhook.id, left)),
            }
        }
        if free.is_empty() {
            return Ok(wait);
        }
        let claimed = self.server.webhooks().claim_deliveries(self.holder, LEASE, free);
        for delivery in claimed.await? {
            *self.busy.entry(delivery.webhook).or_default() += 1;
            let attempt = attempt(self.server.clone(), self.sender.clone(), self.holder, delivery);
            self.attempts.spawn(attempt);
        }
        // There may be more of the same, or another server took it.
        Ok(SOON.min(wait))
    }

    fn ended(&mut self, webhook: Option<Uuid>) {
        match webhook {
            Some(webhook) => {
                if let Some(busy) = self.busy.get_mut(&webhook) {
                    *busy = busy.saturating_sub(1);
                }
            }
            // It panicked, and nobody knows of which one: what is counted is of what runs at most.
            None => self.busy.clear(),
        }
    }
}

/// Returns whose delivery it was.
async fn attempt(server: ServerState, sender: Sender, holder: Uuid, delivery: ClaimedDelivery) -> Uuid {
    let (outcome, then) = match prepared(&server, &delivery).await {
        Ok((url, secrets)) => {
            let body = delivery.payload.clone().into_bytes();
            let (id, at) = (delivery.id.to_string(), Timestamp::now().as_second());
            let outcome = sender.send(url.url(), &id, at, body, &secrets).await;
            let then = schedule::after(delivery.id, delivery.event, delivery.attempts, &outcome);
            server.metrics.webhook_attempted(outcome.is_delivered());
            (outcome, then)
        }
        Err(why) => {
            let outcome = Outcome::Broken(why);
            let then = schedule::after(delivery.id, delivery.event, delivery.attempts, &outcome);
            (outcome, then)
        }
    };
    let attempt = NotedAttempt {
        outcome: outcome.to_string(),
        status: outcome.status().map(u32::from),
        then,
    };
    note(&server, holder, delivery.id, attempt).await;
    delivery.webhook
}

async fn note(server: &ServerState, holder: Uuid, id: Uuid, attempt: NotedAttempt) {
    for _ in 0..NOTES {
        match server.webhooks().note_attempt(id, holder, attempt.clone()).await {
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "what came of a delivery to a webhook can't be stored; without that, it is sent once more");
                sleep(RETRY).await;
            }
        }
    }
}

/// To where it is sent, and what it is signed with.
async fn prepared(
    server: &ServerState,
    delivery: &ClaimedDelivery,
) -> Result<(TargetUrl, Vec<SigningSecret>), String> {
    let url = TargetUrl::parse(&delivery.url)?;
    let mut secrets = vec![opened(server, delivery.webhook, &delivery.secret).await?];
    if let Some(old) = &delivery.old_secret {
        secrets.push(opened(server, delivery.webhook, old).await?);
    }
    Ok((url, secrets))
}

pub async fn opened(server: &ServerState, webhook: Uuid, sealed: &Sealed) -> Result<SigningSecret, String> {
    let secret = server
        .unsealed(|sealer| sealer.unseal_webhook_secret(webhook, sealed))
        .await;
    let secret = secret.map_err(|_| "this server can't open the webhook's secret; rotate it".to_owned())?;
    SigningSecret::parse(secret.expose())
}

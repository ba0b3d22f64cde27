//! Webhooks, and what is sent to them.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::api::{DeliveryPage, Webhook, WebhookDelivery};
use crate::server::store::{
    Actor, ClaimedDelivery, DueWebhook, NewWebhookRecord, NotedAttempt, Queued, Sealed, StoreResult,
    ToldEnds, TooManyWebhooks, WebhookBacklog, WebhookChange,
};

#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// The oldest first.
    async fn webhooks(&self) -> StoreResult<Vec<Webhook>>;
    async fn webhook(&self, id: Uuid) -> StoreResult<Option<Webhook>>;
    async fn add_webhook(
        &self,
        new: NewWebhookRecord,
        by: Actor,
    ) -> StoreResult<Result<Webhook, TooManyWebhooks>>;
    async fn edit_webhook(&self, id: Uuid, edit: WebhookChange, by: Actor) -> StoreResult<Option<Webhook>>;
    /// With its secrets and what waits for it. `false`: there is no such webhook.
    async fn remove_webhook(&self, id: Uuid, by: Actor) -> StoreResult<bool>;
    /// Signs with this secret; for so long with the one before, too.
    async fn rotate_webhook_secret(
        &self,
        id: Uuid,
        secret: Sealed,
        overlap: SignedDuration,
        by: Actor,
    ) -> StoreResult<Option<Webhook>>;
    /// The secret, and until when the one before is valid. It is recorded.
    async fn webhook_secret(&self, id: Uuid, by: Actor) -> StoreResult<Option<(Sealed, Option<Timestamp>)>>;

    /// The newest first; those before `before`. `None`: there is no such webhook.
    async fn deliveries(
        &self,
        webhook: Uuid,
        before: Option<Uuid>,
        limit: u32,
    ) -> StoreResult<Option<DeliveryPage>>;
    async fn delivery(&self, id: Uuid) -> StoreResult<Option<WebhookDelivery>>;
    async fn test_webhook(&self, id: Uuid, by: Actor) -> StoreResult<Queued>;
    /// By the same id, as if it had not been sent.
    async fn redeliver(&self, id: Uuid, by: Actor) -> StoreResult<Queued>;

    /// Whether the log has rows that were not looked at for a webhook.
    async fn webhooks_are_behind(&self) -> StoreResult<bool>;
    /// Stores what is to be told of the next rows of the log. Returns whether there are more.
    async fn queue_from_log(&self) -> StoreResult<bool>;
    /// Stores what is to be told of keys that expire.
    async fn queue_ends(&self) -> StoreResult<ToldEnds>;
    /// Of each enabled webhook for which something waits.
    async fn due_webhooks(&self) -> StoreResult<Vec<DueWebhook>>;
    /// Takes at most so many deliveries of each of these webhooks that are due, for so long.
    async fn claim_deliveries(
        &self,
        holder: Uuid,
        lease: SignedDuration,
        free: Vec<(Uuid, u32)>,
    ) -> StoreResult<Vec<ClaimedDelivery>>;
    /// `false`: it is not this server's any more.
    async fn note_attempt(&self, id: Uuid, holder: Uuid, attempt: NotedAttempt) -> StoreResult<bool>;
    /// Deletes some of what is not needed any more. Returns whether there is more of it.
    async fn forget_deliveries(&self) -> StoreResult<bool>;
    async fn webhook_backlog(&self) -> StoreResult<WebhookBacklog>;
}

macro_rules! webhook_store {
    ($engine:ty) => {
        #[async_trait]
        impl WebhookStore for $engine {
            async fn webhooks(&self) -> StoreResult<Vec<Webhook>> {
                page!(self, |db| webhooks::manage::all(db))
            }

            async fn webhook(&self, id: Uuid) -> StoreResult<Option<Webhook>> {
                page!(self, |db| webhooks::manage::by_id(db, id))
            }

            async fn add_webhook(
                &self,
                new: NewWebhookRecord,
                by: Actor,
            ) -> StoreResult<Result<Webhook, TooManyWebhooks>> {
                change!(self, Some(by), |change| webhooks::manage::add(change, &new))
            }

            async fn edit_webhook(
                &self,
                id: Uuid,
                edit: WebhookChange,
                by: Actor,
            ) -> StoreResult<Option<Webhook>> {
                change!(self, Some(by), |change| webhooks::manage::edit(
                    change, id, &edit
                ))
            }

            async fn remove_webhook(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
                erase!(self, Some(by), |change| webhooks::manage::remove(
                    change, id
                ))
            }

            async fn rotate_webhook_secret(
                &self,
                id: Uuid,
                secret: Sealed,
                overlap: SignedDuration,
                by: Actor,
            ) -> StoreResult<Option<Webhook>> {
                erase!(self, Some(by), |change| webhooks::manage::rotate(
                    change, id, &secret, overlap
                ))
            }

            async fn webhook_secret(
                &self,
                id: Uuid,
                by: Actor,
            ) -> StoreResult<Option<(Sealed, Option<Timestamp>)>> {
                change!(self, Some(by), |change| webhooks::manage::reveal(
                    change, id
                ))
            }

            async fn deliveries(
                &self,
                webhook: Uuid,
                before: Option<Uuid>,
                limit: u32,
            ) -> StoreResult<Option<DeliveryPage>> {
                page!(self, |db| webhooks::deliveries::page(
                    db, webhook, before, limit
                ))
            }

            async fn delivery(&self, id: Uuid) -> StoreResult<Option<WebhookDelivery>> {
                quick!(self, |db| webhooks::deliveries::by_id(db, id))
            }

            async fn test_webhook(&self, id: Uuid, by: Actor) -> StoreResult<Queued> {
                change!(self, Some(by), |change| webhooks::deliveries::test(
                    change, id
                ))
            }

            async fn redeliver(&self, id: Uuid, by: Actor) -> StoreResult<Queued> {
                change!(self, Some(by), |change| webhooks::deliveries::redeliver(
                    change, id
                ))
            }

            async fn webhooks_are_behind(&self) -> StoreResult<bool> {
                quick!(self, |db| webhooks::from_log::is_behind(db))
            }

            async fn queue_from_log(&self) -> StoreResult<bool> {
                change!(self, None, |change| webhooks::from_log::queue(change))
            }

            async fn queue_ends(&self) -> StoreResult<ToldEnds> {
                change!(self, None, |change| webhooks::ends::tell(change))
            }

            async fn due_webhooks(&self) -> StoreResult<Vec<DueWebhook>> {
                quick!(self, |db| webhooks::sending::due(db))
            }

            async fn claim_deliveries(
                &self,
                holder: Uuid,
                lease: SignedDuration,
                free: Vec<(Uuid, u32)>,
            ) -> StoreResult<Vec<ClaimedDelivery>> {
                change!(self, None, |change| webhooks::sending::claim(
                    change, holder, lease, &free
                ))
            }

            async fn note_attempt(&self, id: Uuid, holder: Uuid, attempt: NotedAttempt) -> StoreResult<bool> {
                change!(self, None, |change| webhooks::sending::note(
                    change, id, holder, &attempt
                ))
            }

            async fn forget_deliveries(&self) -> StoreResult<bool> {
                erase!(self, None, |change| webhooks::sending::forget(change))
            }

            async fn webhook_backlog(&self) -> StoreResult<WebhookBacklog> {
                long!(self, |db| webhooks::sending::backlog(db))
            }
        }
    };
}

pub(in crate::server::store) use webhook_store;

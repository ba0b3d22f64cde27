//! Webhooks, and what was sent to them.

use reqwest::Method;
use uuid::Uuid;

use super::{Client, Result};
use crate::api::{
    CreatedWebhook, DeliveryPage, DeliveryQuery, NewWebhook, NewWebhookSecret, Webhook, WebhookDelivery,
    WebhookEdit, WebhookSecret,
};

impl Client {
    /// The oldest first.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        self.transport.get("v1/webhooks", &()).await
    }

    pub async fn create_webhook(&self, new: &NewWebhook) -> Result<CreatedWebhook> {
        self.transport.send(Method::POST, "v1/webhooks", &[], new).await
    }

    pub async fn edit_webhook(&self, id: Uuid, edit: &WebhookEdit) -> Result<Webhook> {
        self.transport.send(Method::PATCH, &path(id, ""), &[], edit).await
    }

    pub async fn remove_webhook(&self, id: Uuid) -> Result<()> {
        self.transport.delete(&path(id, "")).await
    }

    pub async fn rotate_webhook_secret(&self, id: Uuid, new: &NewWebhookSecret) -> Result<WebhookSecret> {
        self.transport
            .send(Method::POST, &path(id, "/rotation"), &[], new)
            .await
    }

    /// Recorded before it is answered.
    pub async fn webhook_secret(&self, id: Uuid) -> Result<WebhookSecret> {
        self.transport.act(&path(id, "/reveal")).await
    }

    /// The newest first.
    pub async fn deliveries(&self, webhook: Uuid, query: &DeliveryQuery) -> Result<DeliveryPage> {
        self.transport.get(&path(webhook, "/deliveries"), query).await
    }

    pub async fn delivery(&self, id: Uuid) -> Result<WebhookDelivery> {
        let path = format!("v1/webhook-deliveries/{id}");
        self.transport.get(&path, &()).await
    }

    pub async fn test_webhook(&self, id: Uuid) -> Result<WebhookDelivery> {
        self.transport.act(&path(id, "/test")).await
    }

    pub async fn redeliver(&self, id: Uuid) -> Result<WebhookDelivery> {
        let path = format!("v1/webhook-deliveries/{id}/redelivery");
        self.transport.act(&path).await
    }
}

fn path(webhook: Uuid, rest: &str) -> String {
    format!("v1/webhooks/{webhook}{rest}")
}

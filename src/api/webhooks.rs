//! Webhooks on the wire: who is told when something happens, and what was told to them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::keys::PersonRef;
use crate::model::{DeliveryState, Secret, WebhookEvent, secret};

/// An address that events are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    pub id: Uuid,
    pub url: String,
    /// Empty: all of them, also those of later versions.
    pub events: Vec<WebhookEvent>,
    pub created_by: PersonRef,
    pub created_at: Timestamp,
    /// Until when what is sent is signed with the secret before, too.
    pub old_secret_ends_at: Option<Timestamp>,
    /// When the receiver last took something.
    pub succeeded_at: Option<Timestamp>,
    /// How many deliveries are not finished.
    pub waiting: u64,
    /// Absent while it is enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<DisabledWebhook>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisabledWebhook {
    pub at: Timestamp,
    /// Absent: the server did, and says why.
    pub by: Option<PersonRef>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Begins with `https://`; `http://` is only for the server's machine and private addresses.
    pub url: String,
    /// Empty or absent: all of them, also those of later versions.
    #[serde(default)]
    pub events: Vec<WebhookEvent>,
}

/// A new webhook and its signing secret.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CreatedWebhook {
    pub webhook: Webhook,
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Secret>,
}

/// What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookEdit {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Empty: all of them, also those of later versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<WebhookEvent>>,
    /// `true` enables it, also after the server disabled it: what happened meanwhile is not sent. `false` disables it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// The secret that what is sent is signed with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WebhookSecret {
    #[serde(serialize_with = "secret::onto_the_wire")]
    #[schema(value_type = Option<String>)]
    pub secret: Option<Secret>,
    /// Until when what is sent is signed with the secret before, too.
    pub old_secret_ends_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhookSecret {
    /// How long what is sent is signed with both secrets: 0 to 604,800 (a week).
    #[schema(minimum = 0, maximum = 604_800)]
    pub overlap_seconds: u32,
}

/// An event, and what became of sending it to a webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WebhookDelivery {
    /// The header `webhook-id`, the same in each attempt.
    pub id: Uuid,
    pub webhook: Uuid,
    pub event: WebhookEvent,
    pub state: DeliveryState,
    pub created_at: Timestamp,
    pub attempts: u32,
    /// Of the last attempt.
    pub last_attempt_at: Option<Timestamp>,
    /// What came of it, in words.
    pub outcome: Option<String>,
    /// What the receiver answered.
    pub status: Option<u32>,
    /// Absent once it is finished.
    pub next_attempt_at: Option<Timestamp>,
    /// The body that is sent.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
}

/// Deliveries, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPage {
    pub deliveries: Vec<WebhookDelivery>,
    /// The `before` of the next page; absent on the last one.
    pub next: Option<Uuid>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only those before this one, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Uuid>,
    /// 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

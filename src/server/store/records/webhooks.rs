//! Webhooks and what is sent to them.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::api::WebhookDelivery;
use crate::model::WebhookEvent;
use crate::server::store::Sealed;

#[derive(Debug, Clone)]
pub struct NewWebhookRecord {
    pub id: Uuid,
    pub url: String,
    /// None: all of them.
    pub events: Vec<WebhookEvent>,
    pub secret: Sealed,
}

/// What is absent stays.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub events: Option<Vec<WebhookEvent>>,
    pub enabled: Option<bool>,
}

/// There are as many webhooks as there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyWebhooks;

/// What came of asking for a delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Queued {
    Queued(Box<WebhookDelivery>),
    /// To disabled webhooks nothing is sent.
    Disabled,
    Missing,
}

/// When the first delivery of a webhook is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueWebhook {
    pub id: Uuid,
    /// Zero or less: now.
    pub wait: SignedDuration,
}

/// A delivery that this server is to send.
#[derive(Debug, Clone)]
pub struct ClaimedDelivery {
    pub id: Uuid,
    pub webhook: Uuid,
    pub event: WebhookEvent,
    pub url: String,
    pub payload: String,
    /// How often it was tried before.
    pub attempts: u32,
    pub secret: Sealed,
    /// While it is valid.
    pub old_secret: Option<Sealed>,
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterAttempt {
    Delivered,
    RetryIn(SignedDuration),
    GiveUp,
    /// The receiver wants nothing more.
    Gone,
}

/// An attempt to send a delivery.
#[derive(Debug, Clone)]
pub struct NotedAttempt {
    pub outcome: String,
    pub status: Option<u32>,
    pub then: AfterAttempt,
}

/// What came of looking for keys that expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldEnds {
    /// How many keys were told of.
    pub told: usize,
    pub more: bool,
    /// Until the next key is to be told of.
    pub next: Option<SignedDuration>,
}

/// Deliveries that are not finished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WebhookBacklog {
    pub waiting: u64,
    pub oldest: Option<Timestamp>,
}

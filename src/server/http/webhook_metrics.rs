//! What waits for webhooks, and what came of sending it, for the metrics.

use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::server::store::WebhookBacklog;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempt {
    outcome: &'static str,
}

#[derive(Debug, Default)]
pub struct WebhookMetrics {
    attempts: Family<Attempt, Counter>,
    waiting: Gauge,
    oldest: Gauge<f64, AtomicU64>,
}

impl WebhookMetrics {
    pub fn new(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "webhook_attempts",
            "What this server sent to webhooks, by whether it was taken",
            metrics.attempts.clone(),
        );
        registry.register(
            "webhook_deliveries_waiting",
            "Deliveries to webhooks that are not finished",
            metrics.waiting.clone(),
        );
        registry.register_with_unit(
            "webhook_oldest_delivery",
            "For how long the oldest of them has waited",
            Unit::Seconds,
            metrics.oldest.clone(),
        );
        metrics
    }

    pub fn attempted(&self, is_delivered: bool) {
        let outcome = if is_delivered { "delivered" } else { "failed" };
        self.attempts.get_or_create(&Attempt { outcome }).inc();
    }

    pub fn wait(&self, backlog: WebhookBacklog, now: Timestamp) {
        let waited = backlog
            .oldest
            .map(|oldest| now.duration_since(oldest).as_secs_f64());
        self.waiting.set(backlog.waiting.min(i64::MAX as u64) as i64);
        self.oldest.set(waited.unwrap_or_default().max(0.0));
    }
}

//! Metrics for Prometheus: requests, checks and the rules that decided them, and how long all of it took.
//! No label holds an id or anything else that a client sent, so that there are few series.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use prometheus_client::encoding::{self, EncodeLabelSet};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::lag::Lag;
use super::webhook_metrics::WebhookMetrics;
use crate::api::PresentedAt;
use crate::model::{Grant, LeakSource, Rule};
use crate::server::store::{Latencies, WebhookBacklog};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    /// The path as the router has it, `/v1/keys/{id}`.
    route: Cow<'static, str>,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: Cow<'static, str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Check {
    at: &'static str,
    outcome: &'static str,
    rule: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LeakLabels {
    source: &'static str,
    token: &'static str,
}

fn of_store(registry: &mut Registry, store: &Latencies) {
    for (name, help, histogram) in [
        ("store_read", "Reads that are answered on the spot", &store.read),
        ("store_search", "Reads that may take long", &store.search),
        ("store_write", "Changes, from the queue to the disk", &store.write),
    ] {
        registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
    }
}

/// All that is counted and measured.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    checks: Family<Check, Counter>,
    leaks: Family<LeakLabels, Counter>,
    clock_skew: Gauge<f64, AtomicU64>,
    unexplained: Gauge,
    /// Of the activity stream.
    pub lag: Lag,
    pub stream_failures: Counter,
    rows_behind: Gauge,
    time_behind: Gauge<f64, AtomicU64>,
    webhooks: WebhookMetrics,
}

impl Metrics {
    pub fn new(store: &Latencies) -> Self {
        let mut registry = Registry::with_prefix("keydeck");
        let requests = Family::default();
        let seconds = Family::new_with_constructor(answer_times as fn() -> Histogram);
        let checks = Family::default();
        let leaks = Family::default();
        let clock_skew = Gauge::default();
        let unexplained = Gauge::default();
        registry.register(
            "build",
            "The program that runs",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        registry.register("requests", "Requests by route and status", requests.clone());
        registry.register_with_unit(
            "request",
            "From a request to its answer",
            Unit::Seconds,
            seconds.clone(),
        );
        registry.register(
            "checks",
            "Presented keys, and the rule that let them through or refused",
            checks.clone(),
        );
        registry.register(
            "leak_reports",
            "Tokens that were reported leaked, by who reported them",
            leaks.clone(),
        );
        registry.register_with_unit(
            "clock_skew",
            "How far this machine's clock is ahead of the database's; without one, of the time that has passed",
            Unit::Seconds,
            clock_skew.clone(),
        );
        registry.register(
            "unexplained",
            "1 when the database holds what its activity log doesn't explain, as was looked at after the start",
            unexplained.clone(),
        );
        let (stream_failures, rows_behind, time_behind) = of_stream(&mut registry);
        of_store(&mut registry, store);
        let webhooks = WebhookMetrics::new(&mut registry);
        Self {
            registry,
            requests,
            seconds,
            checks,
            leaks,
            clock_skew,
            unexplained,
            lag: Lag::default(),
            stream_failures,
            rows_behind,
            time_behind,
            webhooks,
        }
    }

    /// Something was sent to a webhook, and it took it, or didn't.
    pub fn webhook_attempted(&self, is_delivered: bool) {
        self.webhooks.attempted(is_delivered);
    }

    pub fn webhooks_wait(&self, backlog: WebhookBacklog) {
        self.webhooks.wait(backlog, Timestamp::now());
    }

    pub fn answered(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let route: Cow<'static, str> = Cow::Owned(route.to_owned());
        let request = Request {
            method: name_of(method),
            route: route.clone(),
            status: status.as_u16(),
        };
        self.requests.get_or_create(&request).inc();
        self.seconds
            .get_or_create(&Route { route })
            .observe(took.as_secs_f64());
    }

    pub fn leak_reported(&self, source: LeakSource, is_known: bool) {
        let labels = LeakLabels {
            source: source.as_str(),
            token: if is_known { "known" } else { "unknown" },
        };
        self.leaks.get_or_create(&labels).inc();
    }

    pub fn checked(&self, at: PresentedAt, outcome: Result<&Grant, Rule>) {
        let (outcome, rule) = match outcome {
            Ok(grant) => ("allowed", grant.as_str()),
            Err(rule) => ("refused", rule.as_str()),
        };
        let at = match at {
            PresentedAt::Connection => "connection",
            PresentedAt::Gateway => "gateway",
        };
        self.checks.get_or_create(&Check { at, outcome, rule }).inc();
    }

    /// All of it in the OpenMetrics text format; the machine's clock is ahead by `clock_skew`.
    /// `is_unexplained` tells whether the database holds what its log does not explain.
    pub fn text(&self, clock_skew: SignedDuration, is_unexplained: bool) -> Result<String, fmt::Error> {
        self.clock_skew.set(clock_skew.as_secs_f64());
        self.unexplained.set(i64::from(is_unexplained));
        let (rows, seconds) = self.lag.behind(Timestamp::now());
        self.rows_behind.set(rows as i64);
        self.time_behind.set(seconds);
        let mut text = String::new();
        encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// How often the activity stream failed, and how many rows and seconds it is behind.
fn of_stream(registry: &mut Registry) -> (Counter, Gauge, Gauge<f64, AtomicU64>) {
    let (failures, rows, time) = (Counter::default(), Gauge::default(), Gauge::default());
    registry.register(
        "activity_stream_failures",
        "How often the activity log could not be passed on, and it was tried again",
        failures.clone(),
    );
    registry.register(
        "activity_stream_behind_rows",
        "Rows of the activity log that are not passed on yet",
        rows.clone(),
    );
    registry.register_with_unit(
        "activity_stream_behind",
        "For how long the first of them has waited",
        Unit::Seconds,
        time.clone(),
    );
    (failures, rows, time)
}

fn answer_times() -> Histogram {
    Histogram::new(exponential_buckets(0.000_05, 4.0, 10))
}

/// Methods are the client's to write, so that only those that there are get a series.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

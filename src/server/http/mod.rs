//! HTTP: connections and their places, heads and bodies, limits, the router, error responses.

pub mod accept;
pub mod address;
pub mod body;
pub mod bounds;
pub mod chunks;
pub mod cursor;
mod encoding;
pub mod error;
pub mod extract;
pub mod framing;
pub mod head;
pub mod health;
pub mod lag;
pub mod metrics;
pub mod metrics_access;
pub mod observe;
pub mod openapi;
pub mod places;
pub mod queries;
pub mod reading;
pub mod router;
pub mod site;
pub mod tls;
pub mod turns;
mod webhook_metrics;
pub mod wire;

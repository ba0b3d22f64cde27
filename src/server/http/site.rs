//! How a server appears at one listener: with TLS or not, as which host, and who may read its
//! metrics.

use std::sync::Arc;

use axum::http::header::{STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};

use super::head::Hosts;
use super::metrics_access::MetricsAccess;
use crate::server::leaks::sources::LeakSources;
use crate::server::webhooks::sending::AllowedTargets;

const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
/// A year, for this host only, not for its subdomains.
const TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");

#[derive(Clone)]
pub struct Site {
    pub over_tls: bool,
    pub hosts: Hosts,
    pub metrics_access: Arc<MetricsAccess>,
    pub leak_sources: Arc<LeakSources>,
    pub webhook_targets: Arc<AllowedTargets>,
}

impl Site {
    /// The headers of every response.
    pub fn stamp(&self, headers: &mut HeaderMap) {
        headers.insert(X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
        if self.over_tls {
            headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ALONE);
        }
    }
}

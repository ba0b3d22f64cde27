//! The metrics at `/metrics`, and who may read them. They name no key, but reveal how busy the server is.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::header::{
    ACCEPT, ACCEPT_CHARSET, ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST,
    USER_AGENT,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version};
use subtle::ConstantTimeEq;
use tokio::time::timeout;

use super::error::{ApiError, ApiResult};
use super::head::ListenAddress;
use super::openapi::{MetricsRefused, Unasked};
use super::places::Peer;
use crate::model::{Secret, TokenHash};
use crate::server::auth::bearer;
use crate::server::state::ServerState;

/// As the `openmetrics` text format names itself; Prometheus reads it.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How long it may take to count what waits for webhooks.
const BACKLOG: Duration = Duration::from_secs(1);

/// All that a scraper on this machine sends of itself: curl, wget, Prometheus, vmagent, Grafana Alloy, the OpenTelemetry
/// Collector, Telegraf, the Datadog Agent. Whatever else is there was added on the way (by a proxy, a mesh, a network
/// before the server), or is a browser's, which asks for whatever page it shows.
const OF_A_SCRAPER: [HeaderName; 9] = [
    HOST,
    USER_AGENT,
    ACCEPT,
    ACCEPT_ENCODING,
    ACCEPT_CHARSET,
    ACCEPT_LANGUAGE,
    CONNECTION,
    AUTHORIZATION,
    HeaderName::from_static("x-prometheus-scrape-timeout-seconds"),
];

/// Who may read the metrics at one listener.
#[derive(Debug, Clone, Default)]
pub enum MetricsAccess {
    /// This machine.
    #[default]
    ThisMachine,
    /// Everybody: the listener is for nothing else, and the operator chose where it is.
    Everybody,
    /// Clients with the token, and this machine.
    TokenOrThisMachine(MetricsToken),
    /// Clients with the token: all requests come through a proxy.
    Token(MetricsToken),
    /// All requests come through a proxy.
    Nobody,
}

/// What a scraper identifies itself with.
#[derive(Debug, Clone, Copy)]
pub struct MetricsToken(TokenHash);

impl MetricsToken {
    pub fn new(text: &Secret) -> Self {
        Self(TokenHash::of(text.expose()))
    }
}

impl MetricsAccess {
    pub(in crate::server) fn may_have(
        &self,
        peer: IpAddr,
        here: ListenAddress,
        version: Version,
        headers: &HeaderMap,
    ) -> ApiResult<()> {
        let is_here = || is_of_this_machine(peer, here, version, headers);
        match self {
            Self::Everybody => Ok(()),
            Self::ThisMachine if is_here() => Ok(()),
            Self::ThisMachine | Self::Nobody => Err(ApiError::forbidden(
                "The metrics are only for this server's machine; its operator can open them with --metrics-listen or \
                 --metrics-token-file.",
            )),
            Self::TokenOrThisMachine(token) | Self::Token(token) => match bearer::sole(headers) {
                Some(presented) if token.is(presented) => Ok(()),
                None if matches!(self, Self::TokenOrThisMachine(_)) && is_here() => Ok(()),
                _ => Err(ApiError::unauthenticated_by(
                    "the metrics token that the server's operator chose",
                )),
            },
        }
    }
}

impl MetricsToken {
    fn is(&self, presented: &[u8]) -> bool {
        let presented = std::str::from_utf8(presented).map(TokenHash::of);
        presented.is_ok_and(|presented| presented.0.ct_eq(&self.0.0).into())
    }
}

/// From loopback, to the very address that it names, and handed on by nobody. A proxy that adds no header and asks
/// under our address is known by its HTTP/1.0, which no scraper speaks any more and nginx does unless it is told
/// otherwise.
fn is_of_this_machine(peer: IpAddr, here: ListenAddress, version: Version, headers: &HeaderMap) -> bool {
    peer.to_canonical().is_loopback()
        && version >= Version::HTTP_11
        && here.is_named_by(headers)
        && headers.keys().all(|name| OF_A_SCRAPER.contains(name))
}

/// Metrics in the OpenMetrics text format, which Prometheus reads. Without the token that the operator chose, only this
/// machine is answered, when it asks for this very address and port and sends no header that no scraper sends.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, description = "The metrics.", body = String, content_type = "application/openmetrics-text"),
        MetricsRefused, Unasked))]
pub async fn show(
    State(server): State<ServerState>,
    peer: Peer,
    Extension(metrics_access): Extension<Arc<MetricsAccess>>,
    Extension(here): Extension<ListenAddress>,
    version: Version,
    headers: HeaderMap,
) -> ApiResult<([(HeaderName, HeaderValue); 1], String)> {
    metrics_access.may_have(peer.address().ip(), here, version, &headers)?;
    // The other metrics are of use also when the database is not there.
    let backlog = timeout(BACKLOG, server.webhooks().webhook_backlog());
    if let Ok(Ok(backlog)) = backlog.await {
        server.metrics.webhooks_wait(backlog);
    }
    let is_unexplained = server.verified.unexplained().is_some();
    let text = server.metrics.text(server.clock.skew(), is_unexplained);
    let text = text.map_err(|_| ApiError::internal())?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(OPENMETRICS))], text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_at(
        metrics_access: &MetricsAccess,
        here: &str,
        peer: &str,
        headers: &[(&'static str, &'static str)],
    ) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let here = ListenAddress::new(here.parse().expect("an address"), false);
        let peer = peer.parse().expect("an address");
        metrics_access
            .may_have(peer, here, Version::HTTP_11, &map)
            .is_ok()
    }

    fn may(metrics_access: &MetricsAccess, peer: &str, headers: &[(&'static str, &'static str)]) -> bool {
        may_at(metrics_access, "127.0.0.1:7390", peer, headers)
    }

    const LOCAL: (&str, &str) = ("host", "127.0.0.1:7390");

    /// What scrapers send beside `Host`, as they are when nothing is configured.
    const SCRAPERS: &[&[(&str, &str)]] = &[
        &[("user-agent", "curl/8.14.1"), ("accept", "*/*")],
        &[
            ("user-agent", "Wget/1.25.0"),
            ("accept", "*/*"),
            ("accept-encoding", "identity"),
            ("connection", "Keep-Alive"),
        ],
        // Prometheus, and with it Grafana Alloy and the OpenTelemetry Collector.
        &[
            ("user-agent", "Prometheus/3.5.0"),
            (
                "accept",
                "application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1",
            ),
            ("accept-encoding", "gzip"),
            ("x-prometheus-scrape-timeout-seconds", "10"),
            ("authorization", "Bearer kY7w2Qz0pLx9"),
        ],
        &[
            ("user-agent", "vm_promscrape"),
            ("accept", "text/plain;version=0.0.4;q=1,*/*;q=0.1"),
            ("accept-encoding", "gzip"),
            ("x-prometheus-scrape-timeout-seconds", "10.000"),
        ],
        &[
            ("user-agent", "Telegraf/1.35.0 Go/1.24"),
            ("accept", "application/openmetrics-text;version=1.0.0,*/*;q=0.1"),
            ("accept-encoding", "gzip"),
            ("connection", "close"),
        ],
        &[
            ("user-agent", "Datadog Agent/7.70.0"),
            ("accept", "application/openmetrics-text;version=1.0.0"),
            ("accept-encoding", "gzip, deflate"),
            ("accept-charset", "utf-8"),
            ("connection", "keep-alive"),
        ],
    ];

    /// What is added on the way, or by a browser.
    const ADDED: &[&str] = &[
        "x-forwarded-for",
        "x-forwarded",
        "forwarded",
        "via",
        "max-forwards",
        "x-real-ip",
        "x-original-forwarded-for",
        "x-envoy-external-address",
        "x-client-ip",
        "cf-connecting-ip",
        "cf-ray",
        "fly-client-ip",
        "x-azure-clientip",
        "x-amzn-trace-id",
        "x-cloud-trace-context",
        "x-varnish",
        "x-nginx-proxy",
        "x-request-start",
        "x-request-id",
        "x-b3-traceid",
        "traceparent",
        "tracestate",
        "te",
        "cookie",
        "origin",
        "referer",
        "sec-fetch-site",
        "sec-fetch-mode",
        "upgrade-insecure-requests",
        "cache-control",
        "x-anything-else",
    ];

    #[test]
    fn this_machine_is_whoever_names_it_and_sends_what_scrapers_send() {
        let here = MetricsAccess::ThisMachine;
        for scraper in SCRAPERS {
            assert!(
                may(&here, "127.0.0.1", &[&[LOCAL][..], scraper].concat()),
                "{scraper:?}"
            );
            for added in ADDED {
                let handed_on = [&[LOCAL][..], scraper, &[(added, "127.0.0.1")]].concat();
                assert!(!may(&here, "127.0.0.1", &handed_on), "{added}");
            }
        }
        // As nginx asks unless it is told otherwise.
        let mut asked = HeaderMap::new();
        asked.insert("host", HeaderValue::from_static("127.0.0.1:7390"));
        asked.insert("connection", HeaderValue::from_static("close"));
        let peer = IpAddr::from([127, 0, 0, 1]);
        let at = ListenAddress::new(([127, 0, 0, 1], 7390).into(), false);
        assert!(here.may_have(peer, at, Version::HTTP_11, &asked).is_ok());
        assert!(here.may_have(peer, at, Version::HTTP_10, &asked).is_err());
        assert!(!may(&here, "127.0.0.1", &[]));
        assert!(!may(&here, "203.0.113.7", &[LOCAL]));
    }

    #[test]
    fn a_host_is_this_very_address_and_port() {
        for (at, peer, host, is_here) in [
            ("127.0.0.1:7390", "127.0.0.1", "127.0.0.1:7390", true),
            ("127.0.0.1:7390", "127.0.0.1", "localhost:7390", true),
            ("127.0.0.1:7390", "127.0.0.1", "LOCALHOST:7390", true),
            ("127.0.0.2:7390", "127.0.0.1", "127.0.0.2:7390", true),
            ("[::1]:7390", "::1", "[::1]:7390", true),
            ("[::1]:7390", "::1", "localhost:7390", true),
            (
                "[::ffff:127.0.0.1]:7390",
                "::ffff:127.0.0.1",
                "127.0.0.1:7390",
                true,
            ),
            ("127.0.0.1:80", "127.0.0.1", "localhost", true),
            ("127.0.0.1:7390", "127.0.0.1", "localhost", false),
            ("127.0.0.1:7390", "127.0.0.1", "localhost:1", false),
            ("127.0.0.1:7390", "127.0.0.1", "127.0.0.1:80", false),
            ("127.0.0.1:7390", "127.0.0.1", "127.0.0.1:07390", false),
            ("127.0.0.1:7390", "127.0.0.1", "127.0.0.1:", false),
            ("127.0.0.1:7390", "127.0.0.1", "127.0.0.2:7390", false),
            ("127.0.0.1:7390", "127.0.0.1", "[::1]:7390", false),
            ("127.0.0.1:7390", "127.0.0.1", "0.0.0.0:7390", false),
            ("127.0.0.1:7390", "127.0.0.1", "evil.example:7390", false),
            ("127.0.0.1:7390", "127.0.0.1", "keys.acme.example", false),
            (
                "127.0.0.1:7390",
                "127.0.0.1",
                "localhost.evil.example:7390",
                false,
            ),
            (
                "127.0.0.1:7390",
                "127.0.0.1",
                "127.0.0.1.evil.example:7390",
                false,
            ),
            ("127.0.0.1:7390", "127.0.0.1", "10.0.0.4:7390", false),
            ("127.0.0.1:7390", "127.0.0.1", "", false),
            ("10.0.0.4:7390", "10.0.0.4", "10.0.0.4:7390", false),
        ] {
            let answered = may_at(&MetricsAccess::ThisMachine, at, peer, &[("host", host)]);
            assert_eq!(answered, is_here, "{at} {peer} {host}");
        }
        let over_tls = ListenAddress::new(([127, 0, 0, 1], 443).into(), true);
        let named = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost"))]);
        assert!(over_tls.is_named_by(&named));
    }

    #[test]
    fn elsewhere_the_token_opens_them_and_nothing_else_does() {
        const TOKEN: &str = "Bearer kY7w2Qz0pLx9kY7w2Qz0pLx9sd7Hf2";
        let token = MetricsToken::new(&Secret::new("kY7w2Qz0pLx9kY7w2Qz0pLx9sd7Hf2"));
        let (local, presented) = (LOCAL, ("authorization", TOKEN));
        let wrong = ("authorization", "Bearer kY7w2Qz0pLx9");
        let open = MetricsAccess::TokenOrThisMachine(token);
        assert!(may(&open, "203.0.113.7", &[presented]));
        assert!(may(&open, "127.0.0.1", &[local]));
        assert!(!may(&open, "203.0.113.7", &[local]));
        assert!(!may(&open, "203.0.113.7", &[wrong]));
        assert!(!may(&open, "127.0.0.1", &[local, wrong]));
        let proxied = MetricsAccess::Token(token);
        assert!(may(&proxied, "127.0.0.1", &[presented]));
        assert!(!may(&proxied, "127.0.0.1", &[local]));
        assert!(!may(&MetricsAccess::Nobody, "127.0.0.1", &[local, presented]));
        assert!(may(&MetricsAccess::Everybody, "203.0.113.7", &[]));
    }
}

//! The figures at `/metrics`, and who may have them. They name no key, but tell strangers how much is going on, and when.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, FORWARDED, MAX_FORWARDS, VIA};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version};
use subtle::ConstantTimeEq;

use super::error::{ApiError, ApiResult};
use super::head;
use super::openapi::{FiguresRefused, Unasked};
use super::places::Peer;
use crate::model::{Secret, TokenHash};
use crate::server::auth::bearer;
use crate::server::state::ServerState;

/// As the `openmetrics` text format names itself; Prometheus reads it.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What proxies and the networks before them add to a request that they hand on; and whatever begins like
/// `x-forwarded-for`, `x-original-host`, `x-envoy-peer-metadata`.
const HANDED_ON: [HeaderName; 15] = [
    FORWARDED,
    VIA,
    MAX_FORWARDS,
    HeaderName::from_static("forwarded-for"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-client-ip"),
    HeaderName::from_static("x-cluster-client-ip"),
    HeaderName::from_static("x-proxyuser-ip"),
    HeaderName::from_static("x-scheme"),
    HeaderName::from_static("client-ip"),
    HeaderName::from_static("true-client-ip"),
    HeaderName::from_static("fastly-client-ip"),
    HeaderName::from_static("cf-connecting-ip"),
    HeaderName::from_static("cdn-loop"),
    HeaderName::from_static("x-keydeck-gateway"),
];
const HANDED_ON_LIKE: [&str; 4] = ["x-forwarded", "x_forwarded", "x-original-", "x-envoy-"];

/// Who is answered at one listener.
#[derive(Debug, Clone, Default)]
pub enum Figures {
    /// This machine.
    #[default]
    ThisMachine,
    /// Everybody: the listener is for nothing else, and the operator chose where it is.
    Everybody,
    /// Whoever presents the token, and this machine.
    TokenOrThisMachine(MetricsToken),
    /// Whoever presents the token: all that comes, comes through a proxy.
    Token(MetricsToken),
    /// All that comes, comes through a proxy.
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

impl Figures {
    pub(in crate::server) fn may_have(
        &self,
        peer: IpAddr,
        version: Version,
        headers: &HeaderMap,
    ) -> ApiResult<()> {
        let is_here = || is_of_this_machine(peer, version, headers);
        match self {
            Self::Everybody => Ok(()),
            Self::ThisMachine if is_here() => Ok(()),
            Self::ThisMachine | Self::Nobody => Err(ApiError::forbidden(
                "The figures are for the machine of this server; whoever runs it opens them with --metrics-listen or \
                 --metrics-token-file.",
            )),
            Self::TokenOrThisMachine(token) | Self::Token(token) => match bearer::sole(headers) {
                Some(presented) if token.is(presented) => Ok(()),
                None if matches!(self, Self::TokenOrThisMachine(_)) && is_here() => Ok(()),
                _ => Err(ApiError::unauthenticated_by(
                    "the token for the figures, which whoever runs this server chose",
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

/// From loopback, under a name of loopback (a page could have its own name point here), and handed on by nobody. A
/// proxy that adds no header and asks under our address is known by its HTTP/1.0, which no scraper speaks any more and
/// nginx does unless it is told otherwise.
fn is_of_this_machine(peer: IpAddr, version: Version, headers: &HeaderMap) -> bool {
    peer.to_canonical().is_loopback()
        && version >= Version::HTTP_11
        && head::names_this_machine(headers)
        && !headers.keys().any(is_of_a_proxy)
}

fn is_of_a_proxy(name: &HeaderName) -> bool {
    HANDED_ON.contains(name) || HANDED_ON_LIKE.iter().any(|like| name.as_str().starts_with(like))
}

/// Figures in the OpenMetrics text format, which Prometheus reads. Without the token that the operator chose, only this
/// machine is answered, and what a proxy hands on is not of this machine.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, description = "The figures.", body = String, content_type = "application/openmetrics-text"),
        FiguresRefused, Unasked))]
pub async fn show(
    State(server): State<ServerState>,
    peer: Peer,
    Extension(figures): Extension<Arc<Figures>>,
    version: Version,
    headers: HeaderMap,
) -> ApiResult<([(HeaderName, HeaderValue); 1], String)> {
    figures.may_have(peer.address().ip(), version, &headers)?;
    let is_unexplained = server.verified.unexplained().is_some();
    let text = server.metrics.text(server.clock.skew(), is_unexplained);
    let text = text.map_err(|_| ApiError::internal())?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(OPENMETRICS))], text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(figures: &Figures, peer: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        figures
            .may_have(peer.parse().expect("an address"), Version::HTTP_11, &map)
            .is_ok()
    }

    #[test]
    fn this_machine_is_whoever_says_so_and_was_handed_on_by_nobody() {
        let here = Figures::ThisMachine;
        for (peer, host) in [
            ("127.0.0.1", "127.0.0.1:7390"),
            ("127.0.0.1", "localhost"),
            ("127.0.0.2", "127.0.0.2:7390"),
            ("::1", "[::1]:7390"),
            ("::ffff:127.0.0.1", "LOCALHOST:80"),
        ] {
            assert!(may(&here, peer, &[("host", host)]), "{peer} {host}");
        }
        let local = ("host", "127.0.0.1:7390");
        for name in [
            "x-forwarded-for",
            "forwarded",
            "via",
            "x-real-ip",
            "x-forwarded-proto",
            "x-forwarded-host",
            "x-forwarded-server",
            "x-forwarded-port",
            "x-forwarded",
            "x-original-forwarded-for",
            "x-envoy-external-address",
            "x-client-ip",
            "cf-connecting-ip",
            "max-forwards",
        ] {
            assert!(!may(&here, "127.0.0.1", &[local, (name, "127.0.0.1")]), "{name}");
        }
        for host in [
            "evil.example:7390",
            "keys.acme.example",
            "203.0.113.7",
            "10.0.0.4:7390",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "0.0.0.0",
            "",
        ] {
            assert!(!may(&here, "127.0.0.1", &[("host", host)]), "{host}");
        }
        // As nginx asks unless it is told otherwise.
        let mut asked = HeaderMap::new();
        asked.insert("host", HeaderValue::from_static("127.0.0.1:7390"));
        asked.insert("connection", HeaderValue::from_static("close"));
        let peer = IpAddr::from([127, 0, 0, 1]);
        assert!(here.may_have(peer, Version::HTTP_10, &asked).is_err());
        assert!(!may(&here, "127.0.0.1", &[]));
        assert!(!may(&here, "203.0.113.7", &[local]));
    }

    #[test]
    fn elsewhere_the_token_opens_them_and_nothing_else_does() {
        const TOKEN: &str = "Bearer kY7w2Qz0pLx9kY7w2Qz0pLx9sd7Hf2";
        let token = MetricsToken::new(&Secret::new("kY7w2Qz0pLx9kY7w2Qz0pLx9sd7Hf2"));
        let (local, presented) = (("host", "127.0.0.1:7390"), ("authorization", TOKEN));
        let wrong = ("authorization", "Bearer kY7w2Qz0pLx9");
        let open = Figures::TokenOrThisMachine(token);
        assert!(may(&open, "203.0.113.7", &[presented]));
        assert!(may(&open, "127.0.0.1", &[local]));
        assert!(!may(&open, "203.0.113.7", &[local]));
        assert!(!may(&open, "203.0.113.7", &[wrong]));
        assert!(!may(&open, "127.0.0.1", &[local, wrong]));
        let proxied = Figures::Token(token);
        assert!(may(&proxied, "127.0.0.1", &[presented]));
        assert!(!may(&proxied, "127.0.0.1", &[local]));
        assert!(!may(&Figures::Nobody, "127.0.0.1", &[local, presented]));
        assert!(may(&Figures::Everybody, "203.0.113.7", &[]));
    }
}

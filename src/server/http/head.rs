//! Refuses requests before they are routed: unsupported methods, ambiguous headers, and a host that this
//! server doesn't answer as.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version};

use super::error::{ApiError, ApiResult};
use crate::api::ProblemType;

/// Headers of which the first or the last would be believed, and the others ignored.
const ONCE: [HeaderName; 3] = [HOST, AUTHORIZATION, HeaderName::from_static("x-keydeck-gateway")];

/// Which hosts a server answers as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// Whatever it is reached by: proxies and gateways hand on their own names.
    Any,
    /// This machine alone, at this address. A page whose name is made to point to this machine (DNS rebinding) would
    /// be of the same origin otherwise.
    Loopback(SocketAddr),
}

/// Whether the request may be looked at, whatever it asks for.
pub fn check(
    method: &Method,
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
    hosts: Hosts,
) -> ApiResult<()> {
    if *method == Method::TRACE || *method == Method::CONNECT {
        return Err(ApiError::new(
            ProblemType::MethodNotAllowed,
            format!("This server doesn't support {method}."),
        ));
    }
    ONCE.iter().try_for_each(|name| once(headers, name))?;
    host(uri, version, headers, hosts)
}

fn once(headers: &HeaderMap, name: &HeaderName) -> ApiResult<()> {
    match headers.get_all(name).iter().nth(1) {
        None => Ok(()),
        Some(_) => Err(ApiError::malformed(name.as_str(), "Send this header once.")),
    }
}

fn host(uri: &Uri, version: Version, headers: &HeaderMap, hosts: Hosts) -> ApiResult<()> {
    let wrong = |message: &str| Err(ApiError::malformed("Host", message));
    let named = match headers.get(HOST).map(authority) {
        Some(Some(named)) => Some(named),
        Some(None) => return wrong("This must be the host that the request is for, and its port."),
        None if version == Version::HTTP_11 => return wrong("Send the host that the request is for."),
        None => None,
    };
    // A request in absolute form names it twice.
    let in_target = uri.authority().map(Authority::as_str);
    if let (Some(named), Some(in_target)) = (named, in_target)
        && !named.eq_ignore_ascii_case(in_target)
    {
        return wrong("This is another host than that of the request's URL.");
    }
    match hosts {
        Hosts::Any => Ok(()),
        Hosts::Loopback(here) if is_here(named.or(in_target), here) => Ok(()),
        Hosts::Loopback(here) => Err(ApiError::misdirected(here)),
    }
}

/// An empty one is allowed where a request needs none (RFC 9110, section 7.2).
fn authority(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    let is_host = || !text.contains('@') && text.parse::<Authority>().is_ok();
    (text.is_empty() || is_host()).then_some(text)
}

/// By a name that can't be made to point elsewhere. Without a port, no other port can be meant.
fn is_here(host: Option<&str>, here: SocketAddr) -> bool {
    let Some((name, at)) = host.map(name_and_port) else {
        return false;
    };
    let is_named = is_loopback_name(name) || name.parse() == Ok(here.ip());
    is_named && at.is_none_or(|at| at.parse() == Ok(here.port()))
}

/// The address that a connection was made to, and the port that a `Host` without one means there.
#[derive(Debug, Clone, Copy)]
pub struct ListenAddress {
    address: SocketAddr,
    usual_port: u16,
}

impl ListenAddress {
    pub fn new(address: SocketAddr, over_tls: bool) -> Self {
        Self {
            address,
            usual_port: if over_tls { 443 } else { 80 },
        }
    }

    /// Whether the `Host` is this very address and port, or `localhost` with this port.
    pub fn is_named_by(self, headers: &HeaderMap) -> bool {
        let Some((name, port)) = headers.get(HOST).and_then(authority).map(name_and_port) else {
            return false;
        };
        let port = match port {
            None => Some(self.usual_port),
            // As it is written, without a sign or zeros before it.
            Some(port) => Some(self.address.port()).filter(|here| here.to_string() == port),
        };
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let address: Option<IpAddr> = address.unwrap_or(name).parse().ok();
        let here = self.address.ip().to_canonical();
        let is_named = address.is_some_and(|address| address.to_canonical() == here)
            || here.is_loopback() && name.eq_ignore_ascii_case("localhost");
        is_named && port == Some(self.address.port())
    }
}

fn name_and_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        // A colon inside of brackets is of the address.
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    }
}

fn is_loopback_name(name: &str) -> bool {
    ["127.0.0.1", "[::1]"].contains(&name) || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::response::IntoResponse;

    use super::*;

    const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7390);

    fn status(method: &str, target: &str, version: Version, headers: &[(&str, &str)], hosts: Hosts) -> u16 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a name");
            map.append(name, value.parse().expect("a value"));
        }
        let method = method.parse().expect("a method");
        let uri = target.parse().expect("a target");
        let checked = check(&method, &uri, version, &map, hosts);
        checked.map_or_else(|refused| refused.into_response().status().as_u16(), |()| 200)
    }

    #[test]
    fn a_server_on_this_machine_answers_as_this_machine_alone() {
        let of = |host: &str| {
            status(
                "GET",
                "/",
                Version::HTTP_11,
                &[("host", host)],
                Hosts::Loopback(HERE),
            )
        };
        for host in [
            "127.0.0.1:7390",
            "localhost:7390",
            "LOCALHOST:7390",
            "[::1]:7390",
            "localhost",
            "127.0.0.1",
            "[::1]",
        ] {
            assert_eq!(of(host), 200, "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:7390",
            "127.0.0.1:80",
            "127.0.0.1:",
            "[::1]:80",
            "127.0.0.1:07390x",
            "localhost.:7390",
            "localhost.evil.example:7390",
            "127.0.0.1.evil.example:7390",
            "127.0.0.2:7390",
            "0.0.0.0:7390",
            "[::]:7390",
            "::1:7390",
            "2130706433:7390",
            "",
        ] {
            assert!(matches!(of(host), 400 | 421), "{host}");
        }
    }

    #[test]
    fn the_target_the_address_and_the_version_are_checked_too() {
        let absolute = |target: &str, host: &str| {
            status(
                "GET",
                target,
                Version::HTTP_11,
                &[("host", host)],
                Hosts::Loopback(HERE),
            )
        };
        assert_eq!(absolute("http://localhost:7390/", "localhost:7390"), 200);
        assert_eq!(absolute("http://evil.example/", "localhost:7390"), 400);
        let elsewhere = Hosts::Loopback(SocketAddr::from(([127, 0, 0, 2], 9100)));
        for (host, code) in [
            ("127.0.0.2:9100", 200),
            ("127.0.0.1:9100", 200),
            ("127.0.0.3:9100", 421),
        ] {
            let answered = status("GET", "/", Version::HTTP_11, &[("host", host)], elsewhere);
            assert_eq!(answered, code, "{host}");
        }
        let old = status("GET", "/", Version::HTTP_10, &[], Hosts::Loopback(HERE));
        assert_eq!(old, 421);
    }

    #[test]
    fn what_says_two_things_and_methods_that_tell_are_refused() {
        let of = |method, headers: &[_]| status(method, "/", Version::HTTP_11, headers, Hosts::Any);
        let host = ("host", "keys.acme.example");
        assert_eq!(of("GET", &[host]), 200);
        assert_eq!(of("GET", &[("host", "keys.acme.example:443")]), 200);
        for name in ["host", "authorization", "x-keydeck-gateway"] {
            assert_eq!(of("GET", &[host, (name, "a"), (name, "a")]), 400, "{name}");
        }
        for host in ["a b", "a,b c", "user@keys.acme.example", "é", "a/b", "http://a"] {
            assert_eq!(of("GET", &[("host", host)]), 400, "{host}");
        }
        assert_eq!(of("GET", &[]), 400);
        assert_eq!(status("GET", "/", Version::HTTP_10, &[], Hosts::Any), 200);
        for method in ["TRACE", "CONNECT"] {
            assert_eq!(of(method, &[host]), 405);
        }
    }
}

//! The client's address: the socket's peer, or what trusted proxies report.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::model::address::network;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose `X-Forwarded-For` is trusted. Anybody can send that header, so from all others
/// it is ignored.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    /// There is one that is not listed, and all clients have its address.
    is_one_unlisted: bool,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress {
    pub address: IpAddr,
    /// It is only that of a gateway or trusted proxy, which passed the request on and named no client, or none that can
    /// be read.
    pub is_unnamed: bool,
}

impl TrustedProxies {
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self {
            networks,
            is_one_unlisted: false,
        }
    }

    /// All requests come through a proxy of which nothing is known.
    pub fn unlisted() -> Self {
        Self {
            networks: Vec::new(),
            is_one_unlisted: true,
        }
    }

    /// The address that the nearest trusted proxy reports, unless that is a trusted proxy
    /// too: then the address that this one reports, and so on, up to an entry that can't be read.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        self.client_behind(peer, headers, false).address
    }

    /// The same, with whether that is the client itself.
    pub fn client_of_key(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        self.client_behind(peer, headers, false)
    }

    /// The same, for a gateway that has identified itself: it is trusted without being listed.
    pub fn client_of_gateway(&self, gateway: IpAddr, headers: &HeaderMap) -> ClientAddress {
        self.client_behind(gateway, headers, true)
    }

    fn client_behind(&self, peer: IpAddr, headers: &HeaderMap, mut vouched: bool) -> ClientAddress {
        let address = peer.to_canonical();
        let mut client = ClientAddress {
            address,
            is_unnamed: vouched || self.is_one_unlisted || self.contains(address),
        };
        let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.as_bytes().rsplit(|&byte| byte == b','));
        // Empty elements of a list are ignored (RFC 9110, section 5.6.1).
        for hop in hops.map(<[u8]>::trim_ascii).filter(|hop| !hop.is_empty()) {
            if !vouched && !self.contains(client.address) {
                break;
            }
            let Some(address) = parse(hop) else {
                client.is_unnamed = true;
                break;
            };
            client = ClientAddress {
                address,
                is_unnamed: false,
            };
            vouched = false;
        }
        client
    }

    /// `address` is not an IPv4-mapped one.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }
}

/// A trusted address or network: `10.0.0.4`, `10.0.0.0/24`, `2001:db8::/64`.
pub fn trusted_proxy(text: &str) -> Result<IpNet, String> {
    match network(text) {
        None => Err("write it like 10.0.0.4, 10.0.0.0/24 or 2001:db8::/64".into()),
        Some(network) if network.prefix_len() == 0 => {
            Err("a /0 would let everybody name any address; list your proxies".into())
        }
        Some(network) => Ok(network),
    }
}

/// The address that limits apply to: a provider gives a /64 of IPv6 to one customer, who can use
/// any of its addresses.
pub fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

/// Some proxies add the port, or brackets around IPv6.
fn parse(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?;
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let address: Option<IpAddr> = text.parse().ok().or_else(with_port).or_else(bare);
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let networks = trusted.iter().map(|text| trusted_proxy(text).unwrap()).collect();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        let client = TrustedProxies::new(networks).client(peer.parse().unwrap(), &headers);
        client.to_string()
    }

    #[test]
    fn a_hundred_forged_headers_change_nothing_when_the_peer_is_not_listed() {
        for n in 0..100 {
            let forged = [
                format!("10.0.0.{n}"),
                format!("127.0.0.1, 10.0.0.{n}"),
                format!("[::1]:{n}"),
                format!("::ffff:10.0.0.{n}"),
                format!("unknown, 203.0.113.{n}"),
            ];
            let line = forged[n % forged.len()].as_str();
            assert_eq!(client(&[], "203.0.113.7", &[line]), "203.0.113.7", "{line}");
            assert_eq!(
                client(&["10.0.0.0/8"], "203.0.113.7", &[line, line]),
                "203.0.113.7",
                "{line}"
            );
        }
    }

    #[test]
    fn the_rightmost_hop_that_is_no_trusted_proxy_is_the_client() {
        let trusted = ["10.0.0.0/24", "2001:db8::1"];
        for (lines, expected) in [
            (&["203.0.113.7"][..], "203.0.113.7"),
            (&["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (&["198.51.100.1, 203.0.113.7, 10.0.0.9"], "203.0.113.7"),
            (
                &["198.51.100.1", "203.0.113.7 ,10.0.0.9", "2001:db8::1"],
                "203.0.113.7",
            ),
            (&["10.0.0.8, 10.0.0.9"], "10.0.0.8"),
            (&["203.0.113.7, , "], "203.0.113.7"),
            (&[""], "10.0.0.4"),
            (&[], "10.0.0.4"),
        ] {
            assert_eq!(client(&trusted, "10.0.0.4", lines), expected, "{lines:?}");
        }
        assert_eq!(
            client(&trusted, "::ffff:10.0.0.4", &["203.0.113.7"]),
            "203.0.113.7"
        );
    }

    #[test]
    fn after_an_entry_that_can_not_be_read_there_is_no_address() {
        for broken in [
            "unknown",
            "_hidden",
            "203.0.113",
            "203.0.113.7:x",
            "[::1",
            "\u{e9}",
            "a b",
        ] {
            let (alone, hidden) = (
                format!("198.51.100.1, {broken}"),
                format!("198.51.100.1, {broken}, 10.0.0.9"),
            );
            assert_eq!(
                client(&["10.0.0.0/24"], "10.0.0.4", &[&alone]),
                "10.0.0.4",
                "{broken}"
            );
            assert_eq!(
                client(&["10.0.0.0/24"], "10.0.0.4", &[&hidden]),
                "10.0.0.9",
                "{broken}"
            );
        }
    }

    #[test]
    fn a_proxy_that_names_no_client_is_not_taken_for_it() {
        let proxies = TrustedProxies::new(vec![trusted_proxy("10.0.0.0/24").unwrap()]);
        for (peer, by_gateway, line, address, is_unnamed) in [
            ("203.0.113.7", false, None, "203.0.113.7", false),
            ("203.0.113.7", false, Some("198.51.100.1"), "203.0.113.7", false),
            ("203.0.113.7", false, Some("unknown"), "203.0.113.7", false),
            ("10.0.0.4", false, None, "10.0.0.4", true),
            ("10.0.0.4", false, Some(""), "10.0.0.4", true),
            ("10.0.0.4", false, Some("unknown"), "10.0.0.4", true),
            ("10.0.0.4", false, Some("198.51.100.1"), "198.51.100.1", false),
            (
                "10.0.0.4",
                false,
                Some("unknown, 198.51.100.1"),
                "198.51.100.1",
                false,
            ),
            ("10.0.0.4", false, Some("unknown, 10.0.0.9"), "10.0.0.9", true),
            ("10.0.0.4", false, Some("10.0.0.9"), "10.0.0.9", false),
            ("192.0.2.1", true, None, "192.0.2.1", true),
            ("192.0.2.1", true, Some("unknown"), "192.0.2.1", true),
            ("192.0.2.1", true, Some("198.51.100.1"), "198.51.100.1", false),
            (
                "192.0.2.1",
                true,
                Some("unknown, 198.51.100.1"),
                "198.51.100.1",
                false,
            ),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(line.map(|line: &str| (X_FORWARDED_FOR, HeaderValue::from_str(line).unwrap())));
            let peer = peer.parse().unwrap();
            let client = match by_gateway {
                true => proxies.client_of_gateway(peer, &headers),
                false => proxies.client_of_key(peer, &headers),
            };
            let expected = ClientAddress {
                address: address.parse().unwrap(),
                is_unnamed,
            };
            assert_eq!(client, expected, "{peer} {line:?}");
        }
        let unlisted = TrustedProxies::unlisted();
        let peer = "10.0.0.4".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.append(X_FORWARDED_FOR, HeaderValue::from_static("198.51.100.1"));
        let client = unlisted.client_of_key(peer, &headers);
        assert_eq!((client.address, client.is_unnamed), (peer, true));
        assert!(!unlisted.client_of_gateway(peer, &headers).is_unnamed);
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_read() {
        for (hop, expected) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:DB8::7]:4711", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:80", "203.0.113.7"),
        ] {
            assert_eq!(client(&["::1"], "::1", &[hop]), expected, "{hop}");
        }
    }

    #[test]
    fn a_trusted_proxy_is_an_address_or_a_network_and_never_everybody() {
        assert_eq!(trusted_proxy(" 10.0.0.4/24 ").unwrap().to_string(), "10.0.0.0/24");
        assert_eq!(
            trusted_proxy("::ffff:10.0.0.4").unwrap().to_string(),
            "10.0.0.4/32"
        );
        for text in [
            "0.0.0.0/0",
            "::/0",
            "::ffff:0:0/96",
            "",
            "proxy.acme.example",
            "10.0.0.4/33",
        ] {
            assert!(trusted_proxy(text).is_err(), "{text}");
        }
    }
}

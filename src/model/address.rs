//! The address of a developer who works locally: one address or a network, never everything.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An IPv4 or IPv6 address or network. Kept normalised: host bits cleared, IPv4-mapped IPv6 as
/// IPv4, a single address without its prefix length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "203.0.113.7")]
pub struct LocalAddress(IpNet);

impl LocalAddress {
    /// Reads `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/48`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("Give your public address, such as 203.0.113.7 or 2001:db8::/48.".into());
        }
        let net = network(text).ok_or(
            "This is no IPv4 or IPv6 address; write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.",
        )?;
        if net.prefix_len() == 0 {
            return Err("A /0 would be the whole internet; name your own address or network.".into());
        }
        Ok(Self(net))
    }

    /// Whether `ip` (IPv4-mapped IPv6 counts as IPv4) is in this network.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }
}

/// An address or a network, normalised as a [`LocalAddress`] is.
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let net = match text.parse::<IpNet>() {
        Ok(net) => net.trunc(),
        Err(_) => text.parse::<IpAddr>().ok()?.into(),
    };
    Some(unmapped(net))
}

/// `::ffff:203.0.113.0/120` is `203.0.113.0/24`.
fn unmapped(net: IpNet) -> IpNet {
    match (net.addr().to_canonical(), net.prefix_len()) {
        (IpAddr::V4(v4), prefix @ 96..) if net.addr().is_ipv6() => {
            ipnet::Ipv4Net::new(v4, prefix - 96).map_or(net, IpNet::V4)
        }
        _ => net,
    }
}

impl fmt::Display for LocalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            write!(f, "{}", self.0.addr())
        } else {
            write!(f, "{}", self.0)
        }
    }
}

impl TryFrom<String> for LocalAddress {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<LocalAddress> for String {
    fn from(address: LocalAddress) -> String {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::LocalAddress;

    fn shown(text: &str) -> Option<String> {
        LocalAddress::parse(text).ok().map(|a| a.to_string())
    }

    #[test]
    fn addresses_and_networks_are_normalised() {
        assert_eq!(shown(" 203.0.113.7 ").as_deref(), Some("203.0.113.7"));
        assert_eq!(shown("203.0.113.7/32").as_deref(), Some("203.0.113.7"));
        assert_eq!(shown("203.0.113.7/24").as_deref(), Some("203.0.113.0/24"));
        assert_eq!(shown("2001:DB8::1").as_deref(), Some("2001:db8::1"));
        assert_eq!(shown("::ffff:203.0.113.7").as_deref(), Some("203.0.113.7"));
        assert_eq!(shown("::ffff:203.0.113.0/120").as_deref(), Some("203.0.113.0/24"));
    }

    #[test]
    fn everything_is_refused() {
        for text in [
            "0.0.0.0/0",
            "::/0",
            "::ffff:0:0/96",
            "",
            "localhost",
            "1.2.3",
            "1.2.3.4/33",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn a_mapped_address_is_in_its_ipv4_network() {
        let net = LocalAddress::parse("203.0.113.0/24").expect("valid");
        assert!(net.contains("::ffff:203.0.113.9".parse().expect("valid")));
        assert!(!net.contains("203.0.114.9".parse().expect("valid")));
    }
}

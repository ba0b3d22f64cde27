//! The address of a developer who works locally: one address or a network, never everything.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pasted;

/// An IPv4 or IPv6 address or network. Kept normalised: host bits cleared, IPv4-mapped IPv6 as
/// IPv4, a single address without its prefix length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "203.0.113.7")]
pub struct LocalAddress(IpNet);

/// The shortest prefixes of a network that is a person's or an office's: what providers give out is narrower.
const WIDEST_V4: u8 = 16;
const WIDEST_V6: u8 = 32;

/// IPv4 addresses that are translated to IPv6 (RFC 6052, section 2.1).
const NAT64: &str = "64:ff9b::/96";

/// Networks that no provider routes, which an organisation may use as a whole (RFC 1918, 6598, 4193, 3927, 4291).
const PRIVATE: [&str; 7] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
];

impl LocalAddress {
    /// Parses `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/48`. Refuses networks that are too large to be a developer's.
    pub fn parse(text: &str) -> Result<Self, String> {
        pasted::refuse(text)?;
        let text = text.trim();
        if text.is_empty() {
            return Err("Give your public address, such as 203.0.113.7 or 2001:db8::/48.".into());
        }
        let net = network(text).ok_or(
            "This is not an IPv4 or IPv6 address; write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.",
        )?;
        if is_too_wide(&net) {
            return Err(format!(
                "{net} is too large for one developer's network; give your own address or network, at most a \
                 /{WIDEST_V4} (IPv4) or a /{WIDEST_V6} (IPv6)."
            ));
        }
        Ok(Self(net))
    }

    /// Parses a value that an earlier version stored, which may be larger than [`LocalAddress::parse`] allows, but
    /// never covers everything.
    pub fn kept(text: &str) -> Result<Self, String> {
        match network(text) {
            Some(net) if net.prefix_len() > 0 => Ok(Self(net)),
            _ => Err("This is not an address or network of a developer.".into()),
        }
    }

    /// Whether `ip` (IPv4-mapped IPv6 is treated as IPv4) is in this network.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }
}

fn is_too_wide(net: &IpNet) -> bool {
    let widest = match net {
        IpNet::V4(_) => WIDEST_V4,
        IpNet::V6(_) if network(NAT64).is_some_and(|all| all.contains(net)) => 96 + WIDEST_V4,
        IpNet::V6(_) => WIDEST_V6,
    };
    let is_private = || {
        PRIVATE
            .iter()
            .filter_map(|text| network(text))
            .any(|private| private.contains(net))
    };
    net.prefix_len() < widest && !is_private()
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
        Self::kept(&text)
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
    fn what_is_too_wide_for_a_developer_is_refused() {
        for text in [
            "0.0.0.0/0",
            "::/0",
            "::ffff:0:0/96",
            "0.0.0.0/1",
            "128.0.0.0/1",
            "203.0.113.7/1",
            "::ffff:0.0.0.0/97",
            "64.0.0.0/2",
            "8.0.0.0/7",
            "203.0.0.0/8",
            "203.0.0.0/15",
            "10.0.0.0/7",
            "172.16.0.0/11",
            "192.168.0.0/15",
            "::/1",
            "8000::/1",
            "2000::/3",
            "2001:d00::/24",
            "2001:db8::/31",
            "fc00::/6",
            "64:ff9b::/96",
            "64:ff9b::8000:0/97",
            "64:ff9b::cb00:0/111",
            "",
            "localhost",
            "1.2.3",
            "1.2.3.4/33",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn a_network_of_ones_own_is_taken_as_a_whole() {
        for text in [
            "203.0.0.0/16",
            "2001:db8::/32",
            "10.0.0.0/8",
            "10.0.0.0/9",
            "172.16.0.0/12",
            "100.64.0.0/10",
            "fc00::/7",
            "fd00::/8",
        ] {
            assert_eq!(shown(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_an_earlier_version_kept_is_read_back() {
        let kept = |text: &str| LocalAddress::try_from(text.to_owned()).map(|a| a.to_string());
        assert_eq!(kept("128.0.0.0/1").as_deref(), Ok("128.0.0.0/1"));
        assert!(kept("0.0.0.0/0").is_err());
        assert!(kept("localhost").is_err());
    }

    #[test]
    fn a_mapped_address_is_in_its_ipv4_network() {
        let net = LocalAddress::parse("203.0.113.0/24").expect("valid");
        assert!(net.contains("::ffff:203.0.113.9".parse().expect("valid")));
        assert!(!net.contains("203.0.114.9".parse().expect("valid")));
    }
}

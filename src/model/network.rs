//! The addresses and networks that a key may be used from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::{IpNet, ipv4_mask_to_prefix};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pasted;

/// An IPv4 or IPv6 address or network. Kept normalised: no host bits, IPv4-mapped IPv6 as IPv4, a single address without
/// its prefix length. In the order in which a list has them: IPv4 first, by address.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema
)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "203.0.113.0/24")]
pub struct AllowedNetwork(IpNet);

/// Longer than any address with its prefix length; what is longer is not repeated.
const LONGEST: usize = 50;

impl AllowedNetwork {
    /// Parses `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/48`. What restricts something else than it seems to is refused.
    pub fn parse(text: &str) -> Result<Self, String> {
        pasted::refuse(text)?;
        let text = text.trim();
        if text.contains([',', ';']) || text.contains(char::is_whitespace) {
            return Err(
                "This is more than one; give each address and network as an entry of its own.".into(),
            );
        }
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let ip: IpAddr = address.parse().map_err(|_| why_no_address(text, address))?;
        let most = if ip.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => prefix_length(ip, length, most)?,
            None => most,
        };
        network(ip, length)
    }

    /// Parses a value that was stored or sent as one.
    pub fn kept(text: &str) -> Result<Self, String> {
        let net = match text.contains('/') {
            true => text.parse().ok(),
            false => text.parse::<IpAddr>().ok().map(IpNet::from),
        };
        net.map(Self)
            .ok_or_else(|| "This is not an address or network.".into())
    }

    /// Whether `ip` (IPv4-mapped IPv6 is treated as IPv4) is in this network.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip.to_canonical())
    }

    /// Whether all of the other one is in this network.
    pub fn covers(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }
}

/// The network of this address, if the address is its first.
fn network(ip: IpAddr, length: u8) -> Result<AllowedNetwork, String> {
    let (ip, length) = match (ip, ip.to_canonical()) {
        (IpAddr::V6(_), IpAddr::V4(v4)) => match length.checked_sub(96) {
            Some(length) => (IpAddr::V4(v4), length),
            None => {
                return Err(format!(
                    "{ip}/{length} is more than all of IPv4; write an IPv4 network like 203.0.113.0/24."
                ));
            }
        },
        _ => (ip, length),
    };
    let net = IpNet::new(ip, length).map_err(|_| "This is not an address or network.")?;
    let whole = net.trunc();
    if length == 0 {
        let family = if ip.is_ipv4() { "IPv4" } else { "IPv6" };
        return Err(format!(
            "{whole} is every {family} address, so that it restricts nothing; name the networks that requests come from. \
             Without any network the key may be used from anywhere."
        ));
    }
    match net == whole {
        true => Ok(AllowedNetwork(net)),
        false => Err(format!(
            "{net} has host bits set; write {whole} for the network, or {ip} for this address alone."
        )),
    }
}

fn prefix_length(ip: IpAddr, text: &str, most: u8) -> Result<u8, String> {
    let mask = text.parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    if let Some(IpAddr::V4(mask)) = mask.filter(|_| ip.is_ipv4())
        && let Ok(length) = ipv4_mask_to_prefix(mask)
    {
        return Err(format!(
            "Write the length of the prefix instead of a mask: {ip}/{length}."
        ));
    }
    let is_number = text.bytes().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let length = text.parse().ok().filter(|length| is_number && *length <= most);
    length.ok_or_else(|| {
        let family = if ip.is_ipv4() { "IPv4" } else { "IPv6" };
        format!(
            "{} has no valid prefix length: of an {family} network it is a number from 1 to {most}, without leading zeros.",
            named(&format!("{ip}/{text}"))
        )
    })
}

/// `text` is the whole entry, `address` the part before the prefix length.
fn why_no_address(text: &str, address: &str) -> String {
    let ip = |text: &str| text.parse::<IpAddr>().ok();
    if text.is_empty() {
        return "Give an address or a network, such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.".into();
    }
    if let Some(ip) = address.split_once('%').and_then(|(address, _)| ip(address)) {
        return format!("A zone id, after %, is of one machine only; leave it out: {ip}.");
    }
    if let Ok(socket) = address.parse::<SocketAddr>() {
        return format!("Leave the port out: {}.", socket.ip());
    }
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(ip) = bare.and_then(ip) {
        return format!("Leave the brackets out: {ip}.");
    }
    let numbers: Vec<&str> = address.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    if numbers.len() == 4 && numbers.iter().all(is_number) {
        let has_zeros = numbers.iter().any(|part| part.len() > 1 && part.starts_with('0'));
        return match has_zeros {
            true => format!(
                "{} has leading zeros, which some programs read as octal; leave them out.",
                named(text)
            ),
            false => format!("{} has a number above 255.", named(text)),
        };
    }
    format!(
        "{} is not an IPv4 or IPv6 address or network; write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48.",
        named(text)
    )
}

/// What was typed, where it can be repeated.
fn named(text: &str) -> &str {
    match text.len() <= LONGEST && text.bytes().all(|c| c.is_ascii_graphic()) {
        true => text,
        false => "This",
    }
}

impl fmt::Display for AllowedNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.prefix_len() == self.0.max_prefix_len() {
            true => write!(f, "{}", self.0.addr()),
            false => write!(f, "{}", self.0),
        }
    }
}

impl TryFrom<String> for AllowedNetwork {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::kept(&text)
    }
}

impl From<AllowedNetwork> for String {
    fn from(network: AllowedNetwork) -> String {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_and_networks_are_normalised() {
        for (typed, kept) in [
            (" 203.0.113.7 ", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("128.0.0.0/1", "128.0.0.0/1"),
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:db8:0:0::/48", "2001:db8::/48"),
            ("2001:db8::7/128", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
            ("::ffff:cb00:7107/128", "203.0.113.7"),
        ] {
            let network = AllowedNetwork::parse(typed).expect(typed);
            assert_eq!(network.to_string(), kept);
            assert_eq!(AllowedNetwork::kept(kept), Ok(network));
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_what_to_write() {
        for (typed, told) in [
            (
                "203.0.113.7/24",
                "write 203.0.113.0/24 for the network, or 203.0.113.7",
            ),
            (
                "2001:db8::7/48",
                "write 2001:db8::/48 for the network, or 2001:db8::7",
            ),
            (
                "::ffff:1.2.3.4/100",
                "1.2.3.4/4 has host bits set; write 0.0.0.0/4",
            ),
            ("::ffff:203.0.113.7/120", "write 203.0.113.0/24"),
            ("::ffff:1.2.3.4/90", "more than all of IPv4"),
            ("0.0.0.0/0", "0.0.0.0/0 is every IPv4 address"),
            ("203.0.113.7/0", "0.0.0.0/0 is every IPv4 address"),
            ("::/0", "::/0 is every IPv6 address"),
            ("::ffff:0:0/96", "0.0.0.0/0 is every IPv4 address"),
            ("10.0.0.0/33", "10.0.0.0/33 has no valid prefix length"),
            ("2001:db8::/129", "from 1 to 128"),
            ("10.0.0.0/", "from 1 to 32"),
            ("10.0.0.0/08", "without leading zeros"),
            ("10.0.0.0/+8", "from 1 to 32"),
            ("10.0.0.0/-1", "from 1 to 32"),
            ("10.0.0.0/8/8", "from 1 to 32"),
            ("10.0.0.0/ 8", "more than one"),
            ("10.0.0.0/8,10.2.0.0/16", "more than one"),
            ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
            ("", "Give an address or a network"),
            (" \t", "Give an address or a network"),
            ("10.0.0.1,10.0.0.2", "more than one"),
            ("10.0.0.1; 10.0.0.2", "more than one"),
            ("10.0.0.1 10.0.0.2", "more than one"),
            ("fe80::1%eth0", "leave it out: fe80::1."),
            ("fe80::1%3/64", "leave it out: fe80::1."),
            ("203.0.113.7:443", "Leave the port out: 203.0.113.7."),
            ("[2001:db8::7]:443", "Leave the port out: 2001:db8::7."),
            ("[2001:db8::7]", "Leave the brackets out: 2001:db8::7."),
            ("010.0.0.1", "010.0.0.1 has leading zeros"),
            ("10.00.0.0/8", "has leading zeros"),
            ("256.0.0.1", "above 255"),
            ("10.0.0", "10.0.0 is not an IPv4 or IPv6 address"),
            ("10.0.*.*", "not an IPv4 or IPv6 address"),
            ("10.0.0.1-10.0.0.9", "not an IPv4 or IPv6 address"),
            ("localhost", "not an IPv4 or IPv6 address"),
            ("http://10.0.0.1/", "not an IPv4 or IPv6 address"),
            ("2001:db8:::1", "not an IPv4 or IPv6 address"),
            ("１０.0.0.1", "This is not an IPv4 or IPv6 address"),
            ("10.0.0.1\u{200b}", "This is not an IPv4 or IPv6 address"),
        ] {
            let message = AllowedNetwork::parse(typed).expect_err(typed);
            assert!(
                message.contains(told) && message.ends_with('.'),
                "{typed}: {message}"
            );
        }
    }

    #[test]
    fn a_mapped_address_is_in_its_ipv4_network() {
        let network = AllowedNetwork::parse("203.0.113.0/24").expect("valid");
        assert!(network.contains("::ffff:203.0.113.9".parse().expect("valid")));
        assert!(!network.contains("203.0.114.9".parse().expect("valid")));
        assert!(!network.contains("2001:db8::1".parse().expect("valid")));
        // All of IPv6 but its first half: no IPv4 address, however it is written.
        let wide = AllowedNetwork::parse("::/1").expect("valid");
        assert!(!wide.contains("::ffff:203.0.113.9".parse().expect("valid")));
    }

    proptest! {
        #[test]
        fn what_is_kept_reads_as_itself(ip: IpAddr, length in 1_u8..=128) {
            let ip = ip.to_canonical();
            let net = IpNet::new(ip, length.min(if ip.is_ipv4() { 32 } else { 128 })).expect("valid").trunc();
            prop_assume!(net.addr() == net.addr().to_canonical());
            let network = AllowedNetwork::parse(&net.to_string()).expect("valid");
            prop_assert_eq!(AllowedNetwork::parse(&network.to_string()), Ok(network));
            prop_assert_eq!(AllowedNetwork::kept(&network.to_string()), Ok(network));
            prop_assert!(network.contains(ip));
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,60}") {
            let _ = AllowedNetwork::parse(&text);
        }
    }
}

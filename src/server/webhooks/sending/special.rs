//! Addresses that are not of the public internet, and those that lead to them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use strum::Display;

/// What an address is used for instead, as the end of "it is …".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display)]
pub enum SpecialUse {
    #[strum(to_string = "an address of the server's own machine")]
    OwnMachine,
    #[strum(to_string = "an address of a private network")]
    Private,
    #[strum(to_string = "a link-local address, as cloud metadata services have")]
    LinkLocal,
    #[strum(to_string = "a multicast address")]
    Multicast,
    #[strum(to_string = "an address for examples and measurements")]
    Example,
    #[strum(to_string = "an address that stands for one of another network")]
    Translated,
    #[strum(to_string = "a reserved address")]
    Reserved,
}

use SpecialUse::{Example, LinkLocal, Multicast, OwnMachine, Private, Reserved, Translated};

/// By the registry of special-purpose addresses of IANA.
const V4: [(Ipv4Net, SpecialUse); 18] = [
    (v4([0, 0, 0, 0], 8), OwnMachine),
    (v4([10, 0, 0, 0], 8), Private),
    // Of networks behind a carrier's NAT.
    (v4([100, 64, 0, 0], 10), Private),
    (v4([127, 0, 0, 0], 8), OwnMachine),
    // Of Azure's virtual machines: public by its number, and answered by the host.
    (v4([168, 63, 129, 16], 32), LinkLocal),
    (v4([169, 254, 0, 0], 16), LinkLocal),
    (v4([172, 16, 0, 0], 12), Private),
    (v4([192, 0, 0, 0], 24), Reserved),
    (v4([192, 0, 2, 0], 24), Example),
    (v4([192, 31, 196, 0], 24), Reserved),
    (v4([192, 52, 193, 0], 24), Reserved),
    (v4([192, 88, 99, 0], 24), Translated),
    (v4([192, 168, 0, 0], 16), Private),
    (v4([198, 18, 0, 0], 15), Example),
    (v4([198, 51, 100, 0], 24), Example),
    (v4([203, 0, 113, 0], 24), Example),
    (v4([224, 0, 0, 0], 4), Multicast),
    (v4([240, 0, 0, 0], 4), Reserved),
];

const V6: [(Ipv6Net, SpecialUse); 14] = [
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 127), OwnMachine),
    // IPv4-compatible.
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), Translated),
    // NAT64 with a prefix of one's own (RFC 8215).
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Translated),
    // Teredo; it is in the next one.
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Translated),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), Example),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Reserved),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Example),
    // 6to4.
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Translated),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Example),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Private),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), LinkLocal),
    // Site-local, as it was before.
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Private),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Multicast),
    (v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48), Reserved),
];
/// All that is assigned to anybody.
const GLOBAL: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);
/// The last four bytes are the IPv4 address that a gateway connects to (RFC 6052).
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

impl SpecialUse {
    /// `None` of a public address. `ip` is one that `reached` returned.
    pub fn of(ip: IpAddr) -> Option<Self> {
        match ip {
            IpAddr::V4(ip) => {
                let of_it = V4.iter().find(|(net, _)| net.contains(&ip));
                of_it.map(|(_, special)| *special)
            }
            IpAddr::V6(ip) => {
                let of_it = V6.iter().find(|(net, _)| net.contains(&ip));
                let other = (!GLOBAL.contains(&ip)).then_some(Reserved);
                of_it.map(|(_, special)| *special).or(other)
            }
        }
    }

    /// Whether a name can permit it: those of one's own machine and networks.
    pub fn is_inside(self) -> bool {
        matches!(self, OwnMachine | Private)
    }
}

/// The address that a connection to `ip` reaches: the IPv4 address that is in it, or `ip` itself.
pub fn reached(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) if NAT64.contains(&ip) => {
            let [.., a, b, c, d] = ip.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        ip => ip,
    }
}

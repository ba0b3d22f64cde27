//! Which addresses are refused, however they are written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use url::Url;

use super::{allowed, ip};
use crate::model::TargetUrl;
use crate::server::webhooks::sending::{AllowedTarget, AllowedTargets, NotPermitted};

fn is_public(ip: IpAddr) -> bool {
    let url: Url = "https://hooks.acme.example/".parse().expect("a URL");
    AllowedTargets::default().judge_address(&url, ip).is_ok()
}

/// Also one that is in a network that was given back: nothing is refused for being unassigned.
const PUBLIC: &str = "\
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
    169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 \
    198.17.255.255 198.20.0.0 203.0.112.255 223.255.255.255 168.63.129.15 2606:4700:4700::1111 \
    2a00:1450:4001::1 2001:200::1 2001:4860:4860::8888 ::ffff:8.8.8.8 64:ff9b::808:808 3ffe::1";
const NOT_PUBLIC: &str = "\
    0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.1 \
    127.255.255.255 168.63.129.16 169.254.0.0 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.0 \
    192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.1 \
    203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 \
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:0 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 \
    64:ff9b::a00:1 64:ff9b::169.254.169.254 64:ff9b:: 64:ff9b:1::808:808 100::1 2001::1 2001:0:7f00:1:: \
    2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: \
    2002:a00:1::1 2002:808:808::1 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fdff::1 fe80::1 febf::1 \
    fec0::1 feff::1 ff00::1 ff02::1 ffff::";

#[test]
fn addresses_of_the_public_internet_pass_and_others_do_not() {
    let of = |list: &'static str| list.split_whitespace().map(|text| (text, is_public(ip(text))));
    assert_eq!(of(PUBLIC).find(|(_, is_public)| !is_public), None);
    assert_eq!(of(NOT_PUBLIC).find(|(_, is_public)| *is_public), None);
}

/// As far as Rust's own library knows.
fn is_inside_v4(ip: Ipv4Addr) -> bool {
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || ip.is_unspecified()
        || ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64
}

fn is_inside_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
        || ip.to_ipv4().is_some_and(is_inside_v4)
}

/// The IPv6 addresses that lead to an IPv4 address, or may.
fn forms(v4: Ipv4Addr) -> [Ipv6Addr; 6] {
    let [a, b, c, d] = v4.octets();
    let [high, low] = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
    [
        v4.to_ipv6_mapped(),
        Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        Ipv6Addr::new(0x2001, 0, 0x4136, 0xe378, 0x8000, 0x63bf, !high, !low),
    ]
}

fn inside() -> impl Strategy<Value = Ipv4Addr> {
    let nets = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/4",
        "240.0.0.0/4",
    ];
    let net =
        (0..nets.len()).prop_map(move |index| nets[index].parse::<ipnet::Ipv4Net>().expect("a network"));
    (net, any::<u32>()).prop_map(|(net, host)| {
        let host = host & u32::from(net.hostmask());
        Ipv4Addr::from(u32::from(net.network()) | host)
    })
}

proptest! {
    #[test]
    fn no_address_inside_passes_in_any_form(v4 in inside()) {
        prop_assert!(!is_public(v4.into()));
        for v6 in forms(v4) {
            prop_assert!(!is_public(v6.into()), "{v6}");
        }
        let [a, b, c, d] = v4.octets();
        let number = u32::from(v4);
        for host in [
            format!("{a}.{b}.{c}.{d}"),
            format!("{number}"),
            format!("0x{number:x}"),
            format!("0{number:o}"),
            format!("0x{a:x}.0{b:o}.{c}.{d}"),
            format!("{a}.{}", number & 0x00ff_ffff),
            format!("{a}.{b}.{}", number & 0xffff),
            format!("[::ffff:{v4}]"),
        ] {
            for scheme in ["https", "http"] {
                let url = TargetUrl::parse(&format!("{scheme}://{host}/")).expect(&host);
                let judged = AllowedTargets::default().judge(&url);
                prop_assert!(matches!(judged, Err(NotPermitted::Special { .. })), "{url}");
            }
        }
    }

    #[test]
    fn no_address_passes_that_the_standard_library_knows_to_be_inside(v4 in any::<u32>(), v6 in any::<u128>()) {
        let v4 = Ipv4Addr::from(v4);
        prop_assert!(!is_public(v4.into()) || !is_inside_v4(v4), "{v4}");
        for top in [0, 0x0064_ff9b, 0xfc00_0000, 0xfe80_0000, 0xff00_0000, 0x2001_0000, 0x2001_0db8] {
            let v6 = Ipv6Addr::from(v6 >> 32 | top << 96);
            prop_assert!(!is_public(v6.into()) || !is_inside_v6(v6), "{v6}");
        }
        let v6 = Ipv6Addr::from(v6);
        prop_assert!(!is_public(v6.into()) || !is_inside_v6(v6), "{v6}");
    }

    #[test]
    fn a_listed_network_permits_its_addresses_and_no_others(v4 in inside()) {
        let url: Url = "http://hooks.acme.example/".parse().expect("a URL");
        let permits = |list: &[&str]| allowed(list).judge_address(&url, v4.into()).is_ok();
        prop_assert!(permits(&[&v4.to_string()]));
        let in_ten = v4.octets()[0] == 10;
        prop_assert_eq!(permits(&["10.0.0.0/8"]), in_ten);
        prop_assert_eq!(permits(&["192.0.2.0/24", "10.0.0.0/8", "fc00::/7"]), in_ten);
    }
}

fn judged(list: &[&str], url: &str) -> Result<(), String> {
    let url = TargetUrl::parse(url).expect(url);
    allowed(list).judge(&url).map_err(|why| why.to_string())
}

#[test]
fn a_url_is_judged_as_far_as_it_says_where_it_leads() {
    for (list, url) in [
        (&[][..], "https://hooks.acme.example/"),
        (&[], "https://8.8.8.8:8443/"),
        (&["127.0.0.1"], "http://127.0.0.1:9000/"),
        (&["127.0.0.1"], "https://127.0.0.1/"),
        (&["127.0.0.1"], "http://[::ffff:127.0.0.1]/"),
        (&["::1"], "http://[::1]:9000/"),
        (&["localhost"], "http://localhost:9000/"),
        (&["127.0.0.0/8"], "http://localhost:9000/"),
        (&["10.0.0.0/8"], "http://hooks.acme.internal/"),
        (&["hooks.acme.internal"], "http://Hooks.ACME.internal/"),
        (&["169.254.169.254"], "http://169.254.169.254/"),
    ] {
        assert_eq!(judged(list, url), Ok(()), "{list:?} {url}");
    }
    for (list, url, words) in [
        (&[][..], "http://hooks.acme.example/", "plain http:// is only for"),
        (&[], "http://8.8.8.8/", "plain http:// is only for"),
        (&["8.8.8.8"], "http://8.8.8.8/", "plain http:// is only for"),
        (
            &[],
            "https://127.0.0.1/",
            "127.0.0.1 is an address of the server's own machine",
        ),
        (&[], "https://localhost/", "--webhooks-allow 127.0.0.1"),
        (&[], "https://keys.localhost/", "own machine"),
        (&[], "https://localhost.localdomain/", "own machine"),
        (&[], "https://ip6-localhost/", "own machine"),
        (&["10.0.0.0/8"], "https://localhost/", "own machine"),
        (&["other.internal"], "https://10.0.0.7/", "private network"),
        (&["10.0.0.8"], "https://10.0.0.7/", "--webhooks-allow 10.0.0.7"),
        (&["localhost"], "https://127.0.0.1/", "own machine"),
        (&[], "https://169.254.169.254/latest/meta-data", "metadata"),
        (&[], "https://[fe80::1]/", "link-local"),
        (
            &[],
            "https://[2002:7f00:1::]/",
            "stands for one of another network",
        ),
    ] {
        let why = judged(list, url).expect_err(url);
        assert!(why.contains(words), "{url}: {why}");
    }
}

#[test]
fn entries_of_the_list_are_networks_addresses_and_names() {
    for (text, shown) in [
        (" 10.1.0.0/16", "10.1.0.0/16"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("fd00::/8", "fd00::/8"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("localhost", "localhost"),
        ("Hooks.ACME.internal.", "hooks.acme.internal"),
        ("bücher.example", "xn--bcher-kva.example"),
    ] {
        let target: AllowedTarget = text.parse().expect(text);
        assert_eq!(target.to_string(), shown);
    }
    for (text, words) in [
        ("", "no network, address or host name"),
        ("10.1.2.3/16", "host bits"),
        ("0.0.0.0/0", "restricts nothing"),
        ("10.0.0.0/33", "prefix length"),
        ("hooks.acme.internal:8443", ""),
        ("[::1]", ""),
        ("https://hooks.acme.internal", "whole host name"),
        ("*.acme.internal", "whole host name"),
        ("127.1", "write the address as 127.0.0.1"),
        ("2130706433", "write the address as 127.0.0.1"),
        ("a..b", "no network"),
        ("a b", ""),
    ] {
        let why = text.parse::<AllowedTarget>().expect_err(text);
        assert!(why.contains(words), "{text}: {why}");
    }
}

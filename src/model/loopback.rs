//! Which URLs never leave this machine, so that plain text shows nothing to others.

use url::{Host, Url};

/// Whether the host of `url` is this machine by its name or address alone; nothing is looked up.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

//! Values of flags: one of a few words, and an address to listen on.

use std::error::Error;
use std::net::{SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use strum::IntoEnumIterator;

/// The words of an enum: those that the API, or `config.toml`, has for it.
pub fn word<T>() -> impl TypedValueParser<Value = T>
where
    T: IntoEnumIterator + Into<&'static str> + FromStr<Err: Into<Box<dyn Error + Send + Sync>>>,
    T: Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(T::iter().map(Into::<&'static str>::into)).try_map(|text| text.parse())
}

/// An IP address or a name, and a port. Of the addresses of a name, one of IPv4 is taken first: `localhost` is also one of
/// IPv6, and more programs ask for 127.0.0.1.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let wrong = |why: &str| {
        format!("{why}; give an IP address or a name of this machine, and a port, such as 127.0.0.1:7390")
    };
    let port = text.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
    match port {
        None => return Err(wrong("there is no port")),
        Some(Err(_)) => return Err(wrong("the port is not a number up to 65535")),
        Some(Ok(_)) => {}
    }
    let found: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|error| wrong(&format!("no address is known for it: {error}")))?
        .collect();
    let preferred = found.iter().find(|address| address.is_ipv4());
    preferred
        .or(found.first())
        .copied()
        .ok_or_else(|| wrong("no address is known for it"))
}

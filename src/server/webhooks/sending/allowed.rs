//! Which targets webhooks may be sent to: those on the public internet, and those inside that the operator listed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;
use url::{Host, Url};

use super::special::{SpecialUse, reached};
use crate::model::{AllowedNetwork, TargetUrl, domain};

/// One entry of the operator's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedTarget {
    Network(AllowedNetwork),
    /// It may have addresses of private networks and of this machine, but not link-local ones.
    Name(String),
}

/// The operator's list.
#[derive(Debug, Clone, Default)]
pub struct AllowedTargets(Vec<AllowedTarget>);

/// Why a target isn't connected to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotPermitted {
    #[error("{address} is {special}; only the operator can permit it, with --webhooks-allow {address}")]
    Special { address: IpAddr, special: SpecialUse },
    #[error(
        "plain http:// is only for targets inside that the operator lists with --webhooks-allow; use https://"
    )]
    Plain,
}

impl AllowedTargets {
    pub fn new(list: Vec<AllowedTarget>) -> Self {
        Self(list)
    }

    /// What can be said of a URL before its name is resolved. Each delivery is judged again, by its addresses.
    pub fn judge(&self, target: &TargetUrl) -> Result<(), NotPermitted> {
        let url = target.url();
        match url.host() {
            Some(Host::Ipv4(ip)) => self.judge_address(url, ip.into()),
            Some(Host::Ipv6(ip)) => self.judge_address(url, ip.into()),
            Some(Host::Domain(name)) if self.is_listed_name(name) => Ok(()),
            Some(Host::Domain(_)) if domain::is_local(&target.origin()) => {
                self.judge_address(url, IpAddr::from([127, 0, 0, 1]))
            }
            _ if url.scheme() == "http" && self.0.is_empty() => Err(NotPermitted::Plain),
            _ => Ok(()),
        }
    }

    /// Whether a connection for `url` may be made to `address`, which its host is or has.
    pub fn judge_address(&self, url: &Url, address: IpAddr) -> Result<(), NotPermitted> {
        let there = reached(address);
        let Some(special) = SpecialUse::of(there) else {
            return match url.scheme() {
                "https" => Ok(()),
                _ => Err(NotPermitted::Plain),
            };
        };
        let is_listed = self.is_listed(address) || self.is_listed(there);
        let is_named = || url.host_str().is_some_and(|name| self.is_listed_name(name));
        match is_listed || special.is_inside() && is_named() {
            true => Ok(()),
            false => Err(NotPermitted::Special { address, special }),
        }
    }

    fn is_listed(&self, ip: IpAddr) -> bool {
        let covers =
            |target: &AllowedTarget| matches!(target, AllowedTarget::Network(net) if net.contains(ip));
        self.0.iter().any(covers)
    }

    fn is_listed_name(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.');
        let is_it = |target: &AllowedTarget| matches!(target, AllowedTarget::Name(listed) if listed == name);
        self.0.iter().any(is_it)
    }
}

impl FromStr for AllowedTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.contains("://") || text.contains('*') {
            return Err(
                "list a network, an address or a whole host name: 10.1.0.0/16, 127.0.0.1, hooks.acme.internal".into(),
            );
        }
        if text.contains(['/', ':']) || text.parse::<IpAddr>().is_ok() {
            return AllowedNetwork::parse(text).map(Self::Network);
        }
        match Host::parse(text.trim_end_matches('.')) {
            Ok(Host::Domain(name)) if !name.split('.').any(str::is_empty) => Ok(Self::Name(name)),
            Ok(Host::Ipv4(ip)) => Err(format!("write the address as {ip}")),
            _ => Err("this is no network, address or host name".into()),
        }
    }
}

impl fmt::Display for AllowedTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(net) => net.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

//! One request with a key, and of how many places one is remembered.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The origins and addresses that are remembered of a key, the newest of each.
pub const SOURCES: usize = 8;

/// One request, of those that were allowed or of those that were refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Microseconds since the epoch.
    pub at: i64,
    pub address: Option<IpAddr>,
    /// The page's origin or the app's bundle identifier.
    pub origin: Option<Box<str>>,
}

impl Use {
    pub fn new(at: Timestamp, address: Option<IpAddr>, origin: Option<&str>) -> Self {
        Self {
            at: at.as_microsecond(),
            address,
            origin: origin.map(Box::from),
        }
    }
}

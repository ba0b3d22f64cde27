//! The servers that a client calls, and how long it waits.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::{Secret, Servers};

/// A server, or several over one database, and the sign-in token for them.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub servers: Servers,
    pub token: Secret,
    pub timeouts: Timeouts,
    /// PEM certificates of authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// FailureKind long a client waits for one server.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// From the first byte sent to the last byte read; not for the event stream.
    pub total: Duration,
    /// An event stream that is silent for longer is dead.
    pub silence: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(10),
            silence: Duration::from_secs(45),
        }
    }
}

impl Endpoint {
    pub fn new(servers: Servers, token: Secret) -> Self {
        Self {
            servers,
            token,
            timeouts: Timeouts::default(),
            ca_file: None,
        }
    }
}

//! Who makes a change.

use std::net::IpAddr;

use super::Visible;
use crate::api::PersonRef;

/// Somebody of whom it was seen, in this transaction, that they may act.
#[derive(Debug, Clone)]
pub struct Acting {
    pub seq: i64,
    pub person: PersonRef,
    pub address: Option<IpAddr>,
    pub visible: Visible,
}

impl Acting {
    /// The number of the only one whose things they may see; 0 is anybody's.
    pub fn only_theirs(&self) -> i64 {
        match self.visible {
            Visible::All => 0,
            Visible::CreatedBy(_) => self.seq,
        }
    }
}

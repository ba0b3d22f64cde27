//! The caller of a change.

use std::net::IpAddr;

use super::Visible;
use crate::api::PersonRef;

/// A caller who was found, in this transaction, to be allowed to act.
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

//! What is asked of the server about a key between its creation and its end, and what it answers.

use uuid::Uuid;

use crate::api::{
    Disabling, KeptToken, Key, KeyCounts, Leak, LeakDeciding, NewRotation, Rotated, RotationExtension,
};
use crate::client::Error;

#[derive(Debug)]
pub enum LifecycleRequest {
    Disable {
        id: Uuid,
        disabling: Disabling,
    },
    Enable {
        id: Uuid,
    },
    Rotate {
        id: Uuid,
        version: u64,
        new: NewRotation,
    },
    /// The old token is valid for longer.
    Extend {
        id: Uuid,
        version: u64,
        extension: RotationExtension,
    },
    /// Only one of the two tokens stays.
    Finish {
        id: Uuid,
        version: u64,
        keep: KeptToken,
    },
    /// The key as it is now.
    Read {
        number: u64,
        id: Uuid,
    },
    /// How many keys expire soon.
    CountExpiring {
        number: u64,
    },
    /// How many keys were revoked.
    CountRevoked {
        number: u64,
    },
    /// The reports of leaked keys about which nobody has decided.
    ReadLeaks {
        number: u64,
    },
    DecideLeak {
        id: Uuid,
        deciding: LeakDeciding,
    },
}

impl LifecycleRequest {
    pub fn is_change(&self) -> bool {
        !matches!(
            self,
            LifecycleRequest::Read { .. }
                | LifecycleRequest::CountExpiring { .. }
                | LifecycleRequest::CountRevoked { .. }
                | LifecycleRequest::ReadLeaks { .. }
        )
    }
}

#[derive(Debug)]
pub enum LifecycleReply {
    Disabled {
        id: Uuid,
        result: Result<Box<Key>, Error>,
    },
    Enabled {
        id: Uuid,
        result: Result<Box<Key>, Error>,
    },
    Rotated {
        id: Uuid,
        result: Result<Box<Rotated>, Error>,
    },
    Extended {
        id: Uuid,
        result: Result<Box<Key>, Error>,
    },
    Finished {
        id: Uuid,
        keep: KeptToken,
        result: Result<Box<Key>, Error>,
    },
    Read {
        number: u64,
        result: Result<Box<Key>, Error>,
    },
    ExpiringCounted {
        number: u64,
        result: Result<KeyCounts, Error>,
    },
    RevokedCounted {
        number: u64,
        result: Result<KeyCounts, Error>,
    },
    LeaksRead {
        number: u64,
        result: Result<Vec<Leak>, Error>,
    },
    LeakDecided {
        id: Uuid,
        result: Result<Box<Leak>, Error>,
    },
}

impl LifecycleReply {
    /// Why it failed.
    pub fn error(&self) -> Option<&Error> {
        match self {
            LifecycleReply::Disabled { result, .. }
            | LifecycleReply::Enabled { result, .. }
            | LifecycleReply::Extended { result, .. }
            | LifecycleReply::Finished { result, .. }
            | LifecycleReply::Read { result, .. } => result.as_ref().err(),
            LifecycleReply::Rotated { result, .. } => result.as_ref().err(),
            LifecycleReply::ExpiringCounted { result, .. }
            | LifecycleReply::RevokedCounted { result, .. } => result.as_ref().err(),
            LifecycleReply::LeaksRead { result, .. } => result.as_ref().err(),
            LifecycleReply::LeakDecided { result, .. } => result.as_ref().err(),
        }
    }

    pub fn answers_change(&self) -> bool {
        !matches!(
            self,
            LifecycleReply::Read { .. }
                | LifecycleReply::ExpiringCounted { .. }
                | LifecycleReply::RevokedCounted { .. }
                | LifecycleReply::LeaksRead { .. }
        )
    }
}

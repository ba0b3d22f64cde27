//! What people did in the sample lately: as the file has it, and as it is carried out.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::{Span, Timestamp};
use serde::Deserialize;
use uuid::Uuid;

use super::times::{before, broken, known};
use crate::failure::Failure;
use crate::model::KeyEdit;

/// Something that a person did to a key, or that was refused to somebody.
#[derive(Debug, Clone)]
pub struct Deed {
    pub at: Timestamp,
    pub what: DeedKind,
}

#[derive(Debug, Clone)]
pub enum DeedKind {
    ToKey {
        by: Uuid,
        key: String,
        did: KeyDeed,
    },
    /// A sign-in with a token that nobody has, from this address.
    SignInRefused(IpAddr),
}

#[derive(Debug, Clone)]
pub enum KeyDeed {
    Edit(Box<KeyEdit>),
    Disable(String),
    Enable,
    Revoke(String),
    /// Until then the old token is valid; `None`: it is refused immediately.
    Rotate(Option<Timestamp>),
    /// The secret is copied, which the log records.
    Reveal,
}

/// What somebody did to a key, or that a sign-in was refused.
#[derive(Debug, Deserialize)]
pub struct FileDeed {
    ago: Span,
    by: Option<String>,
    key: Option<String>,
    #[serde(flatten)]
    what: FileDeedKind,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FileDeedKind {
    Edit(Box<KeyEdit>),
    Disable(String),
    Enable,
    /// At once: the old token is refused from then on.
    Rotate,
    Reveal,
    SignInRefused(IpAddr),
}

impl FileDeed {
    /// As it was done at `now`, by people of these ids.
    pub fn at(self, ids: &HashMap<String, Uuid>, now: Timestamp) -> Result<Deed, Failure> {
        deed(self, ids, now)
    }
}

fn deed(did: FileDeed, ids: &HashMap<String, Uuid>, now: Timestamp) -> Result<Deed, Failure> {
    let at = before(now, did.ago)?;
    let to_key = match did.what {
        FileDeedKind::SignInRefused(address) => {
            return Ok(Deed {
                at,
                what: DeedKind::SignInRefused(address),
            });
        }
        FileDeedKind::Edit(edit) => KeyDeed::Edit(edit),
        FileDeedKind::Disable(reason) => KeyDeed::Disable(reason),
        FileDeedKind::Enable => KeyDeed::Enable,
        FileDeedKind::Rotate => KeyDeed::Rotate(None),
        FileDeedKind::Reveal => KeyDeed::Reveal,
    };
    let missing = || broken("somebody did something to no key");
    Ok(Deed {
        at,
        what: DeedKind::ToKey {
            by: known(ids, did.by.as_deref().ok_or_else(missing)?)?,
            key: did.key.ok_or_else(missing)?,
            did: to_key,
        },
    })
}

//! Projects as they are stored, and what comes of changing or removing them.

use jiff::Timestamp;
use uuid::Uuid;

use crate::api::{PersonRef, SessionServer};
use crate::server::store::seals::Sealed;

/// A project as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectRecord {
    pub id: Uuid,
    pub name: String,
    pub creator: PersonRef,
    pub deployed: bool,
    pub created_at: Timestamp,
    /// How many of its active keys may be seen.
    pub keys: u64,
    pub session_server: Option<SessionServer>,
}

/// A session server to be stored.
#[derive(Debug, Clone)]
pub struct NewSessionServer {
    pub server: SessionServer,
    /// Its sealed private key. `None`: the one that is set stays.
    pub private_key: Option<Sealed>,
}

/// What the keys of a project connect with.
#[derive(Debug, Clone)]
pub struct SessionSigner {
    pub server: SessionServer,
    pub private_key: Sealed,
}

/// The session server that a token is of, and its project.
#[derive(Debug, Clone)]
pub struct AskingServer {
    pub project: Uuid,
    pub deployed: bool,
    pub signer: SessionSigner,
}

/// What came of issuing a token for a session server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionTokenIssue {
    Issued,
    /// The project has none that could use it.
    NoSessionServer,
    Missing,
}

/// What came of setting a session server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionServerChange {
    Set(ProjectRecord),
    /// None was given, and none is set that could stay.
    NoPrivateKey,
    Missing,
}

/// What came of removing a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectRemoval {
    Removed,
    /// It has so many active keys that may be seen.
    HasKeys(u64),
    /// It has active keys, and none of them may be seen.
    HasKeysOfOthers,
    Missing,
}

//! What is stored, and what comes of changing it, as those who ask the store have it.

mod imports;
mod keys;
mod leaks;
mod people;
mod plans;
mod projects;
mod webhooks;

use std::net::IpAddr;

use jiff::Timestamp;
use uuid::Uuid;

pub use self::imports::{
    ImportCommit, ImportCounts, ImportFault, ImportNames, NamedProject, StagedKey, Staging,
};
pub use self::keys::{
    Found, FoundToken, IDEMPOTENT, Idempotency, KeyChange, KeyCreation, KeyGroup, KeyQuery, KeyRecord,
    KeySlice, KeySwitch, NewKey, NewKeyToken, Place, PlaceValue, Position, Revocation, RevokedKey,
    RotationChange, RotationEdit,
};
pub use self::leaks::{LeakOutcome, LeakRecord, NewLeak};
pub use self::people::{Fate, NewUserRecord, Removal, RoleChange};
pub use self::plans::{MadePlan, NewPlanRecord, PlanCommit, PlanRecord, PlanScope};
pub use self::projects::{
    AskingServer, NewSessionServer, ProjectRecord, ProjectRemoval, SessionServerChange, SessionSigner,
    SessionTokenIssue,
};
pub use self::webhooks::{
    AfterAttempt, ClaimedDelivery, DueWebhook, NewWebhookRecord, NotedAttempt, Queued, ToldEnds,
    TooManyWebhooks, WebhookBacklog, WebhookChange,
};
use crate::api::KeyEventKind;
use crate::model::{Role, TokenHash};

/// Whose keys a request may see. It is part of every query, so that what may not be seen is
/// missing in the same way as what does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    All,
    /// Only what this user created.
    CreatedBy(Uuid),
}

/// The caller, from where, and what was known of them when the request was allowed. That must still
/// hold in the transaction that writes; otherwise nothing is written or handed out.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    pub user: Uuid,
    pub role: Role,
    /// Of the token that was presented; `None` for the session at the terminal of the local deck.
    pub token: Option<TokenHash>,
    /// Recorded in the activity log.
    pub address: Option<IpAddr>,
    /// What they may see. Names are unique in it, so that a name that is taken reveals nothing that they can't see.
    pub visible: Visible,
}

/// A project or a user that could not be stored because its name or address is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken;

/// A change that subscribers are notified of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeRecord {
    /// The `seq` of its activity row.
    pub seq: u64,
    pub what: Changed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    Key {
        kind: KeyEventKind,
        key: Uuid,
        creator: Uuid,
    },
    /// Among people: somebody's role or token, who there is.
    People,
    Projects,
    /// Where the keys of a project connect to.
    SessionServers,
    /// Nothing but that the log has grown.
    Log,
}

/// A gateway to be stored.
#[derive(Debug, Clone)]
pub struct NewGatewayRecord {
    pub id: Uuid,
    pub name: String,
    pub token: TokenHash,
    pub added_at: Timestamp,
}

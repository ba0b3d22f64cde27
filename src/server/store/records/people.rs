//! People as they are stored, and what comes of changing or removing them.

use uuid::Uuid;

use crate::api::{RemovalProgress, RemovedUser, User};
use crate::model::{Role, TokenHash};

/// A user to be stored.
#[derive(Debug, Clone)]
pub struct NewUserRecord {
    pub email: String,
    pub role: Role,
    pub token: Option<TokenHash>,
}

/// What came of a change of role.
#[derive(Debug, Clone)]
pub enum RoleChange {
    Changed(User),
    /// An organisation keeps at least one Owner.
    LastOwner,
    Missing,
}

/// What becomes of the active keys of a person who is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Revoke,
    /// The keys, and the projects too, are this person's from now on.
    HandOver(Uuid),
}

/// What came of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    Removed(RemovedUser),
    /// They are removed, and so much of what was theirs is dealt with. [`PeopleStore::continue_removal`] does the rest.
    ///
    /// [`PeopleStore::continue_removal`]: crate::server::store::PeopleStore::continue_removal
    Begun(RemovalProgress),
    /// They have so many active keys, and nothing was said of what becomes of them.
    HasKeys(u64),
    /// There is no other person with this id to hand them over to.
    NobodyToHandTo,
    /// The keys of somebody who was removed are being handed over to them.
    IsHeir,
    /// An organisation keeps at least one Owner.
    LastOwner,
    Missing,
}

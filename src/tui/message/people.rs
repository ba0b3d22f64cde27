//! What is asked of the server about people, and what it answers.

use std::collections::HashSet;

use uuid::Uuid;

use crate::api::{
    CreatedUser, Key, KeyList, NewUser, Person, PersonRef, RemovalProgress, User, UserQuery, UserRemoval,
};
use crate::client::Error;
use crate::model::{Role, Secret};
use crate::tui::state::list::Fetch;

#[derive(Debug)]
pub enum PeopleRequest {
    Load {
        generation: u64,
        fetch: Fetch,
        query: UserQuery,
    },
    Add {
        new: NewUser,
    },
    SetRole {
        id: Uuid,
        role: Role,
    },
    NewToken {
        person: PersonRef,
    },
    /// The first of a person's keys, and how many there are.
    LookAtKeys {
        number: u64,
        list: KeyList,
    },
    /// Whom keys may be handed over to.
    FindHeirs {
        query: UserQuery,
    },
    Remove {
        id: Uuid,
        removal: UserRemoval,
    },
}

impl PeopleRequest {
    /// Whether the server is to change something.
    pub fn is_change(&self) -> bool {
        match self {
            PeopleRequest::Add { .. } | PeopleRequest::SetRole { .. } => true,
            PeopleRequest::NewToken { .. } | PeopleRequest::Remove { .. } => true,
            PeopleRequest::Load { .. } => false,
            PeopleRequest::LookAtKeys { .. } | PeopleRequest::FindHeirs { .. } => false,
        }
    }
}

#[derive(Debug)]
pub enum PeopleReply {
    Loaded {
        generation: u64,
        fetch: Fetch,
        result: Result<Vec<Person>, Error>,
    },
    Added(Result<CreatedUser, Error>),
    RoleSet {
        id: Uuid,
        result: Result<User, Error>,
    },
    TokenMade {
        person: PersonRef,
        result: Result<Secret, Error>,
    },
    KeysLookedAt {
        number: u64,
        result: Result<Holding, Error>,
    },
    HeirsFound {
        query: UserQuery,
        result: Result<Vec<Person>, Error>,
    },
    /// Of very many keys, so much is done.
    Removing {
        id: Uuid,
        progress: RemovalProgress,
    },
    Removed {
        id: Uuid,
        result: Result<RemovalProgress, Error>,
    },
}

impl PeopleReply {
    /// Whether it answers a change.
    pub fn answers_change(&self) -> bool {
        match self {
            PeopleReply::Added(_) | PeopleReply::RoleSet { .. } => true,
            PeopleReply::TokenMade { .. } | PeopleReply::Removed { .. } => true,
            PeopleReply::Loaded { .. } => false,
            PeopleReply::KeysLookedAt { .. } | PeopleReply::HeirsFound { .. } => false,
            PeopleReply::Removing { .. } => false,
        }
    }

    /// Why an answer is none.
    pub fn error(&self) -> Option<&Error> {
        match self {
            PeopleReply::Loaded { result, .. } => result.as_ref().err(),
            PeopleReply::Added(result) => result.as_ref().err(),
            PeopleReply::RoleSet { result, .. } => result.as_ref().err(),
            PeopleReply::TokenMade { result, .. } => result.as_ref().err(),
            PeopleReply::KeysLookedAt { result, .. } => result.as_ref().err(),
            PeopleReply::HeirsFound { result, .. } => result.as_ref().err(),
            PeopleReply::Removing { .. } => None,
            PeopleReply::Removed { result, .. } => result.as_ref().err(),
        }
    }
}

/// The first of a person's active keys, those used last in front, and how many there are.
#[derive(Debug, Clone)]
pub struct Holding {
    pub keys: Vec<Key>,
    pub total: u64,
}

impl Holding {
    pub fn is_same(&self, other: &Self) -> bool {
        let ids = |holding: &Self| holding.keys.iter().map(|key| key.id).collect::<HashSet<_>>();
        self.total == other.total && ids(self) == ids(other)
    }
}

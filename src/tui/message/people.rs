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
    LoadKeys {
        number: u64,
        list: Box<KeyList>,
    },
    /// Whom keys may be handed over to.
    FindSuccessors {
        number: u64,
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
            PeopleRequest::LoadKeys { .. } | PeopleRequest::FindSuccessors { .. } => false,
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
    KeysLoaded {
        number: u64,
        result: Result<PersonKeys, Error>,
    },
    SuccessorsFound {
        number: u64,
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
            PeopleReply::KeysLoaded { .. } | PeopleReply::SuccessorsFound { .. } => false,
            PeopleReply::Removing { .. } => false,
        }
    }

    /// Why it failed.
    pub fn error(&self) -> Option<&Error> {
        match self {
            PeopleReply::Loaded { result, .. } => result.as_ref().err(),
            PeopleReply::Added(result) => result.as_ref().err(),
            PeopleReply::RoleSet { result, .. } => result.as_ref().err(),
            PeopleReply::TokenMade { result, .. } => result.as_ref().err(),
            PeopleReply::KeysLoaded { result, .. } => result.as_ref().err(),
            PeopleReply::SuccessorsFound { result, .. } => result.as_ref().err(),
            PeopleReply::Removing { .. } => None,
            PeopleReply::Removed { result, .. } => result.as_ref().err(),
        }
    }
}

/// The first of a person's active keys, those used last in front, and how many there are.
#[derive(Debug, Clone)]
pub struct PersonKeys {
    pub keys: Vec<Key>,
    pub total: u64,
}

impl PersonKeys {
    pub fn is_same(&self, other: &Self) -> bool {
        let ids = |of: &Self| of.keys.iter().map(|key| key.id).collect::<HashSet<_>>();
        self.total == other.total && ids(self) == ids(other)
    }
}

//! People, and removing them.

use async_trait::async_trait;
use uuid::Uuid;

use crate::api::{Person, RemovalProgress, User, UserQuery};
use crate::model::{Role, TokenHash};
use crate::server::store::{Actor, Fate, NewUserRecord, Removal, RoleChange, StoreResult, Taken};

#[async_trait]
pub trait PeopleStore: Send + Sync {
    /// The user who signed in with this token. `None` also when their row is not as the log states it.
    async fn user_by_token(&self, token: &TokenHash) -> StoreResult<Option<User>>;
    /// Removed users are missing; so it is in all that asks for users.
    async fn user(&self, id: Uuid) -> StoreResult<Option<User>>;
    /// Of those with this role, the one who was added first.
    async fn first_user(&self, role: Role) -> StoreResult<Option<User>>;
    /// A page by email address.
    async fn people(&self, query: &UserQuery) -> StoreResult<Vec<Person>>;
    async fn add_user(&self, new: NewUserRecord, by: Actor) -> StoreResult<Result<User, Taken>>;
    async fn set_role(&self, id: Uuid, role: Role, by: Actor) -> StoreResult<RoleChange>;
    /// The previous token becomes invalid. `false`: there is no such user.
    async fn replace_token(&self, id: Uuid, token: TokenHash, by: Actor) -> StoreResult<bool>;
    /// The row stays for the activity log; their token is invalid from now on, and so are keys that are revoked. Of
    /// very many keys, only the first are dealt with when it returns.
    async fn remove_user(&self, id: Uuid, fate: Option<Fate>, by: Actor) -> StoreResult<Removal>;
    /// How far the removal of a person is, finished or not.
    async fn removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>>;
    /// Those that are not finished, whichever server began them.
    async fn unfinished_removals(&self) -> StoreResult<Vec<(Uuid, RemovalProgress)>>;
    /// Deals with the next keys of a person who was removed: so many that other changes hardly wait. `None`: nothing
    /// is left to do.
    async fn continue_removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>>;
}

macro_rules! people_store {
    ($engine:ty) => {
        #[async_trait]
        impl PeopleStore for $engine {
            async fn user_by_token(&self, token: &TokenHash) -> StoreResult<Option<User>> {
                quick!(self, |db| people::by_token(db, token))
            }

            async fn user(&self, id: Uuid) -> StoreResult<Option<User>> {
                quick!(self, |db| people::by_id(db, id))
            }

            async fn first_user(&self, role: Role) -> StoreResult<Option<User>> {
                quick!(self, |db| people::first(db, role))
            }

            async fn people(&self, query: &UserQuery) -> StoreResult<Vec<Person>> {
                page!(self, |db| people::page(db, query))
            }

            async fn add_user(&self, new: NewUserRecord, by: Actor) -> StoreResult<Result<User, Taken>> {
                change!(self, Some(by), |change| people::add(change, &new))
            }

            async fn set_role(&self, id: Uuid, role: Role, by: Actor) -> StoreResult<RoleChange> {
                change!(self, Some(by), |change| people::set_role(change, id, role))
            }

            async fn replace_token(&self, id: Uuid, token: TokenHash, by: Actor) -> StoreResult<bool> {
                change!(self, Some(by), |change| people::replace_token(
                    change, id, token
                ))
            }

            async fn remove_user(&self, id: Uuid, fate: Option<Fate>, by: Actor) -> StoreResult<Removal> {
                erase!(self, Some(by), |change| removal::remove(change, id, fate))
            }

            async fn removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>> {
                quick!(self, |db| removal::find(db, person))
            }

            async fn unfinished_removals(&self) -> StoreResult<Vec<(Uuid, RemovalProgress)>> {
                snapshot!(self, |db| removal::unfinished(db))
            }

            async fn continue_removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>> {
                erase!(self, None, |change| removal::resume(change, person))
            }
        }
    };
}

pub(in crate::server::store) use people_store;

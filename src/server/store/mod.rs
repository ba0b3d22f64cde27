//! What the server keeps, behind one trait. `sqlite` is the embedded store, `postgres` that of several servers; nothing
//! above this trait knows which engine answers.
//!
//! An operation is written once, in the file of what it is about (`keys`, `people`, `projects`, …), over the small
//! trait `db::Db` or, where it changes something, `db::Change`: one text of a statement, values, and what a row is read
//! as (`row`). Where the engines' languages differ, `dialect` says both. `tables` lists all columns; a new one of a key
//! is read and written in `key_row`. What only one engine has stays with it: connections, threads and lanes, the search,
//! backups, and the one statement of a check.
//!
//! Every change and the activity row that records it are one transaction, and a call returns only
//! after that transaction is durable. Reads see every change whose call has returned.

mod acting;
mod activity;
mod alike;
mod changes;
mod check;
mod clock;
mod count;
mod data_keys;
mod db;
mod dialect;
mod error;
mod filter;
mod founding;
mod gateways;
mod key_row;
mod keys;
pub(crate) mod latency;
mod log_rows;
mod order;
mod paging;
mod people;
pub mod postgres;
mod projects;
mod records;
mod removal;
mod report;
mod row;
mod schema;
pub mod seals;
mod session_servers;
mod session_tokens;
mod sql;
pub mod sqlite;
mod statement;
mod tables;
pub mod transfer;
mod usage;
mod value;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

pub use self::check::{Checked, CheckedKey};
pub use self::clock::DatabaseClock;
pub use self::error::{StoreError, StoreResult};
pub use self::founding::Founding;
pub use self::latency::Latencies;
pub use self::records::{
    Actor, AskingServer, ChangeRecord, Changed, Fate, Found, IDEMPOTENT, Idempotency, KeyChange, KeyCreation,
    KeyQuery, KeyRecord, KeySlice, NewGatewayRecord, NewKey, NewSessionServer, NewUserRecord, Place,
    PlaceValue, Position, ProjectRecord, ProjectRemoval, Removal, Revocation, RevokedKey, RoleChange,
    SessionServerChange, SessionSigner, SessionTokenIssue, Taken, Visible,
};
pub use self::seals::{DataKeyStore, Rotation, Sealed, WrappedDataKey};
pub use self::statement::{Compared, Cursor};
pub use self::usage::{HOURS_KEPT, SOURCES, Tallies, Tally, USAGE_BUCKET, Use, hour_of, merged};
use crate::api::{
    ActivityHead, ActivityPage, ActivityQuery, Gateway, KeyCounts, KeyFilter, Organisation, Person,
    ProjectQuery, RemovalProgress, Usage, User, UserQuery,
};
use crate::model::{Role, Settings, TokenHash};
/// The server's memory.
#[async_trait]
pub trait Store: DataKeyStore {
    /// Asks the engine whether it can answer (for `/readyz`), and whether it has a warning for those who run the server.
    async fn ping(&self) -> StoreResult<Option<String>>;
    async fn clock(&self) -> StoreResult<DatabaseClock>;
    /// How long what it was asked took.
    fn latencies(&self) -> &Latencies;

    async fn organisation(&self) -> StoreResult<Organisation>;

    /// The user who signed in with this token. Nobody whom the log did not make what the table says they are.
    async fn user_by_token(&self, token: &TokenHash) -> StoreResult<Option<User>>;
    /// Nobody who was removed; so it is in all that asks for users.
    async fn user(&self, id: Uuid) -> StoreResult<Option<User>>;
    /// Of those with this role, the one who was added first.
    async fn first_user(&self, role: Role) -> StoreResult<Option<User>>;
    /// A page by email address.
    async fn people(&self, query: &UserQuery) -> StoreResult<Vec<Person>>;
    async fn add_user(&self, new: NewUserRecord, by: Actor) -> StoreResult<Result<User, Taken>>;
    async fn set_role(&self, id: Uuid, role: Role, by: Actor) -> StoreResult<RoleChange>;
    /// The token before stops counting. `false`: there is no such user.
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

    /// A page by name. Removed projects are missing; so it is in all that asks for projects.
    async fn projects(&self, query: &ProjectQuery, visible: Visible) -> StoreResult<Vec<ProjectRecord>>;
    async fn project(&self, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>>;
    async fn add_project(
        &self,
        name: String,
        deployed: bool,
        by: Actor,
    ) -> StoreResult<Result<ProjectRecord, Taken>>;
    async fn edit_project(
        &self,
        id: Uuid,
        name: Option<String>,
        deployed: Option<bool>,
        visible: Visible,
        by: Actor,
    ) -> StoreResult<Option<Result<ProjectRecord, Taken>>>;
    /// Its session server is wiped, and its name is free again.
    async fn remove_project(&self, id: Uuid, visible: Visible, by: Actor) -> StoreResult<ProjectRemoval>;
    async fn set_session_server(
        &self,
        id: Uuid,
        new: NewSessionServer,
        by: Actor,
    ) -> StoreResult<SessionServerChange>;
    /// For the exchange: the server and its sealed private key.
    async fn session_signer(&self, project: Uuid) -> StoreResult<Option<SessionSigner>>;
    /// Its token is revoked with it. `false` when there was none.
    async fn remove_session_server(&self, id: Uuid, by: Actor) -> StoreResult<bool>;
    /// Replaces the one before.
    async fn issue_session_token(
        &self,
        project: Uuid,
        token: TokenHash,
        by: Actor,
    ) -> StoreResult<SessionTokenIssue>;
    /// `false` when there was none.
    async fn revoke_session_token(&self, project: Uuid, by: Actor) -> StoreResult<bool>;
    /// The session server with this token.
    async fn asking_server(&self, token: &TokenHash) -> StoreResult<Option<AskingServer>>;

    /// By name.
    async fn gateways(&self) -> StoreResult<Vec<Gateway>>;
    async fn add_gateway(&self, new: NewGatewayRecord, by: Actor) -> StoreResult<Result<Gateway, Taken>>;
    /// Its token stops counting at once. `false`: there is no such gateway.
    async fn remove_gateway(&self, id: Uuid, by: Actor) -> StoreResult<bool>;

    /// What a check of a presented key needs, from the primary database as it is now.
    async fn check(&self, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked>;
    /// Adds what was counted. Returns whether some of it waits for [`Store::settle_usage`].
    async fn record_usage(&self, tallies: Arc<Tallies>) -> StoreResult<bool>;
    /// Brings a part of what waits to where filters and sorts see it. Returns whether more waits.
    async fn settle_usage(&self) -> StoreResult<bool>;
    /// How an active key is used; what waits is in it. `None`: there is no such key that may be seen.
    async fn usage(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>>;

    /// `None` when the position is [`Position::Around`] a key that is not among the filtered.
    async fn keys(&self, query: &KeyQuery) -> StoreResult<Option<KeySlice>>;
    async fn count_keys(&self, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts>;
    async fn key(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Found>>;
    async fn key_by_hash(&self, hash: &TokenHash, visible: Visible) -> StoreResult<Option<Found>>;
    async fn create_key(&self, new: NewKey, by: Actor) -> StoreResult<KeyCreation>;
    async fn edit_key(
        &self,
        id: Uuid,
        expected_version: u64,
        name: String,
        settings: Settings,
        by: Actor,
    ) -> StoreResult<KeyChange>;
    /// The secret is destroyed and the row stays as a tombstone.
    async fn revoke_key(&self, id: Uuid, by: Actor) -> StoreResult<Revocation>;
    /// Records the revelation, then hands out the sealed token. `None` when there is none.
    async fn reveal_key(&self, id: Uuid, by: Actor) -> StoreResult<Option<Sealed>>;

    async fn activity(&self, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage>;
    /// The newest row of the activity log, as it was noted when it was written.
    async fn activity_head(&self) -> StoreResult<ActivityHead>;
    /// Holds a part of the tables against what the log states of them.
    async fn compare(&self, from: Cursor) -> StoreResult<Compared>;
    /// Records that somebody presented a token that is none.
    async fn refuse_sign_in(&self, from: Option<IpAddr>) -> StoreResult<()>;

    /// The changes of keys and people behind `seq`, oldest first, at most `limit`.
    async fn changes_since(&self, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>>;
    /// The newest `seq` of the activity log.
    async fn last_seq(&self) -> StoreResult<u64>;
    /// Returns when something may have been committed since the last call, by this process or
    /// another one; sleeps otherwise.
    async fn changed(&self);
}

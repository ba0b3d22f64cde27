//! What the server keeps, behind one trait. `sqlite` is the embedded store; nothing above this
//! trait knows which engine answers.
//!
//! Every change and the activity row that records it are one transaction, and a call returns only
//! after that transaction is durable. Reads see every change whose call has returned.

mod alike;
mod changes;
mod clock;
mod counted;
mod filter;
mod gateways;
pub(crate) mod latency;
mod order;
mod paging;
mod people;
pub mod postgres;
mod projects;
mod report;
mod schema;
pub mod seals;
pub mod sqlite;
mod statement;
pub mod transfer;
mod usage;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

pub use self::clock::DatabaseClock;
pub use self::gateways::NewGatewayRecord;
pub use self::latency::Latencies;
pub use self::people::{Fate, NewUserRecord, Removal, RoleChange};
use self::projects::ids_that_begin;
pub use self::projects::{
    AskingServer, NewSessionServer, ProjectRecord, ProjectRemoval, SessionServerChange, SessionSigner,
    SessionTokenIssue,
};
pub use self::seals::{DataKeyStore, Rotation, Sealed, WrappedDataKey};
pub use self::statement::{Compared, Cursor};
pub use self::usage::{
    Checked, CheckedKey, HOURS_KEPT, SOURCES, Tallies, Tally, USAGE_BUCKET, Use, hour_of, merged,
};
use crate::api::{
    ActivityHead, ActivityPage, ActivityQuery, Gateway, KeyCounts, KeyEventKind, KeyFilter, Organisation,
    Person, PersonRef, ProjectQuery, ProjectRef, RemovalProgress, Sort, Usage, User, UserQuery,
};
use crate::model::{Role, Scope, Settings, TokenHash, ValidKey};

/// Whose keys a request may see. It is part of every query, so that what may not be seen is
/// missing in the same way as what does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    All,
    /// Only what this user created.
    CreatedBy(Uuid),
}

/// Who acts, from where, and what was known of them when it was decided that they may. That must still
/// hold in the transaction that writes; otherwise nothing is written or handed out.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    pub user: Uuid,
    pub role: Role,
    /// Of the token that was presented; `None` for the session at the terminal of the local deck.
    pub token: Option<TokenHash>,
    /// Recorded in the activity log.
    pub address: Option<IpAddr>,
    /// What they may see. Names are unique in it, so that what they don't see is not told by a name that is taken.
    pub visible: Visible,
}

/// An active key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    pub id: Uuid,
    pub name: String,
    pub scope: Scope,
    pub project: Option<ProjectRef>,
    pub creator: PersonRef,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub version: u64,
    pub hint: String,
    pub settings: Settings,
}

/// A key to be stored.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub id: Uuid,
    pub valid: ValidKey,
    pub token_hash: TokenHash,
    pub hint: String,
    /// `None` for Analytics, by a constraint of the database too.
    pub sealed: Option<Sealed>,
    pub created_at: Timestamp,
    pub idempotency: Option<Idempotency>,
}

/// An `Idempotency-Key` of a user, and what it was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// SHA-256 of the request that it came with.
    pub fingerprint: [u8; 32],
}

/// How long an `Idempotency-Key` is remembered.
pub const IDEMPOTENT: Duration = Duration::from_secs(24 * 3600);

/// What came of a creation.
#[derive(Debug, Clone)]
pub enum KeyCreation {
    Created(KeyRecord),
    /// The idempotency key was used before for the same request. `None`: the key that it made was
    /// revoked since.
    Replayed(Option<KeyRecord>),
    /// The idempotency key was used before for another request.
    Mismatch,
    NameTaken,
    ProjectMissing,
    ProjectNotDeployed,
}

/// What came of an edit.
#[derive(Debug, Clone)]
pub enum KeyChange {
    Changed(KeyRecord),
    /// The version was not the expected one; this is the key now.
    Conflict(KeyRecord),
    NameTaken,
    /// Missing, not visible or revoked.
    Missing,
}

/// What came of a revocation.
#[derive(Debug, Clone)]
pub enum Revocation {
    Revoked,
    /// Someone was faster.
    AlreadyRevoked(RevokedKey),
    Missing,
}

/// A tombstone.
#[derive(Debug, Clone)]
pub struct RevokedKey {
    pub id: Uuid,
    pub name: String,
    pub scope: Scope,
    pub revoked_at: Timestamp,
    pub revoked_by: PersonRef,
}

/// A key by id or hash, active or not.
#[derive(Debug, Clone)]
pub enum Found {
    Active(KeyRecord),
    Revoked(RevokedKey),
}

/// The place of a key in a sort: its sort value and, as the tie-breaker, its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub value: PlaceValue,
    pub id: Uuid,
}

/// The sort value of a place, by [`Sort`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceValue {
    /// `Scope`: the scope, then the name as it is compared.
    Scope(Scope, String),
    /// `Name`: the name as it is compared.
    Name(String),
    /// `CreatedAt`, `LastUsedAt`: microseconds since the epoch; 0 is never.
    Time(i64),
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    Start,
    End,
    After(Place),
    Before(Place),
    /// At this place, inclusive.
    At(Place),
    /// With this key in the middle.
    Around(Uuid),
}

/// A page to be read.
#[derive(Debug, Clone)]
pub struct KeyQuery {
    pub visible: Visible,
    pub filter: KeyFilter,
    pub sort: Sort,
    pub descending: bool,
    pub position: Position,
    /// 1 to 200.
    pub limit: u32,
}

/// A page as read, in the order of the query whichever way it was read. Before and behind no keys there is nothing.
#[derive(Debug, Clone)]
pub struct KeySlice {
    pub items: Vec<(KeyRecord, Place)>,
    pub more_before: bool,
    pub more_after: bool,
}

/// A project or a user that could not be stored because its name or address is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken;

/// A change that those who listen may want to see.
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

/// Why a store could not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("there is no keydeck database at {0}")]
    NotInitialised(String),
    #[error("{0} already holds a keydeck database")]
    AlreadyInitialised(String),
    #[error("{0} is a database of another program")]
    Foreign(String),
    #[error("the database is of a newer keydeck (schema {found}; this one knows up to {known})")]
    Newer { found: u32, known: u32 },
    #[error("{0}")]
    EngineTooOld(String),
    #[error("the database can't be used: {0}")]
    Unavailable(String),
    /// The way to it, its settings or its rights: somebody has to change them, here or there.
    #[error("{0}")]
    Misconfigured(String),
    /// Nothing of the change was kept. Reads go on.
    #[error("the database has no room left: {0}")]
    Full(String),
    /// Nothing is written until the server is started again. Reads go on.
    #[error("the disk failed to keep what was written: {0}")]
    Stopped(String),
    /// Nothing is read or written until the server is started again.
    #[error("the database's path no longer leads to what is open: {0}")]
    Elsewhere(String),
    /// Everything of the change was kept, or nothing.
    #[error("whether the change was kept is not known: {0}")]
    Unsure(String),
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// What its tables, triggers and views are is no longer what this program relies on.
    #[error(
        "the database's schema is not as keydeck makes it: {0}. Find out who changed it, and what else; a backup from \
         before can be restored"
    )]
    Schema(String),
    /// Once the log states who there is, no tables are taken over that it does not.
    #[error(
        "the database has the tables of an earlier keydeck (schema {0}), but its data key says that a newer one brought it \
         up to date before: somebody set it back, and may have made themselves an Owner. Restore a backup that was made \
         since, and find out who can write to the database"
    )]
    SetBack(u32),
    /// Behind the look at their token.
    #[error("who acts was removed meanwhile, or has another token")]
    ActorGone,
    #[error("who acts has another role meanwhile")]
    RoleChanged,
    /// Since the secret was sealed that was to be stored.
    #[error("the data key was replaced meanwhile")]
    DataKeyReplaced,
    #[error("the database refused: {0}")]
    Fault(String),
}

pub type StoreResult<T> = Result<T, StoreError>;

/// What a new database begins with.
#[derive(Debug, Clone)]
pub struct Founding {
    pub organisation: String,
    pub owner_email: String,
    /// The owner's sign-in token; `None` for the local deck, whose owner sits at the terminal.
    pub owner_token: Option<TokenHash>,
    pub at: Timestamp,
}

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

//! The store of several servers: a PostgreSQL database.
//!
//! What is quick and one statement goes down `lanes` that all share; what takes several statements or
//! longer borrows a connection of a pool; changes come one after the other, on all servers together
//! (`change`). Every answer is of the primary as it is when it is asked; nothing is cached but the names of people
//! and projects, and these until the next change (`names`).

mod address;
mod alike;
mod ask;
mod catalog;
mod change;
mod check;
mod clock;
mod count;
mod data_keys;
mod error;
mod filter;
mod find;
mod lanes;
mod list;
mod listen;
mod names;
mod passfile;
mod pool;
mod rows;
mod schema;
mod startup;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

pub use self::address::{Address, AddressError};
use self::change::Change;
use self::lanes::Lanes;
use self::names::Remembered;
pub use self::passfile::{PassFile, PassFileError};
use self::pool::Pool;
pub(super) use self::schema::lay_foundation;
use super::clock::Steady;
use super::filter::is_quick;
use super::keys::{self, KeyBy};
use super::statement::compare;
use super::usage::{self, Pending};
use super::{
    Actor, AskingServer, ChangeRecord, Checked, Compared, Cursor, DatabaseClock, Fate, Found, Founding,
    KeyChange, KeyCreation, KeyQuery, KeySlice, Latencies, NewGatewayRecord, NewKey, NewSessionServer,
    NewUserRecord, ProjectRecord, ProjectRemoval, Removal, Revocation, RoleChange, Sealed,
    SessionServerChange, SessionSigner, SessionTokenIssue, Store, StoreResult, Taken, Tallies, Visible,
    WrappedDataKey, latency,
};
use super::{activity, gateways, people, projects, removal, session_servers, session_tokens};
use crate::api::{
    ActivityHead, ActivityPage, ActivityQuery, Gateway, KeyCounts, KeyFilter, Organisation, Person,
    ProjectQuery, RemovalProgress, Usage, User, UserQuery,
};
use crate::model::{Role, Settings, TokenHash};

/// Connections of one server for pages that may take long, for looks into the trigram index, and for changes. With the
/// lanes and the listener they stay far below what PostgreSQL allows by default, 100, for two or three servers.
const PAGES: usize = 8;
const SEARCHES: usize = 4;
const CHANGES: usize = 8;
/// All that one server has at most, the listener's too.
const CONNECTIONS: usize = lanes::LANES + PAGES + SEARCHES + CHANGES + 1;

/// A keydeck database in PostgreSQL. Made and used inside one tokio runtime.
pub struct PostgresStore {
    lanes: Lanes,
    pages: Pool,
    trigrams: Pool,
    changes: Pool,
    names: Remembered,
    committed: Arc<Notify>,
    listener: JoinHandle<()>,
    latencies: Latencies,
    steady: Steady,
}

/// What a lane answers with a few statements, each a short walk along an index.
macro_rules! quick {
    ($store:expr, |$db:ident| $question:expr) => {{
        let lane = $store.lanes.lane()?;
        let $db = lane.client();
        lane.answer($question).await
    }};
}

/// What a borrowed connection answers.
macro_rules! read {
    ($store:expr, |$db:ident| $question:expr) => {{
        let started = Instant::now();
        let client = $store.pages.lease().await?;
        let $db = &client;
        let answer = $question.await;
        latency::note(&$store.latencies.search, started);
        let answer = answer?;
        client.give_back();
        Ok(answer)
    }};
}

/// What one change does; nothing stays of it when it fails.
macro_rules! change {
    ($store:expr, $begin:ident($($by:expr)?), |$change:ident| $work:expr) => {{
        let started = Instant::now();
        let mut client = $store.changes.lease().await?;
        let mut begun = Change::$begin(&mut client $(, $by)?).await?;
        let $change = &mut begun;
        let done = $work.await?;
        begun.commit().await?;
        client.give_back();
        latency::note(&$store.latencies.write, started);
        Ok(done)
    }};
}

// For the files beside this one.
use {change as in_change, quick, read};

impl PostgresStore {
    /// Lays the foundation of a deck in an empty database.
    pub async fn create(
        address: &Address,
        founding: &Founding,
        data_key: &WrappedDataKey,
    ) -> StoreResult<Self> {
        Self::found(address, founding, data_key, || Ok(())).await?;
        Self::open(address).await
    }

    /// As [`PostgresStore::create`]; nothing of it stays when `before_it_stays` fails.
    pub async fn found(
        address: &Address,
        founding: &Founding,
        data_key: &WrappedDataKey,
        before_it_stays: impl FnOnce() -> StoreResult<()>,
    ) -> StoreResult<()> {
        let pool = one_connection(address).await?;
        schema::create(&pool, &address.to_string(), founding, data_key, before_it_stays).await
    }

    pub async fn open(address: &Address) -> StoreResult<Self> {
        startup::examine(address, CONNECTIONS).await?;
        let changes = Pool::new(address, CHANGES, "")?;
        schema::prepare(&changes, &address.to_string()).await?;
        let latencies = Latencies::default();
        let committed = Arc::new(Notify::new());
        Ok(Self {
            lanes: Lanes::open(address, latencies.read.clone()).await?,
            pages: Pool::new(address, PAGES, "")?,
            trigrams: Pool::new(address, SEARCHES, filter::BY_TRIGRAMS)?,
            changes,
            names: Remembered::default(),
            listener: listen::start(address.clone(), committed.clone()),
            committed,
            latencies,
            steady: Steady::default(),
        })
    }
}

/// For what is done once.
pub(super) async fn one_connection(address: &Address) -> StoreResult<Pool> {
    startup::examine(address, CONNECTIONS).await?;
    Pool::new(address, 1, "")
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn ping(&self) -> StoreResult<Option<String>> {
        quick!(self, |db| people::organisation(db)).map(|_| None)
    }

    async fn clock(&self) -> StoreResult<DatabaseClock> {
        quick!(self, |db| clock::both(db))
    }

    fn latencies(&self) -> &Latencies {
        &self.latencies
    }

    async fn organisation(&self) -> StoreResult<Organisation> {
        quick!(self, |db| people::organisation(db))
    }

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
        read!(self, |db| people::page(&**db, query))
    }

    async fn add_user(&self, new: NewUserRecord, by: Actor) -> StoreResult<Result<User, Taken>> {
        change!(self, by(by), |change| people::add(change, &new))
    }

    async fn set_role(&self, id: Uuid, role: Role, by: Actor) -> StoreResult<RoleChange> {
        change!(self, by(by), |change| people::set_role(change, id, role))
    }

    async fn replace_token(&self, id: Uuid, token: TokenHash, by: Actor) -> StoreResult<bool> {
        change!(self, by(by), |change| people::replace_token(change, id, token))
    }

    async fn remove_user(&self, id: Uuid, fate: Option<Fate>, by: Actor) -> StoreResult<Removal> {
        change!(self, by(by), |change| removal::remove(change, id, fate))
    }

    async fn removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>> {
        quick!(self, |db| removal::find(db, person))
    }

    async fn unfinished_removals(&self) -> StoreResult<Vec<(Uuid, RemovalProgress)>> {
        quick!(self, |db| removal::unfinished(db))
    }

    async fn continue_removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>> {
        change!(self, of_nobody(), |change| removal::resume(change, person))
    }

    async fn projects(&self, query: &ProjectQuery, visible: Visible) -> StoreResult<Vec<ProjectRecord>> {
        read!(self, |db| projects::page(&**db, query, visible))
    }

    async fn project(&self, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>> {
        quick!(self, |db| projects::by_id(db, id, visible))
    }

    async fn add_project(
        &self,
        name: String,
        deployed: bool,
        by: Actor,
    ) -> StoreResult<Result<ProjectRecord, Taken>> {
        change!(self, by(by), |change| projects::add(change, &name, deployed))
    }

    async fn edit_project(
        &self,
        id: Uuid,
        name: Option<String>,
        deployed: Option<bool>,
        visible: Visible,
        by: Actor,
    ) -> StoreResult<Option<Result<ProjectRecord, Taken>>> {
        change!(self, by(by), |change| projects::edit(
            change,
            id,
            name.as_deref(),
            deployed,
            visible
        ))
    }

    async fn remove_project(&self, id: Uuid, visible: Visible, by: Actor) -> StoreResult<ProjectRemoval> {
        change!(self, by(by), |change| projects::remove(change, id, visible))
    }

    async fn set_session_server(
        &self,
        id: Uuid,
        new: NewSessionServer,
        by: Actor,
    ) -> StoreResult<SessionServerChange> {
        change!(self, by(by), |change| session_servers::set(change, id, &new))
    }

    async fn session_signer(&self, project: Uuid) -> StoreResult<Option<SessionSigner>> {
        quick!(self, |db| session_servers::signer(db, project))
    }

    async fn remove_session_server(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
        change!(self, by(by), |change| session_servers::remove(change, id))
    }

    async fn issue_session_token(
        &self,
        project: Uuid,
        token: TokenHash,
        by: Actor,
    ) -> StoreResult<SessionTokenIssue> {
        change!(self, by(by), |change| session_tokens::issue(
            change, project, token
        ))
    }

    async fn revoke_session_token(&self, project: Uuid, by: Actor) -> StoreResult<bool> {
        change!(self, by(by), |change| session_tokens::revoke(change, project))
    }

    async fn asking_server(&self, token: &TokenHash) -> StoreResult<Option<AskingServer>> {
        quick!(self, |db| session_tokens::asking(db, token))
    }

    async fn gateways(&self) -> StoreResult<Vec<Gateway>> {
        quick!(self, |db| gateways::all(db))
    }

    async fn add_gateway(&self, new: NewGatewayRecord, by: Actor) -> StoreResult<Result<Gateway, Taken>> {
        change!(self, by(by), |change| gateways::add(change, &new))
    }

    async fn remove_gateway(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
        change!(self, by(by), |change| gateways::remove(change, id))
    }

    async fn check(&self, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
        quick!(self, |db| check::check(db, key, gateway))
    }

    async fn record_usage(&self, tallies: Arc<Tallies>) -> StoreResult<bool> {
        let pending = Pending::of(tallies).await?;
        change!(self, of_nobody(), |change| usage::record(
            change,
            &pending,
            &self.steady
        ))
    }

    async fn settle_usage(&self) -> StoreResult<bool> {
        change!(self, of_nobody(), |change| usage::settle(change, &self.steady))
    }

    async fn usage(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
        let started = Instant::now();
        let usage = self.report(id, visible).await;
        latency::note(&self.latencies.search, started);
        usage
    }

    async fn keys(&self, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
        if is_quick(&query.filter, query.visible) {
            return quick!(self, |db| self.quick_page(db, query));
        }
        read!(self, |db| self.page(db, query))
    }

    async fn count_keys(&self, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts> {
        read!(self, |db| self.count(db, visible, filter))
    }

    async fn key(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Found>> {
        let kept = quick!(self, |db| keys::find(db, KeyBy::Id(id), visible))?;
        Ok(kept.map(|kept| kept.found))
    }

    async fn key_by_hash(&self, hash: &TokenHash, visible: Visible) -> StoreResult<Option<Found>> {
        let kept = quick!(self, |db| keys::find(db, KeyBy::Hash(*hash), visible))?;
        Ok(kept.map(|kept| kept.found))
    }

    async fn create_key(&self, new: NewKey, by: Actor) -> StoreResult<KeyCreation> {
        change!(self, by(by), |change| keys::create(change, &new, &self.steady))
    }

    async fn edit_key(
        &self,
        id: Uuid,
        expected_version: u64,
        name: String,
        settings: Settings,
        by: Actor,
    ) -> StoreResult<KeyChange> {
        change!(self, by(by), |change| keys::edit(
            change,
            id,
            expected_version,
            &name,
            &settings
        ))
    }

    async fn revoke_key(&self, id: Uuid, by: Actor) -> StoreResult<Revocation> {
        change!(self, by(by), |change| keys::revoke(change, id))
    }

    async fn reveal_key(&self, id: Uuid, by: Actor) -> StoreResult<Option<Sealed>> {
        change!(self, by(by), |change| keys::reveal(change, id))
    }

    async fn activity(&self, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
        read!(self, |db| activity::page(&**db, query, visible))
    }

    async fn activity_head(&self) -> StoreResult<ActivityHead> {
        quick!(self, |db| activity::head(db))
    }

    async fn compare(&self, from: Cursor) -> StoreResult<Compared> {
        read!(self, |db| compare(&**db, from))
    }

    async fn refuse_sign_in(&self, from: Option<IpAddr>) -> StoreResult<()> {
        change!(self, of_nobody(), |change| activity::refuse_sign_in(change, from))
    }

    async fn changes_since(&self, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
        quick!(self, |db| activity::changes_since(db, seq, limit))
    }

    async fn last_seq(&self) -> StoreResult<u64> {
        quick!(self, |db| activity::last_seq(db))
    }

    /// For one listener at a time.
    async fn changed(&self) {
        self.committed.notified().await;
    }
}

//! The embedded store: one SQLite file in WAL mode, written by one thread, read by many.

mod acknowledged;
mod alike;
mod backup;
mod bulk;
mod chain;
mod check;
mod connection;
mod count;
mod data_keys;
mod db;
mod filter;
mod health;
mod held;
mod indexes;
mod list;
mod located;
mod log_file;
mod log_index;
mod migrations;
mod names;
mod on_disk;
mod open_file;
mod order;
#[cfg(test)]
mod plans;
mod readers;
mod rows;
mod schema;
mod search;
mod snapshot;
mod watch;
mod writer;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use notify::RecommendedWatcher;
use rusqlite::Connection;
use tokio::sync::Notify;
use uuid::Uuid;

use self::db::{Change, change};
use self::health::Health;
use self::names::Known;
use self::open_file::OpenFile;
use self::readers::{Pool, Readers};
use self::snapshot::snapshot;
use self::watch::Bell;
use self::writer::Writer;
use super::clock::{self, Steady};
use super::db::at_once;
use super::filter::is_quick;
use super::keys::{self, KeyBy};
use super::usage::{self, Pending};
use super::{
    Actor, AskingServer, ChangeRecord, Checked, Compared, Cursor, DatabaseClock, Fate, Found, Founding,
    KeyChange, KeyCreation, KeyQuery, KeySlice, Latencies, NewGatewayRecord, NewKey, NewSessionServer,
    NewUserRecord, ProjectRecord, ProjectRemoval, Removal, Revocation, RoleChange, Sealed,
    SessionServerChange, SessionSigner, SessionTokenIssue, Store, StoreResult, Taken, Tallies, Visible,
    WrappedDataKey,
};
use super::{activity, gateways, people, projects, removal, report, session_servers, session_tokens};
use crate::api::{
    ActivityHead, ActivityPage, ActivityQuery, Gateway, KeyCounts, KeyFilter, Organisation, Person,
    ProjectQuery, RemovalProgress, Usage, User, UserQuery,
};
use crate::model::{Role, Settings, TokenHash};

pub use self::backup::{Closed, Contents, back_up, data_keys_in, examine};
pub use self::bulk::{SampleKey, SampleProject, SampleUser};
pub(super) use self::connection::alone;
pub(crate) use self::connection::prepare;

/// The newest schema, without a row in it.
#[cfg(test)]
pub(super) fn in_memory() -> StoreResult<Connection> {
    connection::in_memory(connection::NEWEST)
}

/// A keydeck database in a file of its own.
pub struct SqliteStore {
    // Ended in this order: the writer is the last to close the database, and tidies up; then `file`.
    _watcher: Option<RecommendedWatcher>,
    pool: Pool,
    readers: Readers,
    /// For what reads whole tables: nobody else waits for it.
    inspector: Readers,
    writer: Writer,
    file: OpenFile,
    committed: Arc<Notify>,
    health: Health,
    latencies: Latencies,
    steady: Arc<Steady>,
}

impl SqliteStore {
    /// Makes the database, readable by its owner alone. The directory must exist.
    pub fn create(path: &Path, founding: &Founding, data_key: &WrappedDataKey) -> StoreResult<Self> {
        connection::create(path, founding, data_key)?;
        Self::open(path)
    }

    pub fn open(path: &Path) -> StoreResult<Self> {
        connection::prepare(path)?;
        let health = Health::default();
        let (writer, file) = OpenFile::open(path, health.clone())?;
        let committed = Arc::new(Notify::new());
        let latencies = Latencies::default();
        let bell = Bell::of(file.path(), committed.clone());
        let readers = Readers::start(file.clone(), connection::READER_THREADS, latencies.search.clone())?;
        let inspector = Readers::start(file.clone(), 1, Latencies::default().search)?;
        let writer = Writer::start(
            writer,
            bell,
            file.clone(),
            health.clone(),
            latencies.write.clone(),
        )?;
        file.when_elsewhere(writer.waker());
        // Whatever took its place since is not what was opened.
        file.look()?;
        Ok(Self {
            _watcher: watch::start(&file, committed.clone()),
            pool: Pool::new(file.clone(), latencies.read.clone()),
            readers,
            inspector,
            writer,
            file,
            committed,
            health,
            latencies,
            steady: Arc::default(),
        })
    }

    /// Loads sample data in one transaction, fast; `progress` hears how many keys are in. Runs where
    /// it is called, on a connection of its own; nobody else can write meanwhile.
    pub fn bulk_load(
        &self,
        people: impl IntoIterator<Item = SampleUser>,
        projects: impl IntoIterator<Item = SampleProject>,
        keys: impl Iterator<Item = SampleKey>,
        progress: impl FnMut(u64),
    ) -> StoreResult<()> {
        let mut conn = connection::loader(self.file.path())?;
        bulk::load(&mut conn, people, projects, keys, progress)?;
        self.committed.notify_one();
        Ok(())
    }

    fn organisation_now(&self) -> StoreResult<Organisation> {
        self.pool.read(|conn| at_once(people::organisation(conn)))
    }

    fn found(&self, by: KeyBy, visible: Visible) -> StoreResult<Option<Found>> {
        let kept = self.pool.read(|conn| at_once(keys::find(conn, by, visible)))?;
        Ok(kept.map(|kept| kept.found))
    }

    /// Runs `work` as one change, if `by` may still act in it.
    async fn change<T, F>(&self, by: Actor, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: Fn(&mut Change) -> StoreResult<T> + Send + 'static,
    {
        self.writer.run(move |conn| change(conn, Some(by), &work)).await
    }

    /// As [`SqliteStore::change`], by nobody who is signed in.
    async fn change_of_nobody<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: Fn(&mut Change) -> StoreResult<T> + Send + 'static,
    {
        self.writer.run(move |conn| change(conn, None, &work)).await
    }

    /// As [`SqliteStore::change`], where secrets are destroyed.
    async fn change_and_erase<T, F>(&self, by: Actor, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: Fn(&mut Change) -> StoreResult<T> + Send + 'static,
    {
        self.writer.erase(move |conn| change(conn, Some(by), &work)).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> StoreResult<Option<String>> {
        self.health.check()?;
        self.pool.look()?;
        self.organisation_now()?;
        let names = self.file.names();
        Ok((names > 1).then(|| {
            format!(
                "the database file has {names} names (hard links); the server won't start again until one is left"
            )
        }))
    }

    async fn clock(&self) -> StoreResult<DatabaseClock> {
        let kept = self.pool.read(|conn| at_once(clock::kept(conn)))?;
        Ok(DatabaseClock { own: None, kept })
    }

    fn latencies(&self) -> &Latencies {
        &self.latencies
    }

    async fn organisation(&self) -> StoreResult<Organisation> {
        self.organisation_now()
    }

    async fn user_by_token(&self, token: &TokenHash) -> StoreResult<Option<User>> {
        self.pool.read(|conn| at_once(people::by_token(conn, token)))
    }

    async fn user(&self, id: Uuid) -> StoreResult<Option<User>> {
        self.pool.read(|conn| at_once(people::by_id(conn, id)))
    }

    async fn first_user(&self, role: Role) -> StoreResult<Option<User>> {
        self.pool.read(|conn| at_once(people::first(conn, role)))
    }

    async fn people(&self, query: &UserQuery) -> StoreResult<Vec<Person>> {
        self.pool.read(|conn| at_once(people::page(conn, query)))
    }

    async fn add_user(&self, new: NewUserRecord, by: Actor) -> StoreResult<Result<User, Taken>> {
        self.change(by, move |change| at_once(people::add(change, &new)))
            .await
    }

    async fn set_role(&self, id: Uuid, role: Role, by: Actor) -> StoreResult<RoleChange> {
        self.change(by, move |change| at_once(people::set_role(change, id, role)))
            .await
    }

    async fn replace_token(&self, id: Uuid, token: TokenHash, by: Actor) -> StoreResult<bool> {
        self.change(by, move |change| {
            at_once(people::replace_token(change, id, token))
        })
        .await
    }

    async fn remove_user(&self, id: Uuid, fate: Option<Fate>, by: Actor) -> StoreResult<Removal> {
        self.change_and_erase(by, move |change| at_once(removal::remove(change, id, fate)))
            .await
    }

    async fn removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>> {
        self.pool.read(|conn| at_once(removal::find(conn, person)))
    }

    async fn unfinished_removals(&self) -> StoreResult<Vec<(Uuid, RemovalProgress)>> {
        self.pool
            .read(|conn| snapshot(conn, |conn| at_once(removal::unfinished(conn))))
    }

    async fn continue_removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>> {
        self.writer
            .erase(move |conn| change(conn, None, |change| at_once(removal::resume(change, person))))
            .await
    }

    async fn projects(&self, query: &ProjectQuery, visible: Visible) -> StoreResult<Vec<ProjectRecord>> {
        self.pool
            .read(|conn| at_once(projects::page(conn, query, visible)))
    }

    async fn project(&self, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>> {
        self.pool.read(|conn| at_once(projects::by_id(conn, id, visible)))
    }

    async fn add_project(
        &self,
        name: String,
        deployed: bool,
        by: Actor,
    ) -> StoreResult<Result<ProjectRecord, Taken>> {
        self.change(by, move |change| at_once(projects::add(change, &name, deployed)))
            .await
    }

    async fn edit_project(
        &self,
        id: Uuid,
        name: Option<String>,
        deployed: Option<bool>,
        visible: Visible,
        by: Actor,
    ) -> StoreResult<Option<Result<ProjectRecord, Taken>>> {
        self.change(by, move |change| {
            at_once(projects::edit(change, id, name.as_deref(), deployed, visible))
        })
        .await
    }

    async fn remove_project(&self, id: Uuid, visible: Visible, by: Actor) -> StoreResult<ProjectRemoval> {
        self.change_and_erase(by, move |change| at_once(projects::remove(change, id, visible)))
            .await
    }

    async fn set_session_server(
        &self,
        id: Uuid,
        new: NewSessionServer,
        by: Actor,
    ) -> StoreResult<SessionServerChange> {
        self.change_and_erase(by, move |change| at_once(session_servers::set(change, id, &new)))
            .await
    }

    async fn session_signer(&self, project: Uuid) -> StoreResult<Option<SessionSigner>> {
        self.pool
            .read(|conn| at_once(session_servers::signer(conn, project)))
    }

    async fn remove_session_server(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
        self.change_and_erase(by, move |change| at_once(session_servers::remove(change, id)))
            .await
    }

    async fn issue_session_token(
        &self,
        project: Uuid,
        token: TokenHash,
        by: Actor,
    ) -> StoreResult<SessionTokenIssue> {
        self.change(by, move |change| {
            at_once(session_tokens::issue(change, project, token))
        })
        .await
    }

    async fn revoke_session_token(&self, project: Uuid, by: Actor) -> StoreResult<bool> {
        self.change(by, move |change| at_once(session_tokens::revoke(change, project)))
            .await
    }

    async fn asking_server(&self, token: &TokenHash) -> StoreResult<Option<AskingServer>> {
        self.pool
            .read(|conn| at_once(session_tokens::asking(conn, token)))
    }

    async fn gateways(&self) -> StoreResult<Vec<Gateway>> {
        self.pool.read(|conn| at_once(gateways::all(conn)))
    }

    async fn add_gateway(&self, new: NewGatewayRecord, by: Actor) -> StoreResult<Result<Gateway, Taken>> {
        self.change(by, move |change| at_once(gateways::add(change, &new)))
            .await
    }

    async fn remove_gateway(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
        self.change(by, move |change| at_once(gateways::remove(change, id)))
            .await
    }

    async fn check(&self, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
        self.pool.read(|conn| check::check(conn, key, gateway))
    }

    async fn record_usage(&self, tallies: Arc<Tallies>) -> StoreResult<bool> {
        let pending = Pending::of(tallies).await?;
        let steady = self.steady.clone();
        self.change_of_nobody(move |change| at_once(usage::record(change, &pending, &steady)))
            .await
    }

    async fn settle_usage(&self) -> StoreResult<bool> {
        let steady = self.steady.clone();
        self.change_of_nobody(move |change| at_once(usage::settle(change, &steady)))
            .await
    }

    async fn usage(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
        let report = move |conn: &_| at_once(report::of_key(conn, id, visible, Timestamp::now()));
        self.readers.read(report).await
    }

    async fn keys(&self, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
        if is_quick(&query.filter, query.visible) {
            let page =
                |conn: &Connection, known: &mut Known| snapshot(conn, |conn| list::page(conn, known, query));
            return self.pool.read_knowing(page);
        }
        let query = query.clone();
        let page = move |conn: &_| list::page(conn, &mut Known::default(), &query);
        self.readers.read(page).await
    }

    async fn count_keys(&self, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts> {
        if filter.q.is_none() && !filter.asks_for_usage() {
            return self
                .pool
                .read(|conn| snapshot(conn, |conn| count::count(conn, visible, filter)));
        }
        let filter = filter.clone();
        self.readers
            .read(move |conn| count::count(conn, visible, &filter))
            .await
    }

    async fn key(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Found>> {
        self.found(KeyBy::Id(id), visible)
    }

    async fn key_by_hash(&self, hash: &TokenHash, visible: Visible) -> StoreResult<Option<Found>> {
        self.found(KeyBy::Hash(*hash), visible)
    }

    async fn create_key(&self, new: NewKey, by: Actor) -> StoreResult<KeyCreation> {
        let steady = self.steady.clone();
        self.change(by, move |change| at_once(keys::create(change, &new, &steady)))
            .await
    }

    async fn edit_key(
        &self,
        id: Uuid,
        expected_version: u64,
        name: String,
        settings: Settings,
        by: Actor,
    ) -> StoreResult<KeyChange> {
        self.change(by, move |change| {
            at_once(keys::edit(change, id, expected_version, &name, &settings))
        })
        .await
    }

    async fn revoke_key(&self, id: Uuid, by: Actor) -> StoreResult<Revocation> {
        self.change_and_erase(by, move |change| at_once(keys::revoke(change, id)))
            .await
    }

    async fn reveal_key(&self, id: Uuid, by: Actor) -> StoreResult<Option<Sealed>> {
        self.change(by, move |change| at_once(keys::reveal(change, id)))
            .await
    }

    async fn activity(&self, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
        if activity::is_quick(query, visible) {
            return self
                .pool
                .read(|conn| snapshot(conn, |conn| at_once(activity::page(conn, query, visible))));
        }
        let query = query.clone();
        let page = move |conn: &_| at_once(activity::page(conn, &query, visible));
        self.readers.read(page).await
    }

    async fn activity_head(&self) -> StoreResult<ActivityHead> {
        self.pool.read(|conn| at_once(activity::head(conn)))
    }

    async fn compare(&self, from: Cursor) -> StoreResult<Compared> {
        self.inspector
            .read(move |conn| indexes::compare(conn, from))
            .await
    }

    async fn refuse_sign_in(&self, from: Option<IpAddr>) -> StoreResult<()> {
        self.change_of_nobody(move |change| at_once(activity::refuse_sign_in(change, from)))
            .await
    }

    async fn changes_since(&self, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
        // Asked for after each commit, also of other programs.
        self.pool.read(|conn| {
            self.file.compare(conn)?;
            at_once(activity::changes_since(conn, seq, limit))
        })
    }

    async fn last_seq(&self) -> StoreResult<u64> {
        self.pool.read(|conn| at_once(activity::last_seq(conn)))
    }

    /// For one listener at a time.
    async fn changed(&self) {
        self.committed.notified().await;
    }
}

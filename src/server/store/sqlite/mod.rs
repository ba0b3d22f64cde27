//! The embedded store: one SQLite file in WAL mode, written by one thread, read by many.

mod activity;
mod alike;
mod backup;
mod bulk;
mod check;
mod clock;
mod connection;
mod count;
mod data_keys;
mod filter;
mod gateways;
mod health;
mod held;
mod keys;
mod list;
mod located;
mod log_file;
mod log_index;
mod names;
mod on_disk;
mod open_file;
mod order;
mod people;
mod projects;
mod readers;
mod removal;
mod rows;
mod schema;
mod search;
mod session_servers;
mod session_tokens;
mod statement;
mod usage;
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

use self::health::Health;
use self::names::Known;
use self::open_file::OpenFile;
use self::people::Acting;
use self::readers::{Pool, Readers, snapshot};
use self::rows::{KeyBy, find_key};
use self::watch::Bell;
use self::writer::Writer;
use super::clock::Steady;
use super::counted::Entry;
use super::filter::is_quick;
use super::{
    Actor, AskingServer, ChangeRecord, Checked, Compared, Cursor, DatabaseClock, Fate, Found, Founding,
    KeyChange, KeyCreation, KeyQuery, KeySlice, Latencies, NewGatewayRecord, NewKey, NewSessionServer,
    NewUserRecord, ProjectRecord, ProjectRemoval, Removal, Revocation, RoleChange, Sealed,
    SessionServerChange, SessionSigner, SessionTokenIssue, Store, StoreResult, Taken, Tallies, Visible,
    WrappedDataKey,
};
use crate::api::{
    ActivityHead, ActivityPage, ActivityQuery, Gateway, KeyCounts, KeyFilter, Organisation, Person,
    ProjectQuery, RemovalProgress, Usage, User, UserQuery,
};
use crate::model::{Role, Settings, TokenHash};

pub use self::backup::{Closed, Contents, back_up, data_keys_in, examine};
pub use self::bulk::{SampleKey, SampleProject, SampleUser};
pub(super) use self::connection::alone;
pub(crate) use self::connection::prepare;

/// A keydeck database in a file of its own.
pub struct SqliteStore {
    // Ended in this order: the writer is the last to close the database, and tidies up; then `file`.
    _watcher: Option<RecommendedWatcher>,
    pool: Pool,
    readers: Readers,
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
        let readers = Readers::start(file.clone(), latencies.search.clone())?;
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

    /// Runs `work` in a transaction of its own, if `by` may still act in it.
    async fn act<T, F>(&self, by: Actor, mut work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection, Acting) -> StoreResult<T> + Send + 'static,
    {
        self.writer
            .run(move |conn| work(conn, people::acting(conn, by)?))
            .await
    }

    /// As [`SqliteStore::act`], where secrets are destroyed.
    async fn act_and_erase<T, F>(&self, by: Actor, mut work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection, Acting) -> StoreResult<T> + Send + 'static,
    {
        self.writer
            .erase(move |conn| work(conn, people::acting(conn, by)?))
            .await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> StoreResult<Option<String>> {
        self.health.check()?;
        self.file.look()?;
        self.pool.read(people::organisation)?;
        let names = self.file.names();
        Ok((names > 1).then(|| {
            format!(
                "the database file has {names} names (hard links); the server won't start again until one is left"
            )
        }))
    }

    async fn clock(&self) -> StoreResult<DatabaseClock> {
        let kept = self.pool.read(clock::kept)?;
        Ok(DatabaseClock { own: None, kept })
    }

    fn latencies(&self) -> &Latencies {
        &self.latencies
    }

    async fn organisation(&self) -> StoreResult<Organisation> {
        self.pool.read(people::organisation)
    }

    async fn user_by_token(&self, token: &TokenHash) -> StoreResult<Option<User>> {
        self.pool.read(|conn| people::by_token(conn, token))
    }

    async fn user(&self, id: Uuid) -> StoreResult<Option<User>> {
        self.pool.read(|conn| people::by_id(conn, id))
    }

    async fn first_user(&self, role: Role) -> StoreResult<Option<User>> {
        self.pool.read(|conn| people::first(conn, role))
    }

    async fn people(&self, query: &UserQuery) -> StoreResult<Vec<Person>> {
        self.pool.read(|conn| people::page(conn, query))
    }

    async fn add_user(&self, new: NewUserRecord, by: Actor) -> StoreResult<Result<User, Taken>> {
        self.act(by, move |conn, by| people::add(conn, &new, by)).await
    }

    async fn set_role(&self, id: Uuid, role: Role, by: Actor) -> StoreResult<RoleChange> {
        self.act(by, move |conn, by| people::set_role(conn, id, role, by))
            .await
    }

    async fn replace_token(&self, id: Uuid, token: TokenHash, by: Actor) -> StoreResult<bool> {
        self.act(by, move |conn, by| people::replace_token(conn, id, token, by))
            .await
    }

    async fn remove_user(&self, id: Uuid, fate: Option<Fate>, by: Actor) -> StoreResult<Removal> {
        self.act_and_erase(by, move |conn, by| removal::remove(conn, id, fate, by))
            .await
    }

    async fn removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>> {
        self.pool
            .read(|conn| snapshot(conn, |conn| removal::find(conn, person)))
    }

    async fn unfinished_removals(&self) -> StoreResult<Vec<(Uuid, RemovalProgress)>> {
        self.pool.read(|conn| snapshot(conn, removal::unfinished))
    }

    async fn continue_removal(&self, person: Uuid) -> StoreResult<Option<RemovalProgress>> {
        self.writer.erase(move |conn| removal::resume(conn, person)).await
    }

    async fn projects(&self, query: &ProjectQuery, visible: Visible) -> StoreResult<Vec<ProjectRecord>> {
        self.pool
            .read(|conn| snapshot(conn, |conn| projects::page(conn, query, visible)))
    }

    async fn project(&self, id: Uuid, visible: Visible) -> StoreResult<Option<ProjectRecord>> {
        self.pool
            .read(|conn| snapshot(conn, |conn| projects::by_id(conn, id, visible)))
    }

    async fn add_project(
        &self,
        name: String,
        deployed: bool,
        by: Actor,
    ) -> StoreResult<Result<ProjectRecord, Taken>> {
        self.act(by, move |conn, by| projects::add(conn, &name, deployed, by))
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
        self.act(by, move |conn, by| {
            projects::edit(conn, id, name.as_deref(), deployed, visible, by)
        })
        .await
    }

    async fn remove_project(&self, id: Uuid, visible: Visible, by: Actor) -> StoreResult<ProjectRemoval> {
        self.act_and_erase(by, move |conn, by| projects::remove(conn, id, visible, by))
            .await
    }

    async fn set_session_server(
        &self,
        id: Uuid,
        new: NewSessionServer,
        by: Actor,
    ) -> StoreResult<SessionServerChange> {
        self.act_and_erase(by, move |conn, by| session_servers::set(conn, id, &new, by))
            .await
    }

    async fn session_signer(&self, project: Uuid) -> StoreResult<Option<SessionSigner>> {
        self.pool.read(|conn| session_servers::signer(conn, project))
    }

    async fn remove_session_server(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
        self.act_and_erase(by, move |conn, by| session_servers::remove(conn, id, by))
            .await
    }

    async fn issue_session_token(
        &self,
        project: Uuid,
        token: TokenHash,
        by: Actor,
    ) -> StoreResult<SessionTokenIssue> {
        self.act(by, move |conn, by| {
            session_tokens::issue(conn, project, token, by)
        })
        .await
    }

    async fn revoke_session_token(&self, project: Uuid, by: Actor) -> StoreResult<bool> {
        self.act(by, move |conn, by| session_tokens::revoke(conn, project, by))
            .await
    }

    async fn asking_server(&self, token: &TokenHash) -> StoreResult<Option<AskingServer>> {
        self.pool
            .read(|conn| snapshot(conn, |conn| session_tokens::asking(conn, token)))
    }

    async fn gateways(&self) -> StoreResult<Vec<Gateway>> {
        self.pool.read(gateways::all)
    }

    async fn add_gateway(&self, new: NewGatewayRecord, by: Actor) -> StoreResult<Result<Gateway, Taken>> {
        self.act(by, move |conn, by| gateways::add(conn, &new, by)).await
    }

    async fn remove_gateway(&self, id: Uuid, by: Actor) -> StoreResult<bool> {
        self.act(by, move |conn, by| gateways::remove(conn, id, by)).await
    }

    async fn check(&self, key: &TokenHash, gateway: Option<&TokenHash>) -> StoreResult<Checked> {
        self.pool.read(|conn| check::check(conn, key, gateway))
    }

    async fn record_usage(&self, tallies: Arc<Tallies>) -> StoreResult<bool> {
        let entry = Entry::of(tallies).await?;
        let steady = self.steady.clone();
        self.writer
            .run(move |conn| usage::record(conn, &entry, &steady))
            .await
    }

    async fn settle_usage(&self) -> StoreResult<bool> {
        let steady = self.steady.clone();
        self.writer.run(move |conn| usage::settle(conn, &steady)).await
    }

    async fn usage(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
        let report = move |conn: &_| usage::report(conn, id, visible, Timestamp::now());
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
        let found = |conn: &_| Ok(find_key(conn, KeyBy::Id(id), visible)?);
        Ok(self
            .pool
            .read(|conn| snapshot(conn, found))?
            .map(|(_, found)| found))
    }

    async fn key_by_hash(&self, hash: &TokenHash, visible: Visible) -> StoreResult<Option<Found>> {
        let found = |conn: &_| Ok(find_key(conn, KeyBy::Hash(&hash.0), visible)?);
        Ok(self
            .pool
            .read(|conn| snapshot(conn, found))?
            .map(|(_, found)| found))
    }

    async fn create_key(&self, new: NewKey, by: Actor) -> StoreResult<KeyCreation> {
        let steady = self.steady.clone();
        self.act(by, move |conn, by| keys::create(conn, &new, by, &steady))
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
        self.act(by, move |conn, by| {
            keys::edit(conn, id, expected_version, &name, &settings, by)
        })
        .await
    }

    async fn revoke_key(&self, id: Uuid, by: Actor) -> StoreResult<Revocation> {
        self.act_and_erase(by, move |conn, by| keys::revoke(conn, id, by))
            .await
    }

    async fn reveal_key(&self, id: Uuid, by: Actor) -> StoreResult<Option<Sealed>> {
        self.act(by, move |conn, by| keys::reveal(conn, id, by)).await
    }

    async fn activity(&self, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
        if activity::is_quick(query, visible) {
            return self
                .pool
                .read(|conn| snapshot(conn, |conn| activity::page(conn, query, visible)));
        }
        let query = query.clone();
        let page = move |conn: &_| activity::page(conn, &query, visible);
        self.readers.read(page).await
    }

    async fn activity_head(&self) -> StoreResult<ActivityHead> {
        self.pool.read(activity::head)
    }

    async fn compare(&self, from: Cursor) -> StoreResult<Compared> {
        self.readers
            .read(move |conn| statement::compare(conn, from))
            .await
    }

    async fn refuse_sign_in(&self, from: Option<IpAddr>) -> StoreResult<()> {
        self.writer
            .run(move |conn| activity::refuse_sign_in(conn, from))
            .await
    }

    async fn changes_since(&self, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
        self.pool.read(|conn| activity::changes_since(conn, seq, limit))
    }

    async fn last_seq(&self) -> StoreResult<u64> {
        self.pool.read(activity::last_seq)
    }

    /// For one listener at a time.
    async fn changed(&self) {
        self.committed.notified().await;
    }
}

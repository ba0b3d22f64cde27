//! The embedded store: one SQLite file in WAL mode, written by one thread, read by many.

mod acknowledged;
mod alike;
mod backup;
mod bulk;
mod chain;
mod check;
mod connection;
mod db;
mod health;
mod held;
mod indexes;
mod located;
mod log_file;
mod log_index;
mod migrations;
mod on_disk;
mod open_file;
#[cfg(test)]
mod plans;
mod readers;
mod schema;
mod search;
mod snapshot;
mod store;
mod watch;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use notify::RecommendedWatcher;

use tokio::sync::Notify;

use self::health::Health;
use self::open_file::OpenFile;
use self::readers::{ReadPool, Readers};
use self::watch::Bell;
use self::writer::Writer;
use super::clock::Steady;
use super::names::Remembered;
use super::{Founding, Latencies, StoreResult, WrappedDataKey};

pub use self::backup::{Closed, Contents, back_up, data_keys_in, examine};
pub use self::bulk::{SampleKey, SampleProject, SampleUser};
pub(super) use self::connection::alone;
pub(crate) use self::connection::prepare;

/// The newest schema, without a row in it.
#[cfg(test)]
pub(super) fn in_memory() -> StoreResult<rusqlite::Connection> {
    connection::in_memory(connection::NEWEST)
}

/// A keydeck database in a file of its own.
pub struct SqliteStore {
    // Ended in this order: the writer is the last to close the database, and tidies up; then `file`.
    _watcher: Option<RecommendedWatcher>,
    pool: ReadPool,
    readers: Readers,
    /// For what reads whole tables, so that other reads don't wait for it.
    inspector: Readers,
    writer: Writer,
    file: OpenFile,
    names: Arc<Remembered>,
    committed: Arc<Notify>,
    health: Health,
    latencies: Latencies,
    steady: Arc<Steady>,
    /// Where sample data is made: when its changes are made.
    told_time: Arc<Mutex<Option<Timestamp>>>,
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
            pool: ReadPool::new(file.clone(), latencies.read.clone()),
            readers,
            inspector,
            writer,
            file,
            names: Arc::default(),
            committed,
            health,
            latencies,
            steady: Arc::default(),
            told_time: Arc::default(),
        })
    }

    /// Changes are dated so from now on, as in sample data, whose people did something before: each one later than those before.
    /// `None`: by the clock again.
    pub fn make_changes_at(&self, at: Option<Timestamp>) {
        *self.told_time.lock().unwrap_or_else(PoisonError::into_inner) = at;
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
}

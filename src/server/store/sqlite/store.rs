//! What the server asks of its store, as SQLite answers it.

use std::sync::PoisonError;

use jiff::Timestamp;
use rusqlite::Connection;
use tokio::task::spawn_blocking;

use super::db::{SqliteChange, change};
use super::snapshot::snapshot;
use super::{SqliteStore, check, connection, indexes, search};
use crate::api::Sort;
use crate::server::store::db::at_once;
use crate::server::store::filter::{Filter, is_kept, is_quick};
use crate::server::store::groups::of_engine::*;
use crate::server::store::names::Remembered;
use crate::server::store::{StoreError, clock, count, list, report};

/// On the spot: a hop to another thread would cost more.
macro_rules! quick {
    ($store:expr, |$db:ident| $question:expr) => {
        $store.pool.read(|$db| at_once($question))
    };
}

macro_rules! snapshot {
    ($store:expr, |$db:ident| $question:expr) => {
        $store.pool.read(|conn| snapshot(conn, |$db| at_once($question)))
    };
}

macro_rules! page {
    ($store:expr, |$db:ident| $question:expr) => {
        quick!($store, |$db| $question)
    };
}

/// On a thread for it.
macro_rules! long {
    ($store:expr, |$db:ident| $question:expr) => {
        $store
            .readers
            .read(move |$db: &Connection| at_once($question))
            .await
    };
}

/// On the thread that writes.
macro_rules! change {
    ($store:expr, $by:expr, |$change:ident| $work:expr) => {
        $store.change($by, move |$change| at_once($work)).await
    };
}

/// As `change!`; what was erased leaves the write-ahead log too.
macro_rules! erase {
    ($store:expr, $by:expr, |$change:ident| $work:expr) => {
        $store.change_and_erase($by, move |$change| at_once($work)).await
    };
}

key_store!(SqliteStore);
people_store!(SqliteStore);
plan_store!(SqliteStore);
project_store!(SqliteStore);
gateway_store!(SqliteStore);
import_store!(SqliteStore);
leak_store!(SqliteStore);
webhook_store!(SqliteStore);
work_store!(SqliteStore);
activity_store!(SqliteStore);
data_key_store!(SqliteStore);
status_store!(SqliteStore);

impl SqliteStore {
    /// Runs `work` as one change; of a caller, if they may still act in it.
    async fn change<T, F>(&self, by: Option<Actor>, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: Fn(&mut SqliteChange) -> StoreResult<T> + Send + 'static,
    {
        let at = self.told_time();
        self.writer.run(move |conn| change(conn, by, at, &work)).await
    }

    async fn change_and_erase<T, F>(&self, by: Option<Actor>, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: Fn(&mut SqliteChange) -> StoreResult<T> + Send + 'static,
    {
        let at = self.told_time();
        self.writer.erase(move |conn| change(conn, by, at, &work)).await
    }

    fn told_time(&self) -> Option<Timestamp> {
        *self.told_time.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the files are whole; with a warning for its operators.
    fn look(&self) -> StoreResult<Option<String>> {
        self.health.check()?;
        self.pool.look()?;
        let names = self.file.names();
        Ok((names > 1).then(|| {
            format!(
                "the database file has {names} names (hard links); the server won't start again until one is left"
            )
        }))
    }

    async fn page_of_keys(&self, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
        if is_quick(query) {
            let page = |conn: &Connection| page(conn, &self.names, query);
            return self.pool.read(|conn| snapshot(conn, page));
        }
        self.long_page_of_keys(query.clone()).await
    }

    async fn long_page_of_keys(&self, query: KeyQuery) -> StoreResult<Option<KeySlice>> {
        let names = self.names.clone();
        self.readers.read(move |conn| page(conn, &names, &query)).await
    }

    /// On a connection of its own: it may be held up by whoever takes the keys, and others must not.
    async fn hand_over_keys(&self, query: KeyQuery, to: Sender<Vec<KeyRecord>>) -> StoreResult<()> {
        let (file, names) = (self.file.clone(), self.names.clone());
        let read = move || {
            let conn = connection::reader(file.path())?;
            file.look_into(&conn)?;
            snapshot(&conn, |conn| hand_over(conn, &names, query, &to))
        };
        let read = spawn_blocking(read).await;
        read.map_err(|_| StoreError::Fault("a read was given up because of a bug".into()))?
    }

    async fn counted_keys(&self, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts> {
        if is_kept(filter) {
            let counts = |conn: &Connection| counts(conn, visible, filter);
            return self.pool.read(|conn| snapshot(conn, counts));
        }
        let filter = filter.clone();
        self.readers
            .read(move |conn| counts(conn, visible, &filter))
            .await
    }

    async fn all_counted(&self, visible: Visible, filter: KeyFilter) -> StoreResult<u64> {
        let count = move |conn: &Connection| {
            let Some(resolved) = at_once(Filter::resolve(conn, &filter, visible))? else {
                return Ok(0);
            };
            let search = search::of(conn, resolved, Sort::CreatedAt)?;
            at_once(count::all(conn, &search))
        };
        self.readers.read(count).await
    }

    async fn usage_of(&self, id: Uuid, visible: Visible) -> StoreResult<Option<Usage>> {
        long!(self, |db| report::of_key(db, id, visible))
    }

    async fn page_of_activity(&self, query: &ActivityQuery, visible: Visible) -> StoreResult<ActivityPage> {
        if activity::is_quick(query, visible) {
            return snapshot!(self, |db| activity::page(db, query, visible));
        }
        let query = query.clone();
        long!(self, |db| activity::page(db, &query, visible))
    }

    /// On a thread of its own, so that other reads don't wait for it.
    async fn compare_part(&self, from: Cursor) -> StoreResult<Compared> {
        self.inspector
            .read(move |conn| indexes::compare(conn, from))
            .await
    }

    /// Asked for after each commit, also of other programs.
    async fn changes_after(&self, seq: u64, limit: u32) -> StoreResult<Vec<ChangeRecord>> {
        self.pool.read(|conn| {
            self.file.compare(conn)?;
            at_once(activity::changes_since(conn, seq, limit))
        })
    }
}

fn page(conn: &Connection, names: &Remembered, query: &KeyQuery) -> StoreResult<Option<KeySlice>> {
    let filter = at_once(Filter::resolve(conn, &query.filter, query.visible))?;
    let search = filter
        .map(|filter| search::of(conn, filter, query.sort))
        .transpose()?;
    at_once(list::page(conn, names, query, search))
}

fn hand_over(
    conn: &Connection,
    names: &Remembered,
    query: KeyQuery,
    to: &Sender<Vec<KeyRecord>>,
) -> StoreResult<()> {
    let mut next = Some(query);
    while let Some(query) = next {
        let Some(slice) = page(conn, names, &query)? else {
            return Ok(());
        };
        next = query.continued_after(&slice);
        if to.blocking_send(slice.into_keys()).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn counts(conn: &Connection, visible: Visible, filter: &KeyFilter) -> StoreResult<KeyCounts> {
    let Some(resolved) = at_once(Filter::resolve(conn, filter, visible))? else {
        return Ok(KeyCounts::default());
    };
    if is_kept(filter) {
        return at_once(count::kept(conn, &resolved));
    }
    let search = search::of(conn, resolved, Sort::CreatedAt)?;
    at_once(count::counted(conn, &search))
}

//! The one thread that writes. It takes what has queued, runs the jobs in one transaction, and
//! answers them all after the commit: many writers share one sync of the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use tokio::sync::oneshot;

use super::chain;
use super::connection::{BUSY_TIMEOUT, LOG_PAGES};
use super::health::Health;
use super::open_file::OpenFile;
use super::watch::Bell;
use crate::server::store::{StoreError, StoreResult, latency};

/// The most jobs that share a transaction; bounds how long the first of them waits.
const GROUP: usize = 256;
/// The pause before a log that was being read is emptied again.
const EMPTY_AGAIN: Duration = Duration::from_millis(200);

pub struct Writer {
    // Both are taken on drop only: the queue ends, then the thread does.
    queue: Option<Arc<mpsc::Sender<Box<dyn Job>>>>,
    thread: Option<JoinHandle<()>>,
    took: Histogram,
}

impl Writer {
    /// `took` is told how long each change takes, its wait for its turn and the disk included.
    pub fn start(
        mut conn: Connection,
        bell: Bell,
        file: OpenFile,
        health: Health,
        took: Histogram,
    ) -> StoreResult<Self> {
        let (queue, jobs) = mpsc::channel();
        carry_over(&mut conn, file.clone(), health.clone())?;
        let desk = Desk {
            conn,
            bell,
            file,
            health,
        };
        let thread = thread::Builder::new()
            .name("keydeck-writer".into())
            .spawn(move || desk.serve(&jobs))
            .map_err(|error| StoreError::Unavailable(format!("no thread to write with: {error}")))?;
        Ok(Self {
            queue: Some(Arc::new(queue)),
            thread: Some(thread),
            took,
        })
    }

    /// Wakes the thread, for as long as it lives.
    pub fn waker(&self) -> impl Fn() + Send + 'static {
        let queue = self.queue.as_ref().map(Arc::downgrade);
        move || {
            if let Some(queue) = queue.as_ref().and_then(std::sync::Weak::upgrade) {
                let (reply, _) = oneshot::channel();
                // When it has ended, it needs no waking.
                let _ = queue.send(Box::new(Task {
                    work: |_: &Connection| Ok(()),
                    erases: false,
                    result: None,
                    reply,
                }));
            }
        }
    }

    /// Runs `work` in a transaction and returns its result once that is durable. An error of `work`
    /// undoes what it wrote. It may run twice: the first time is undone when a neighbour fails.
    pub async fn run<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> StoreResult<T> + Send + 'static,
    {
        self.queue(work, false).await
    }

    /// As [`Writer::run`]; what `work` erases leaves the write-ahead log too, as soon as nobody reads it.
    pub async fn erase<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> StoreResult<T> + Send + 'static,
    {
        self.queue(work, true).await
    }

    async fn queue<T, F>(&self, work: F, erases: bool) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> StoreResult<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            work,
            erases,
            result: None,
            reply,
        };
        let ended = || StoreError::Unavailable("the database was closed".into());
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        let started = Instant::now();
        queue.send(Box::new(task)).map_err(|_| ended())?;
        let answer = answer.await;
        latency::note(&self.took, started);
        answer.map_err(|_| ended())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // It catches the panics of its jobs and has none of its own to tell of.
            let _ = thread.join();
        }
    }
}

trait Job: Send {
    fn erases(&self) -> bool;
    /// Whether somebody still waits for the answer. Who was told that it took too long may try again.
    fn is_awaited(&self) -> bool;
    /// Whether what it wrote is to stay.
    fn run(&mut self, conn: &Connection) -> bool;
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct Task<T, F> {
    work: F,
    erases: bool,
    /// `None` behind a panic too.
    result: Option<StoreResult<T>>,
    reply: oneshot::Sender<StoreResult<T>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> StoreResult<T> + Send,
{
    fn erases(&self) -> bool {
        self.erases
    }

    fn is_awaited(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, conn: &Connection) -> bool {
        self.result = None;
        self.result = catch_unwind(AssertUnwindSafe(|| (self.work)(conn))).ok();
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let bug = || Err(StoreError::Fault("a change was given up because of a bug".into()));
        let Task { result, reply, .. } = *self;
        let answer = match (outcome, result) {
            (Err(error), None | Some(Ok(_))) => Err(error),
            (_, Some(result)) => result,
            (Ok(()), None) => bug(),
        };
        // Nobody listens when the request was dropped meanwhile; the change stands all the same.
        let _ = reply.send(answer);
    }
}

/// Carries the log over into the database whenever it has grown long. SQLite would do so by itself, and
/// tell nobody when the disk fails.
fn carry_over(conn: &mut Connection, file: OpenFile, health: Health) -> rusqlite::Result<()> {
    conn.wal_hook(Some(move |log: &mut Wal, pages| {
        // What was written over is not carried into the database.
        if pages >= LOG_PAGES && file.look().is_ok() {
            match log.checkpoint() {
                Ok(_) => file.carried_over(None),
                Err(error) => health.judge(&error),
            }
        }
        Ok(())
    }))
}

/// What the thread works with. The connection is dropped before the file.
struct Desk {
    conn: Connection,
    bell: Bell,
    file: OpenFile,
    health: Health,
}

impl Desk {
    fn serve(&self, jobs: &mpsc::Receiver<Box<dyn Job>>) {
        // What a server before this one could not make sure of is put on disk, before anything stands behind it.
        let mut to_be_emptied = !self.empty_log();
        let mut is_left = false;
        while let Some(first) = self.next(jobs, &mut to_be_emptied) {
            let mut group = vec![first];
            group.extend(jobs.try_iter().take(GROUP - 1));
            group.retain(|job| job.is_awaited());
            to_be_emptied |= group.iter().any(|job| job.erases());
            self.write(group);
            to_be_emptied = to_be_emptied && !self.empty_log();
            is_left = is_left || self.leave();
        }
        // The last connection to close does the same; this is for when another process goes on.
        self.empty_log();
        if !is_left {
            self.leave();
        }
    }

    /// Waits for a job; meanwhile a log that somebody was reading is tried again. `None`: nobody is left.
    fn next(&self, jobs: &mpsc::Receiver<Box<dyn Job>>, to_be_emptied: &mut bool) -> Option<Box<dyn Job>> {
        while *to_be_emptied && self.health.check().is_ok() {
            match jobs.recv_timeout(EMPTY_AGAIN) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => *to_be_emptied = !self.empty_log(),
            }
        }
        jobs.recv().ok()
    }

    /// Carries the log over into the database and cuts it to nothing. `false` when somebody is reading it;
    /// waiting for them would hold up those who write.
    fn empty_log(&self) -> bool {
        if self.health.check().is_err() || self.file.look().is_err() {
            return false;
        }
        // First what takes long, while others write; then the rest, which holds them up.
        self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)", Duration::ZERO);
        let is_empty = self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)", Duration::ZERO);
        let head = chain::head(&self.conn).ok().filter(|_| is_empty);
        self.file.carried_over(head);
        is_empty
    }

    /// `false` when somebody still reads the log after so long.
    fn checkpoint(&self, sql: &str, patience: Duration) -> bool {
        let empty = || {
            self.conn.busy_timeout(patience)?;
            let busy = self
                .conn
                .prepare_cached(sql)?
                .query_row([], |row| row.get::<_, bool>(0));
            self.conn.busy_timeout(BUSY_TIMEOUT)?;
            Ok(!busy?)
        };
        empty()
            .inspect_err(|error| self.health.judge(error))
            .unwrap_or(false)
    }

    /// Once the path leads elsewhere: saves what was acknowledged where only the name of the log is gone, and takes
    /// care that nothing of what is there now is removed at the end. `false` when it is still to be done.
    fn leave(&self) -> bool {
        if self.health.may_read().is_ok() {
            return false;
        }
        self.bell.ring_here();
        if self.file.misses_its_log_alone() {
            let is_saved = self.checkpoint("PRAGMA wal_checkpoint(FULL)", BUSY_TIMEOUT);
            self.file.carried_over(None);
            if !is_saved {
                // Closing the connection does it too, once nobody reads any more.
                return false;
            }
            tracing::warn!("all that was acknowledged before its log was removed is in the database");
        }
        let kept = self
            .conn
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        if let Err(error) = kept {
            tracing::error!(%error, "the files at the path may be removed at the end of this server");
        }
        true
    }

    /// Writes the group in one transaction. When a job fails, which is rare, each is written alone.
    fn write(&self, mut group: Vec<Box<dyn Job>>) {
        if group.is_empty() {
            return;
        }
        let outcome = match self.transact(&mut group) {
            Ok(true) => {
                self.bell.ring();
                Ok(())
            }
            Ok(false) if group.len() > 1 => {
                return group.into_iter().for_each(|job| self.write(vec![job]));
            }
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        };
        group.into_iter().for_each(|job| job.answer(outcome.clone()));
    }

    /// `false`: a job failed. Then as after an error, nothing was written.
    fn transact(&self, group: &mut [Box<dyn Job>]) -> StoreResult<bool> {
        let Self {
            conn, file, health, ..
        } = self;
        health.check()?;
        file.look()?;
        step(conn, "BEGIN IMMEDIATE")?;
        let kept = group.iter_mut().all(|job| job.run(conn));
        let outcome = match kept {
            true => self.commit().map(|()| true),
            false => Ok(false),
        };
        if !conn.is_autocommit() {
            step(conn, "ROLLBACK")?;
        }
        outcome
    }

    /// Whoever is told of it finds it by the path.
    fn commit(&self) -> StoreResult<()> {
        let unsure = |failed: StoreError| StoreError::Unsure(failed.to_string());
        step(&self.conn, "COMMIT").map_err(|error| {
            self.health.judge(&error);
            // The next server finds it in the log, or not.
            self.health.check().map_or_else(unsure, |()| error.into())
        })?;
        self.file.look().map_err(unsure)
    }
}

fn step(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;

    use super::super::located;
    use super::*;

    fn insert(conn: &Connection, n: i64) -> StoreResult<usize> {
        Ok(conn.execute("INSERT INTO numbers (n) VALUES (?)", [n])?)
    }

    #[tokio::test]
    async fn a_job_that_fails_or_panics_undoes_itself_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("numbers.db");
        let conn = Connection::open(&path).unwrap();
        conn.execute_batch("CREATE TABLE numbers (n INTEGER UNIQUE)")
            .unwrap();
        let (before, health) = (located::identity(&path).unwrap(), Health::default());
        let writer = Writer::start(
            conn,
            Bell::of(&path, Arc::new(Notify::new())),
            OpenFile::new(&path, &path, before, health.clone()).unwrap(),
            health,
            Histogram::new([1.0]),
        )
        .unwrap();
        let (open, gate) = mpsc::channel::<()>();
        // The first job holds the thread until all others have queued, so that they are one group.
        let (_, second, fails, panics, last, ()) = tokio::join!(
            writer.run(move |_| Ok(gate.recv().is_err())),
            writer.run(|conn| insert(conn, 1)),
            writer.run(|conn| insert(conn, 2).and_then(|_| insert(conn, 1))),
            writer.run(|conn| -> StoreResult<usize> {
                insert(conn, 3)?;
                panic!("a bug")
            }),
            writer.run(|conn| insert(conn, 4)),
            async move { drop(open) },
        );
        assert_eq!((second.unwrap(), last.unwrap()), (1, 1));
        assert!(matches!(fails, Err(StoreError::Fault(_))));
        assert!(matches!(panics, Err(StoreError::Fault(_))));
        let stored = writer.run(|conn| {
            let sql = "SELECT group_concat(n) FROM numbers";
            Ok(conn.query_row(sql, [], |row| row.get::<_, String>(0))?)
        });
        assert_eq!(stored.await.unwrap(), "1,4");
    }
}

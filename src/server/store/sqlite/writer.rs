//! The one thread that writes. It takes what has queued, runs the jobs in one transaction, and
//! answers them all after the commit: many writers share one sync of the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use tokio::sync::oneshot;

use super::connection::{BUSY_TIMEOUT, LOG_PAGES};
use super::health::Health;
use super::watch::Bell;
use crate::server::store::{StoreError, StoreResult, latency};

/// The most jobs that share a transaction; bounds how long the first of them waits.
const GROUP: usize = 256;
/// The pause before a log that was being read is emptied again.
const EMPTY_AGAIN: Duration = Duration::from_millis(200);

pub struct Writer {
    // Both are taken on drop only: the queue ends, then the thread does.
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    took: Histogram,
}

impl Writer {
    /// `took` is told how long each change takes, its wait for its turn and the disk included.
    pub fn start(mut conn: Connection, bell: Bell, health: Health, took: Histogram) -> StoreResult<Self> {
        let (queue, jobs) = mpsc::channel();
        carry_over(&mut conn, health.clone())?;
        let thread = thread::Builder::new()
            .name("keydeck-writer".into())
            .spawn(move || serve(conn, &jobs, &bell, &health))
            .map_err(|error| StoreError::Unavailable(format!("no thread to write with: {error}")))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            took,
        })
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
fn carry_over(conn: &mut Connection, health: Health) -> rusqlite::Result<()> {
    conn.wal_hook(Some(move |log: &mut Wal, pages| {
        if pages >= LOG_PAGES
            && let Err(error) = log.checkpoint()
        {
            health.judge(&error);
        }
        Ok(())
    }))
}

fn serve(conn: Connection, jobs: &mpsc::Receiver<Box<dyn Job>>, bell: &Bell, health: &Health) {
    // What a server before this one could not make sure of is put on disk, before anything stands behind it.
    let mut to_be_emptied = !empty_log(&conn, health);
    while let Some(first) = next(&conn, jobs, health, &mut to_be_emptied) {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP - 1));
        group.retain(|job| job.is_awaited());
        to_be_emptied |= group.iter().any(|job| job.erases());
        write(&conn, group, bell, health);
        to_be_emptied = to_be_emptied && !empty_log(&conn, health);
    }
    // The last connection to close does the same; this is for when another process goes on.
    empty_log(&conn, health);
}

/// Waits for a job; meanwhile a log that somebody was reading is tried again. `None`: nobody is left.
fn next(
    conn: &Connection,
    jobs: &mpsc::Receiver<Box<dyn Job>>,
    health: &Health,
    to_be_emptied: &mut bool,
) -> Option<Box<dyn Job>> {
    while *to_be_emptied {
        match jobs.recv_timeout(EMPTY_AGAIN) {
            Ok(job) => return Some(job),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => *to_be_emptied = !empty_log(conn, health),
        }
    }
    jobs.recv().ok()
}

/// Carries the log over into the database and cuts it to nothing. `false` when somebody is reading it;
/// waiting for them would hold up those who write.
fn empty_log(conn: &Connection, health: &Health) -> bool {
    if health.check().is_err() {
        return false;
    }
    let empty = || {
        conn.busy_timeout(Duration::ZERO)?;
        let busy = conn
            .prepare_cached("PRAGMA wal_checkpoint(TRUNCATE)")?
            .query_row([], |row| row.get::<_, bool>(0));
        conn.busy_timeout(BUSY_TIMEOUT)?;
        Ok(!busy?)
    };
    empty().inspect_err(|error| health.judge(error)).unwrap_or(false)
}

/// Writes the group in one transaction. When a job fails, which is rare, each is written alone.
fn write(conn: &Connection, mut group: Vec<Box<dyn Job>>, bell: &Bell, health: &Health) {
    if group.is_empty() {
        return;
    }
    let outcome = match transact(conn, &mut group, health) {
        Ok(true) => {
            bell.ring();
            Ok(())
        }
        Ok(false) if group.len() > 1 => {
            return group
                .into_iter()
                .for_each(|job| write(conn, vec![job], bell, health));
        }
        Ok(false) => Ok(()),
        Err(error) => Err(error),
    };
    group.into_iter().for_each(|job| job.answer(outcome.clone()));
}

/// `false`: a job failed. Then as after an error, nothing was written.
fn transact(conn: &Connection, group: &mut [Box<dyn Job>], health: &Health) -> StoreResult<bool> {
    health.check()?;
    step(conn, "BEGIN IMMEDIATE")?;
    let kept = group.iter_mut().all(|job| job.run(conn));
    let outcome = match kept {
        true => step(conn, "COMMIT").map(|()| true).map_err(|error| {
            health.judge(&error);
            // The next server finds it in the log, or not.
            match health.check() {
                Ok(()) => error.into(),
                Err(failed) => StoreError::Unsure(failed.to_string()),
            }
        }),
        false => Ok(false),
    };
    if !conn.is_autocommit() {
        step(conn, "ROLLBACK")?;
    }
    outcome
}

fn step(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;

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
        let writer = Writer::start(
            conn,
            Bell::of(&path, Arc::new(Notify::new())),
            Health::default(),
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

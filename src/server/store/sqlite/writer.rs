//! The one thread that writes. It takes what has queued, runs each job in a savepoint of one
//! transaction, and answers them all after the commit: many writers share one sync of the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};

use crate::server::store::{StoreError, StoreResult};

/// The most jobs that share a transaction; bounds how long the first of them waits.
const GROUP: usize = 256;

pub struct Writer {
    // Both are taken on drop only: the queue ends, then the thread does.
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(conn: Connection, committed: Arc<Notify>) -> StoreResult<Self> {
        let (queue, jobs) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("keydeck-writer".into())
            .spawn(move || serve(conn, &jobs, &committed))
            .map_err(|error| StoreError::Unavailable(format!("no thread to write with: {error}")))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction and returns its result once that is durable. An error of `work`
    /// undoes what it wrote.
    pub async fn run<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> StoreResult<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            work: Some(work),
            result: None,
            reply,
        };
        let ended = || StoreError::Unavailable("the database was closed".into());
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        queue.send(Box::new(task)).map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
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
    /// Whether what it wrote is to stay.
    fn run(&mut self, conn: &Connection) -> bool;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Task<T, F> {
    work: Option<F>,
    /// `None` behind a panic too.
    result: Option<StoreResult<T>>,
    reply: oneshot::Sender<StoreResult<T>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> StoreResult<T> + Send,
{
    fn run(&mut self, conn: &Connection) -> bool {
        self.result = self.work.take().map(|work| work(conn));
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Task { result, reply, .. } = *self;
        let result = committed.and_then(|()| {
            result.unwrap_or_else(|| Err(StoreError::Fault("a change was given up because of a bug".into())))
        });
        // Nobody listens when the request was dropped meanwhile; the change stands all the same.
        let _ = reply.send(result);
    }
}

fn serve(conn: Connection, jobs: &mpsc::Receiver<Box<dyn Job>>, committed: &Notify) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP - 1));
        let outcome = write(&conn, &mut group);
        if outcome.is_ok() {
            committed.notify_one();
        } else if !conn.is_autocommit() {
            // Fails only when SQLite rolled back by itself, which is what is wanted.
            let _ = conn.execute_batch("ROLLBACK");
        }
        for job in group {
            job.answer(outcome.clone());
        }
    }
    // The last connection to close does the same; with other processes about, this shortens their log.
    let _ = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Runs the group in one transaction. When this fails, nothing of it was written.
fn write(conn: &Connection, group: &mut [Box<dyn Job>]) -> StoreResult<()> {
    step(conn, "BEGIN IMMEDIATE")?;
    for job in group {
        step(conn, "SAVEPOINT job")?;
        let keep = catch_unwind(AssertUnwindSafe(|| job.run(conn))).unwrap_or(false);
        if conn.is_autocommit() {
            // A full disk or a failed write made SQLite give up the transaction, not only the job.
            return Err(StoreError::Unavailable("the transaction was rolled back".into()));
        }
        if !keep {
            step(conn, "ROLLBACK TO job")?;
        }
        step(conn, "RELEASE job")?;
    }
    step(conn, "COMMIT")
}

fn step(conn: &Connection, sql: &str) -> StoreResult<()> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

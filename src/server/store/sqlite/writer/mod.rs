//! The one thread that writes. It takes what has queued, runs the jobs in one transaction, and
//! answers them all after the commit: many writers share one sync of the disk.

mod job;
mod thread;

use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Instant;

use prometheus_client::metrics::histogram::Histogram;
use rusqlite::Connection;
use tokio::sync::oneshot;

use self::job::{WriterJob, WriterTask};
use self::thread::{WriterThread, carry_over};
use super::health::Health;
use super::open_file::OpenFile;
use super::watch::Bell;
use crate::server::store::{StoreError, StoreResult, latency};

pub struct Writer {
    // Both are taken on drop only: the queue ends, then the thread does.
    queue: Option<Arc<mpsc::Sender<Box<dyn WriterJob>>>>,
    thread: Option<JoinHandle<()>>,
    took: Histogram,
}

impl Writer {
    /// `took` records how long each change takes, its wait for its turn and the disk included.
    pub fn start(
        mut conn: Connection,
        bell: Bell,
        file: OpenFile,
        health: Health,
        took: Histogram,
    ) -> StoreResult<Self> {
        let (queue, jobs) = mpsc::channel();
        carry_over(&mut conn, file.clone(), health.clone())?;
        let writer = WriterThread {
            conn,
            bell,
            file,
            health,
        };
        let thread = std::thread::Builder::new()
            .name("keydeck-writer".into())
            .spawn(move || writer.serve(&jobs))
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
                let _ = queue.send(Box::new(WriterTask::new(|_: &Connection| Ok(()), false, reply)));
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
        let task = WriterTask::new(work, erases, reply);
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

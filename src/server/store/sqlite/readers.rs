//! Connections to read with: a pool for what is answered on the spot, and threads for what may
//! take long and may be given up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use prometheus_client::metrics::histogram::Histogram;
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connection;
use super::open_file::OpenFile;
use super::snapshot::snapshot;
use crate::server::store::{StoreError, StoreResult, latency};

/// Connections for reads of microseconds: they run where they are asked for, since a hop to another
/// thread costs more than they do. There are never more than threads that read at once.
pub struct ReadPool {
    file: OpenFile,
    idle: Mutex<Vec<Connection>>,
    took: Histogram,
}

impl ReadPool {
    /// `took` records how long each read takes.
    pub fn new(file: OpenFile, took: Histogram) -> Self {
        Self {
            file,
            idle: Mutex::default(),
            took,
        }
    }

    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> StoreResult<T>) -> StoreResult<T> {
        let started = Instant::now();
        let conn = self.take()?;
        self.file.glance(started, &conn)?;
        let result = work(&conn);
        if conn.is_autocommit() {
            lock(&self.idle).push(conn);
        }
        latency::note(&self.took, started);
        result
    }

    /// Looks at the files and at what is in them, however short ago that was done.
    pub fn look(&self) -> StoreResult<()> {
        let taken = self.take()?;
        self.file.look_into(&taken)?;
        lock(&self.idle).push(taken);
        Ok(())
    }

    fn take(&self) -> StoreResult<Connection> {
        let idle = lock(&self.idle).pop();
        idle.map_or_else(|| self.connect(), Ok)
    }

    /// Opens the file by its name, so what is there before and after must be the open one.
    fn connect(&self) -> StoreResult<Connection> {
        self.file.look()?;
        let conn = connection::reader(self.file.path())?;
        self.file.look()?;
        Ok(conn)
    }
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A job given up is ended within as many steps of SQLite's machine, some tens of microseconds.
const STEPS: i32 = 1000;

/// Threads for reads that may take long. Dropping the future of a read ends it.
pub struct Readers {
    // Both are taken on drop only: the queue ends, then the threads do.
    queue: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    file: OpenFile,
    took: Histogram,
}

impl Readers {
    /// `took` records how long each read takes, its wait for a thread included.
    pub fn start(file: OpenFile, threads: usize, took: Histogram) -> StoreResult<Self> {
        let (queue, jobs) = mpsc::channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = (0..threads)
            .map(|_| start(file.path(), jobs.clone()))
            .collect::<StoreResult<_>>()?;
        Ok(Self {
            queue: Some(queue),
            threads,
            file,
            took,
        })
    }

    pub async fn read<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> StoreResult<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting::default();
        let given_up = waiting.given_up.clone();
        let file = self.file.clone();
        let job: Job = Box::new(move |conn| {
            let looked = |conn: &Connection| file.look_into(conn).and_then(|()| work(conn));
            // Nobody listens when the request was dropped meanwhile.
            let _ = reply.send(until(conn, given_up, looked));
        });
        let ended = || StoreError::Unavailable("the database was closed".into());
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        let started = Instant::now();
        queue.send(job).map_err(|_| ended())?;
        let answer = answer.await;
        latency::note(&self.took, started);
        answer.map_err(|_| StoreError::Fault("a read was given up because of a bug".into()))?
    }
}

/// Lives as long as somebody waits for a read.
#[derive(Default)]
struct Waiting {
    given_up: Arc<AtomicBool>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

/// Reads until it is given up. SQLite asks whether it is; an interrupt from outside would be lost
/// between two statements.
fn until<T>(
    conn: &mut Connection,
    given_up: Arc<AtomicBool>,
    work: impl FnOnce(&Connection) -> StoreResult<T>,
) -> StoreResult<T> {
    conn.progress_handler(STEPS, Some(move || given_up.load(Ordering::Relaxed)))?;
    snapshot(conn, work)
}

fn start(path: &Path, jobs: Arc<Mutex<mpsc::Receiver<Job>>>) -> StoreResult<JoinHandle<()>> {
    let mut conn = connection::reader(path)?;
    thread::Builder::new()
        .name("keydeck-reader".into())
        .spawn(move || serve(&mut conn, &jobs))
        .map_err(|error| StoreError::Unavailable(format!("no thread to read with: {error}")))
}

fn serve(conn: &mut Connection, jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        let next = lock(jobs).recv();
        let Ok(job) = next else { return };
        let outcome = catch_unwind(AssertUnwindSafe(|| job(conn)));
        if outcome.is_err() && !conn.is_autocommit() {
            // Fails only when the transaction has ended, which is what is wanted.
            let _ = conn.execute_batch("ROLLBACK");
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // It catches the panics of its jobs and has none of its own to tell of.
            let _ = thread.join();
        }
    }
}

/// What these locks guard is whole at every instruction, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::connection::READER_THREADS as THREADS;
    use super::super::health::Health;
    use super::*;

    fn took() -> Histogram {
        Histogram::new([1.0])
    }

    /// A database of nothing.
    fn empty(directory: &tempfile::TempDir) -> OpenFile {
        let path = directory.path().join("empty.db");
        std::fs::write(&path, "").unwrap();
        let before = (&std::fs::metadata(&path).unwrap()).into();
        OpenFile::new(&path, &path, before, Health::default()).unwrap()
    }

    const ENDLESS: &str =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    fn count_endlessly(conn: &Connection, started: &mpsc::Sender<()>) -> StoreResult<i64> {
        started.send(()).unwrap();
        Ok(conn.query_row(ENDLESS, [], |row| row.get(0))?)
    }

    #[tokio::test]
    async fn a_read_whose_future_is_dropped_ends() {
        let directory = tempfile::tempdir().unwrap();
        let readers = Readers::start(empty(&directory), THREADS, took()).unwrap();
        let (started, starts) = mpsc::channel();
        // More of them than threads: the last ones run only if the first ones were ended.
        for _ in 0..3 * THREADS {
            let started = started.clone();
            let read = readers.read(move |conn| count_endlessly(conn, &started));
            let one_started = async {
                while starts.try_recv().is_err() {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                _ = read => panic!("it never ends"),
                () = one_started => {}
            }
        }
        let one = readers.read(|conn| Ok(conn.query_row("SELECT 1", [], |row| row.get::<_, i64>(0))?));
        let one = tokio::time::timeout(Duration::from_secs(10), one).await;
        assert_eq!(one.unwrap().unwrap(), 1);
    }

    #[tokio::test]
    async fn a_panic_in_a_read_fails_that_read_alone() {
        let directory = tempfile::tempdir().unwrap();
        let readers = Readers::start(empty(&directory), THREADS, took()).unwrap();
        for _ in 0..=THREADS {
            let read = readers.read(|_| -> StoreResult<()> { panic!("a bug") });
            assert!(matches!(read.await, Err(StoreError::Fault(_))));
        }
        assert_eq!(readers.read(|_| Ok(1)).await.unwrap(), 1);
    }
}

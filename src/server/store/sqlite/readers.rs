//! Connections to read with: a pool for what is answered on the spot, and two threads for what may
//! take long and may be given up.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, InterruptHandle};
use tokio::sync::oneshot;

use super::connection;
use crate::server::store::{StoreError, StoreResult};

/// How many long reads run at once.
pub const THREADS: usize = 2;

/// Connections for reads of microseconds: they run where they are asked for, since a hop to another
/// thread costs more than they do. There are never more than threads that read at once.
pub struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Mutex::default(),
        }
    }

    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> StoreResult<T>) -> StoreResult<T> {
        let idle = lock(&self.idle).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => connection::reader(&self.path)?,
        };
        let result = work(&conn);
        if conn.is_autocommit() {
            lock(&self.idle).push(conn);
        }
        result
    }
}

/// Runs `work` on one state of the database, however many statements it takes.
pub fn snapshot<T>(conn: &Connection, work: impl FnOnce(&Connection) -> StoreResult<T>) -> StoreResult<T> {
    conn.prepare_cached("BEGIN")?.execute([])?;
    let result = work(conn);
    let ended = conn.prepare_cached("COMMIT").and_then(|mut end| end.execute([]));
    let value = result?;
    ended?;
    Ok(value)
}

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// Threads for reads that may take long. Dropping the future of a read interrupts it.
pub struct Readers {
    // Taken on drop only: the queue ends, then the threads do.
    queue: Option<mpsc::Sender<(u64, Job)>>,
    threads: Vec<Reader>,
    next: std::sync::atomic::AtomicU64,
}

struct Reader {
    running: Arc<Running>,
    thread: Option<JoinHandle<()>>,
}

/// Which read a thread is at. The lock is held to interrupt it, so that no other one is hit.
struct Running {
    read: Mutex<Option<u64>>,
    handle: InterruptHandle,
}

impl Readers {
    pub fn start(path: &Path) -> StoreResult<Self> {
        let (queue, jobs) = mpsc::channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = (0..THREADS)
            .map(|_| Reader::start(path, jobs.clone()))
            .collect::<StoreResult<_>>()?;
        Ok(Self {
            queue: Some(queue),
            threads,
            next: std::sync::atomic::AtomicU64::new(0),
        })
    }

    pub async fn read<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> StoreResult<T> + Send + 'static,
    {
        let id = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            if !reply.is_closed() {
                // Nobody listens when the request was dropped meanwhile.
                let _ = reply.send(snapshot(conn, work));
            }
        });
        let ended = || StoreError::Unavailable("the database was closed".into());
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        let _given_up = Interrupt { readers: self, id };
        queue.send((id, job)).map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

/// Ends the read when its future is dropped; a read that has ended is left alone.
struct Interrupt<'a> {
    readers: &'a Readers,
    id: u64,
}

impl Drop for Interrupt<'_> {
    fn drop(&mut self) {
        for reader in &self.readers.threads {
            let read = lock(&reader.running.read);
            if *read == Some(self.id) {
                reader.running.handle.interrupt();
            }
        }
    }
}

impl Reader {
    fn start(path: &Path, jobs: Arc<Mutex<mpsc::Receiver<(u64, Job)>>>) -> StoreResult<Self> {
        let conn = connection::reader(path)?;
        // An interrupt that comes between two statements holds until the next one starts to run and fails
        // those that are compiled before. Each read starts with this one, which is compiled here.
        snapshot(&conn, |_| Ok(()))?;
        let running = Arc::new(Running {
            read: Mutex::default(),
            handle: conn.get_interrupt_handle(),
        });
        let state = running.clone();
        let thread = thread::Builder::new()
            .name("keydeck-reader".into())
            .spawn(move || serve(&conn, &jobs, &state))
            .map_err(|error| StoreError::Unavailable(format!("no thread to read with: {error}")))?;
        Ok(Self {
            running,
            thread: Some(thread),
        })
    }
}

fn serve(conn: &Connection, jobs: &Mutex<mpsc::Receiver<(u64, Job)>>, running: &Running) {
    loop {
        let next = lock(jobs).recv();
        let Ok((id, job)) = next else { return };
        *lock(&running.read) = Some(id);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(conn)));
        *lock(&running.read) = None;
        if outcome.is_err() && !conn.is_autocommit() {
            // Fails only when the transaction has ended, which is what is wanted.
            let _ = conn.execute_batch("ROLLBACK");
        }
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue = None;
        for reader in &mut self.threads {
            if let Some(thread) = reader.thread.take() {
                // It catches the panics of its jobs and has none of its own to tell of.
                let _ = thread.join();
            }
        }
    }
}

/// What these locks guard is whole at every instruction, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

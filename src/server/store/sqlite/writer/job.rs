//! What the thread that writes is given to do.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::server::store::{StoreError, StoreResult};

pub trait WriterJob: Send {
    fn erases(&self) -> bool;
    /// Whether the caller still waits for the answer. A caller whose request timed out may try again.
    fn is_awaited(&self) -> bool;
    /// Whether what it wrote is to stay.
    fn run(&mut self, conn: &Connection) -> bool;
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

pub struct WriterTask<T, F> {
    work: F,
    erases: bool,
    /// `None` after a panic too.
    result: Option<StoreResult<T>>,
    reply: oneshot::Sender<StoreResult<T>>,
}

impl<T, F> WriterTask<T, F> {
    /// What `erases` leaves the write-ahead log too.
    pub fn new(work: F, erases: bool, reply: oneshot::Sender<StoreResult<T>>) -> Self {
        Self {
            work,
            erases,
            result: None,
            reply,
        }
    }
}

impl<T, F> WriterJob for WriterTask<T, F>
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
        let WriterTask { result, reply, .. } = *self;
        let answer = match (outcome, result) {
            (Err(error), None | Some(Ok(_))) => Err(error),
            (_, Some(result)) => result,
            (Ok(()), None) => bug(),
        };
        // Nobody listens when the request was dropped meanwhile; the change is kept all the same.
        let _ = reply.send(answer);
    }
}

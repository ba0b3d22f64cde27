//! The thread that writes: groups of jobs, each group one transaction, and the write-ahead log after them.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;

use super::job::WriterJob;
use crate::server::store::sqlite::chain;
use crate::server::store::sqlite::connection::{BUSY_TIMEOUT, LOG_PAGES};
use crate::server::store::sqlite::health::Health;
use crate::server::store::sqlite::open_file::OpenFile;
use crate::server::store::sqlite::watch::Bell;
use crate::server::store::{StoreError, StoreResult};

/// The most jobs that share a transaction; bounds how long the first of them waits.
const GROUP: usize = 256;
/// The pause before a log that was being read is emptied again.
const EMPTY_AGAIN: Duration = Duration::from_millis(200);

/// Carries the log over into the database whenever it has grown long. SQLite would do so by itself, and
/// would not report it when the disk fails.
pub fn carry_over(conn: &mut Connection, file: OpenFile, health: Health) -> rusqlite::Result<()> {
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
pub struct WriterThread {
    pub conn: Connection,
    pub bell: Bell,
    pub file: OpenFile,
    pub health: Health,
}

impl WriterThread {
    pub fn serve(&self, jobs: &mpsc::Receiver<Box<dyn WriterJob>>) {
        // What a server before this one could not make sure of is put on disk, before anything is written after it.
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

    /// Waits for a job; meanwhile a log that somebody was reading is tried again. `None`: the store was closed.
    fn next(
        &self,
        jobs: &mpsc::Receiver<Box<dyn WriterJob>>,
        to_be_emptied: &mut bool,
    ) -> Option<Box<dyn WriterJob>> {
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
    fn write(&self, mut group: Vec<Box<dyn WriterJob>>) {
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
    fn transact(&self, group: &mut [Box<dyn WriterJob>]) -> StoreResult<bool> {
        let Self {
            conn, file, health, ..
        } = self;
        health.check()?;
        file.look()?;
        step(conn, "BEGIN IMMEDIATE")?;
        let outcome = self.run(group);
        if !conn.is_autocommit() {
            step(conn, "ROLLBACK")?;
        }
        outcome
    }

    /// In the transaction, in which nobody else writes.
    fn run(&self, group: &mut [Box<dyn WriterJob>]) -> StoreResult<bool> {
        self.file.compare(&self.conn)?;
        match group.iter_mut().all(|job| job.run(&self.conn)) {
            true => self.commit().map(|()| true),
            false => Ok(false),
        }
    }

    /// Whoever is told of it finds it by the path.
    fn commit(&self) -> StoreResult<()> {
        let head = self.file.to_acknowledge(&self.conn)?;
        let unsure = |failed: StoreError| StoreError::Unsure(failed.to_string());
        step(&self.conn, "COMMIT").map_err(|error| {
            self.health.judge(&error);
            // The next server finds it in the log, or not.
            self.health.check().map_or_else(unsure, |()| error.into())
        })?;
        self.file.acknowledge(head);
        self.file.look().map_err(unsure)
    }
}

fn step(conn: &Connection, sql: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}

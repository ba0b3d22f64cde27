//! Tells of commits, and notices those of other processes.
//!
//! A process appends to the write-ahead log before its commit can be read, so that alone is no news.
//! Whoever has committed also sets the log's time of modification, and the kernel tells everyone.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Rung behind each commit; those who listen, here and in other processes, can read it then.
pub struct Bell {
    here: Arc<Notify>,
    log: Option<File>,
}

impl Bell {
    /// The log must be there: a connection that writes is open.
    pub fn of(database: &Path, here: Arc<Notify>) -> Self {
        let log = File::options()
            .append(true)
            .open(log_of(database))
            .inspect_err(|error| tracing::warn!(%error, "other processes will see changes late"))
            .ok();
        Self { here, log }
    }

    pub fn ring(&self) {
        self.here.notify_one();
        if let Some(log) = &self.log {
            // When it fails, others are told by the next commit.
            let _ = log.set_modified(SystemTime::now());
        }
    }
}

fn log_of(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// Wakes `committed` whenever the log beside the database is written or its bell rung. The log must be there, and stays
/// as long as a connection is open. `None`, with a warning, when the kernel has no watch left to give:
/// then others' changes show with the next change of our own.
pub fn start(database: &Path, committed: Arc<Notify>) -> Option<RecommendedWatcher> {
    let wake = move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| matches!(event.kind, EventKind::Modify(_))) {
            committed.notify_one();
        }
    };
    // Not the directory: the kernel would look for its watchers at each read of a page.
    let watcher = notify::recommended_watcher(wake).and_then(|mut watcher| {
        watcher.watch(&log_of(database), RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    watcher
        .inspect_err(|error| tracing::warn!(%error, "changes of other processes will show late"))
        .ok()
}

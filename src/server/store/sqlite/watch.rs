//! Notices commits of other processes: they append to the write-ahead log, and the kernel says so.

use std::path::Path;
use std::sync::Arc;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Wakes `committed` whenever the log beside the database is written. The log must be there, and stays
/// as long as a connection is open. `None`, with a warning, when the kernel has no watch left to give:
/// then others' changes show with the next change of our own.
pub fn start(database: &Path, committed: Arc<Notify>) -> Option<RecommendedWatcher> {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    let wake = move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| matches!(event.kind, EventKind::Modify(_))) {
            committed.notify_one();
        }
    };
    // Not the directory: the kernel would look for its watchers at each read of a page.
    let watcher = notify::recommended_watcher(wake).and_then(|mut watcher| {
        watcher.watch(Path::new(&log), RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    watcher
        .inspect_err(|error| tracing::warn!(%error, "changes of other processes will show late"))
        .ok()
}

//! Notices commits of other processes: they append to the write-ahead log, and the kernel says so.

use std::path::Path;
use std::sync::Arc;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Wakes `committed` whenever the log beside the database is written. `None`, with a warning, when
/// the kernel has no watch left to give: then others' changes show with the next change of our own.
pub fn start(database: &Path, committed: Arc<Notify>) -> Option<RecommendedWatcher> {
    let mut log = database.file_name()?.to_owned();
    log.push("-wal");
    // The directory, since the log comes and goes.
    let directory = match database.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let wake = move |event: notify::Result<Event>| {
        let written = event.is_ok_and(|event| {
            let of_the_log = event.paths.iter().any(|path| path.file_name() == Some(&log));
            of_the_log && matches!(event.kind, EventKind::Modify(_) | EventKind::Create(_))
        });
        if written {
            committed.notify_one();
        }
    };
    let watcher = notify::recommended_watcher(wake).and_then(|mut watcher| {
        watcher.watch(directory, RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    watcher
        .inspect_err(|error| tracing::warn!(%error, "changes of other processes will show late"))
        .ok()
}

//! Tells of commits, and notices those of other processes, and whatever is done to the files by other hands.
//!
//! A process appends to the write-ahead log before its commit can be read, so that alone is no news.
//! Whoever has committed also sets the log's time of modification, and the kernel tells everyone.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

use super::located::{index_of, log_of};
use super::open_file::OpenFile;

/// Rung after each commit; subscribers, here and in other processes, can read it then.
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

    /// Those here look again, though nothing was committed.
    pub fn ring_here(&self) {
        self.here.notify_one();
    }

    pub fn ring(&self) {
        self.here.notify_one();
        if let Some(log) = &self.log {
            // When it fails, others are told by the next commit.
            let _ = log.set_modified(SystemTime::now());
        }
    }
}

/// Wakes `committed` whenever the log beside the database is written or its bell rung, and looks whether the open file
/// is still the one at its path when a name of it or of the log was changed. The log must be there, and stays
/// as long as a connection is open. `None`, with a warning, when the kernel has no watch left to give:
/// then others' changes show with the next change of our own, and another file with the next request.
pub fn start(file: &OpenFile, committed: Arc<Notify>) -> Option<RecommendedWatcher> {
    let (log, index) = (log_of(file.path()), index_of(file.path()));
    let (open, of_log) = (file.clone(), log.clone());
    let wake = move |event: notify::Result<Event>| {
        let Ok(event) = event else { return };
        // Another program may close the log after its commit, and rings no bell.
        if matches!(event.kind, EventKind::Modify(_) | CLOSED) && event.paths.contains(&of_log) {
            committed.notify_one();
        }
        // What it finds, it tells.
        let _ = match event.kind {
            // Keydeck and SQLite close the log rarely; others do after each write.
            CLOSED if event.paths.contains(&of_log) => open.look_through(),
            kind if may_be_of_names(kind) => open.look(),
            _ => Ok(()),
        };
    };
    // Not the directory: the kernel would look for its watchers at each read of a page.
    let watcher = notify::recommended_watcher(wake).and_then(|mut watcher| {
        for file in [&log, &index, file.path()] {
            watcher.watch(file, RecursiveMode::NonRecursive)?;
        }
        Ok(watcher)
    });
    watcher
        .inspect_err(|error| tracing::warn!(%error, "changes of other processes will show late"))
        .ok()
}

/// A file that was open to be written.
const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));

/// Whether a file may have got another name or none, or somebody else may have written into it. The kernel tells so of
/// each ring of the bell too.
fn may_be_of_names(kind: EventKind) -> bool {
    match kind {
        EventKind::Modify(ModifyKind::Data(_)) => false,
        CLOSED | EventKind::Modify(_) | EventKind::Remove(_) => true,
        EventKind::Access(_) | EventKind::Any | EventKind::Create(_) | EventKind::Other => false,
    }
}

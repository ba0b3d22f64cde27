//! The real server under strace, which sees what it asks of the disk and can make the disk fail.

use std::path::{Path, PathBuf};

use crate::deck::{Deck, Server};

pub struct Traced {
    pub server: Server,
    log: PathBuf,
}

impl Traced {
    /// `options` are strace's.
    pub fn start(deck: &Deck, log: &Path, options: &[&str]) -> Self {
        let path = log.to_str().unwrap();
        let always = ["strace", "-f", "-qq", "-s", "256", "-o", path];
        let wrapper = [&always[..], options].concat();
        Self {
            server: deck.serve(&wrapper),
            log: log.to_owned(),
        }
    }

    /// What was seen, one line a call; of calls that were interrupted, the lines of their ends.
    pub fn seen(&self) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap();
        log.lines().map(str::to_owned).collect()
    }
}

/// Whether a line is the successful end of a sync.
pub fn is_sync(line: &str) -> bool {
    (line.contains("fdatasync") || line.contains("fsync"))
        && !line.contains("unfinished")
        && line.trim_end().ends_with("= 0")
}

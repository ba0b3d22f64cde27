//! What the file of an open database holds without its log, to tell a file that somebody wrote over (`cp`) from one
//! into which the log was carried over. Only what proves the one or the other counts: a log may be carried over
//! by another process while this one looks.

use std::fs::Metadata;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use crate::api::{ActivityHead, ChainHash};

/// A look that finds something wrong is taken again so often, in case it saw half of a page.
const LOOKS: usize = 3;
const BETWEEN: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub struct OnDisk {
    size: u64,
    modified: Option<SystemTime>,
    /// `None` for what is no database of keydeck, as in tests.
    deck: Option<Deck>,
}

/// Which deck it is, and the newest row of its activity log.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Deck {
    organisation: Vec<u8>,
    head: ActivityHead,
}

impl OnDisk {
    pub fn of(file: &Path, found: &Metadata) -> Self {
        Self {
            size: found.len(),
            modified: found.modified().ok(),
            deck: read(file).ok(),
        }
    }

    /// As it is now it is right: this process wrote it, with the log up to `head` where that is known.
    pub fn written_by_us(&mut self, file: &Path, found: &Metadata, head: Option<ActivityHead>) {
        match (&mut self.deck, head) {
            (Some(deck), Some(head)) => deck.head = head,
            (Some(deck), None) => {
                if let Ok(now) = read(file) {
                    *deck = now;
                }
            }
            (None, _) => {}
        }
        self.accept(found);
    }

    fn accept(&mut self, found: &Metadata) {
        self.size = found.len();
        self.modified = found.modified().ok();
    }

    pub fn is_untouched(&self, found: &Metadata) -> bool {
        found.len() == self.size && found.modified().ok() == self.modified
    }

    /// A log that is carried over makes it longer, never shorter.
    pub fn was_written_over(&self, found: &Metadata) -> bool {
        found.len() < self.size
    }

    /// Whether somebody wrote over it since it was last looked at.
    pub fn is_written_over(&mut self, file: &Path, found: &Metadata) -> bool {
        if self.was_written_over(found) {
            return true;
        }
        if self.is_untouched(found) {
            return false;
        }
        let Some(deck) = &self.deck else {
            self.accept(found);
            return false;
        };
        for look in 0..LOOKS {
            if look > 0 {
                sleep(BETWEEN);
            }
            match deck.compared_with(file) {
                Compared::Same(now) => {
                    self.deck = Some(now);
                    self.accept(found);
                    return false;
                }
                // It is looked at again the next time.
                Compared::Unknown => return false,
                Compared::Another => {}
            }
        }
        true
    }
}

enum Compared {
    Same(Deck),
    Another,
    /// Half of it may be written just now.
    Unknown,
}

impl Deck {
    fn compared_with(&self, file: &Path) -> Compared {
        let now = match read(file) {
            Ok(now) => now,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                return Compared::Another;
            }
            Err(_) => return Compared::Unknown,
        };
        // Rows are never taken out of the activity log, so an older file has fewer, and one that went another way has others.
        let is_another = now.organisation != self.organisation
            || now.head.seq < self.head.seq
            || hash_of(file, self.head.seq).is_ok_and(|hash| hash.is_some_and(|hash| hash != self.head.hash));
        match is_another {
            true => Compared::Another,
            false => Compared::Same(now),
        }
    }
}

fn read(file: &Path) -> rusqlite::Result<Deck> {
    let conn = without_log(file)?;
    let organisation = conn.query_row("SELECT id FROM organisation", [], |row| row.get(0))?;
    conn.query_row("SELECT seq, hash FROM activity_head", [], |row| {
        let head = ActivityHead {
            seq: row.get::<_, i64>(0)? as u64,
            hash: ChainHash(row.get(1)?),
        };
        Ok(Deck { organisation, head })
    })
}

/// Of this row of the activity log.
fn hash_of(file: &Path, seq: u64) -> rusqlite::Result<Option<ChainHash>> {
    let conn = without_log(file)?;
    let hash = conn.query_row("SELECT hash FROM activity WHERE seq = ?", [seq as i64], |row| {
        row.get(0).map(ChainHash)
    });
    hash.optional()
}

/// Told that the file does not change, SQLite takes no lock and looks for no log. (A file that is opened by other means
/// than SQLite's must not be closed: with it went all locks of this process on it.)
fn without_log(file: &Path) -> rusqlite::Result<Connection> {
    let mut uri = String::from("file:");
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(*byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(uri, flags)?;
    conn.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0;")?;
    Ok(conn)
}

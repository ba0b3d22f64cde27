//! What the file of an open database holds without its log, to tell a file that somebody wrote over (`cp`) from one
//! into which the log was carried over. Nothing but a proof of the one or the other is used: a log may be carried
//! over by another process while this one looks.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::held::Held;
use super::log_file::LogFile;
use super::log_index::{Carried, word};
use crate::api::{ActivityHead, ChainHash};

/// A look that finds something wrong is taken again so often, in case it saw half of a page.
const LOOKS: usize = 3;
const BETWEEN: Duration = Duration::from_millis(20);
/// With the change counter, the number of pages and the version of the schema.
const HEADER: usize = 100;

pub struct OnDisk {
    file: Held,
    size: u64,
    modified: Option<SystemTime>,
    /// Read before `size` and `modified`. `None`: it was not to be read, or there is no log.
    carried: Option<Carried>,
    header: Option<[u8; HEADER]>,
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
    /// What was carried over of the log is read before `found`, here and everywhere below: what SQLite writes into the
    /// file after `found` changes it.
    pub fn of(file: &Path, found: &Metadata, carried: Option<Carried>) -> io::Result<Self> {
        let mut on_disk = Self {
            file: Held::open(file)?,
            size: 0,
            modified: None,
            carried: None,
            header: None,
            deck: read(file).ok(),
        };
        on_disk.accept(found, carried);
        Ok(on_disk)
    }

    /// As it is now it is right: this process wrote it, with the log up to `head` where that is known.
    pub fn written_by_us(
        &mut self,
        file: &Path,
        found: &Metadata,
        carried: Option<Carried>,
        head: Option<ActivityHead>,
    ) {
        match (&mut self.deck, head) {
            (Some(deck), Some(head)) => deck.head = head,
            (Some(deck), None) => {
                if let Ok(now) = read(file) {
                    *deck = now;
                }
            }
            (None, _) => {}
        }
        self.accept(found, carried);
    }

    fn accept(&mut self, found: &Metadata, carried: Option<Carried>) {
        self.size = found.len();
        self.modified = found.modified().ok();
        self.carried = carried;
        self.header = self.header_now();
    }

    fn header_now(&self) -> Option<[u8; HEADER]> {
        let mut header = [0; HEADER];
        self.file.file().read_exact_at(&mut header, 0).ok()?;
        Some(header)
    }

    pub fn is_untouched(&self, found: &Metadata) -> bool {
        found.len() == self.size && found.modified().ok() == self.modified
    }

    /// A log that is carried over makes it longer, except after a `VACUUM`.
    pub fn is_shorter(&self, found: &Metadata) -> bool {
        found.len() < self.size
    }

    /// Whether somebody wrote over it since it was last looked at.
    pub fn is_written_over(
        &mut self,
        file: &Path,
        found: &Metadata,
        carried: Option<Carried>,
        log: Option<&LogFile>,
    ) -> bool {
        if self.is_untouched(found) {
            // A write that the time of modification is too coarse to tell may be SQLite's.
            if carried != self.carried || self.may_be_written_by_sqlite(log) {
                self.accept(found, carried);
            }
            return false;
        }
        let header = self.header_now();
        // Asked after the header was read: what SQLite has written by then, the index tells of.
        let is_by_others = !self.may_be_written_by_sqlite(log);
        let is_shorter = self.is_shorter(found);
        if (is_by_others && (is_shorter || header != self.header)) || (is_shorter && self.is_cut(log)) {
            return true;
        }
        let Some(deck) = &self.deck else {
            self.accept(found, carried);
            return false;
        };
        for look in 0..LOOKS {
            if look > 0 {
                sleep(BETWEEN);
            }
            match deck.compared_with(file) {
                Compared::Same(now) => {
                    if is_by_others {
                        tracing::warn!(
                            file = %file.display(),
                            "something other than SQLite wrote to the database file or set its time of modification; \
                             its header is unchanged. Unless it was only touched, stop this server and restore a backup"
                        );
                    }
                    self.deck = Some(now);
                    self.accept(found, carried);
                    return false;
                }
                // It is looked at again the next time.
                Compared::Unknown => return false,
                // After a `VACUUM` each page is another one, and for so long half of them are.
                Compared::Another if is_being_carried(log) => return false,
                Compared::Another => {}
            }
        }
        true
    }

    /// Whether it lacks pages that it says it has. SQLite writes the first page, which says so, before the others.
    fn is_cut(&self, log: Option<&LogFile>) -> bool {
        (0..LOOKS).all(|look| {
            if look > 0 {
                sleep(BETWEEN);
            }
            self.lacks_pages() && !is_being_carried(log)
        })
    }

    fn lacks_pages(&self) -> bool {
        let Some(header) = self.header_now() else {
            return true;
        };
        let page = match u16::from_be_bytes([header[16], header[17]]) {
            // 65536 doesn't fit, and is written as 1.
            1 => 1 << 16,
            page => u64::from(page),
        };
        let pages = word(&header, 28, u32::from_be_bytes).map_or(0, u64::from);
        let length = self.file.file().metadata().map(|found| found.len());
        length.is_ok_and(|length| length < pages * page)
    }

    /// Whether SQLite, in this process or another one, may have carried over the log since the last look.
    fn may_be_written_by_sqlite(&self, log: Option<&LogFile>) -> bool {
        let now = log.and_then(|log| log.index().ok().flatten());
        match (self.carried, now.map(|index| index.carried)) {
            (Some(before), Some(now)) => before != now || now.is_unfinished(),
            _ => true,
        }
    }
}

/// Whether SQLite is carrying over the log just now, in this process or another one, or was ended in the midst of it.
fn is_being_carried(log: Option<&LogFile>) -> bool {
    let now = log.and_then(|log| log.index().ok().flatten());
    now.is_some_and(|index| index.carried.is_unfinished())
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

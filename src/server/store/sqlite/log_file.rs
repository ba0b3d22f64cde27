//! Whether the log still holds what was committed to it. SQLite trusts the index while anybody has the database open,
//! and never looks whether the log was emptied, cut or written over in its place: what is missing then is
//! missing from the next start on.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::held::Held;
use super::located::{index_of, log_of};
use super::log_index::{Checksum, Index, LogContents, Words, word};
use crate::server::store::{StoreError, StoreResult};

/// A look that finds something wrong is taken again so often, in case the log is begun again meanwhile.
const LOOKS: usize = 5;
/// The pause after a lock was found taken, which others hold for microseconds.
const BETWEEN: Duration = Duration::from_millis(20);
const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// In the first word of a log whose checksums are of big-endian words; one less: of little-endian ones.
const MAGIC: u32 = 0x377f_0683;

pub struct LogFile {
    path: PathBuf,
    log: File,
    index: Held,
    /// At the last look.
    seen: Mutex<Option<LogContents>>,
}

/// How much of it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// Its header, and the newest frames of this look and the last one.
    Ends,
    /// Each frame.
    All,
}

/// Whether a process stopped that has this log open, and the database that it belongs to. A file system that has no such
/// locks doesn't tell.
fn tells_of_a_stop(log: &Path) -> bool {
    let Ok(log) = File::open(log) else {
        return false;
    };
    (0..LOOKS).all(|look| {
        if look > 0 {
            sleep(BETWEEN);
        }
        // Or another one is asking.
        flock(&log, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK)
    })
}

/// Refuses a database that a server has open which stopped because of what is there now.
pub fn refuse_stopped(file: &Path) -> StoreResult<()> {
    match tells_of_a_stop(&log_of(file)) {
        false => Ok(()),
        true => Err(StoreError::Unavailable(format!(
            "a server that has {} open stopped, since what is there is no longer what it acknowledged: its log says why; \
             end it, and put back what belongs there, first",
            file.display()
        ))),
    }
}

impl LogFile {
    /// `None`: the database has no log.
    pub fn beside(database: &Path) -> io::Result<Option<Self>> {
        let (path, index) = (log_of(database), index_of(database));
        let open = || -> io::Result<Self> {
            Ok(Self {
                log: File::open(&path)?,
                index: Held::open(&index)?,
                seen: Mutex::default(),
                path: path.clone(),
            })
        };
        match open() {
            Ok(opened) => Ok(Some(opened)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn index(&self) -> io::Result<Option<Index>> {
        Index::read(self.index.file())
    }

    /// Keeps other processes from opening the database, for as long as this one has it open. (SQLite locks its other files,
    /// never the log.)
    pub fn tell_of_a_stop(&self) -> io::Result<()> {
        for look in 0..LOOKS {
            if look > 0 {
                sleep(BETWEEN);
            }
            match flock(&self.log, FlockOperation::NonBlockingLockShared) {
                // Somebody is asking.
                Err(Errno::WOULDBLOCK) => {}
                done => return Ok(done?),
            }
        }
        Err(Errno::WOULDBLOCK.into())
    }

    /// What is wrong with it, as far as a few short reads tell: whether it was emptied, cut or begun otherwise.
    pub fn damage(&self) -> io::Result<Option<String>> {
        // Held meanwhile, since the looks of two threads must not overtake each other.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, damage) = self.compared(*seen, Extent::Ends)?;
        *seen = now.or(*seen);
        Ok(damage)
    }

    /// As [`LogFile::damage`], after reading all of it.
    pub fn damage_in_all(&self) -> io::Result<Option<String>> {
        self.compared(None, Extent::All).map(|(_, damage)| damage)
    }

    /// The log and its index are not written at one instant, but the index never promises what is not in the log: it
    /// comes after what is appended, and is cleared before the log is cut or begun again. So where it promises
    /// as much before and after the log was read, the log had it.
    fn compared(
        &self,
        seen: Option<LogContents>,
        extent: Extent,
    ) -> io::Result<(Option<LogContents>, Option<String>)> {
        for _ in 0..LOOKS {
            let Some(promised) = self.index()?.map(|index| index.log) else {
                continue;
            };
            let found = self.found(promised, seen, extent)?;
            let Some(wrong) = found else {
                return Ok((Some(promised), None));
            };
            let is_still_promised = self.index()?.is_some_and(|now| {
                now.log.salts == promised.salts && (now.log.frames >= promised.frames || promised.frames == 0)
            });
            if is_still_promised {
                return Ok((None, Some(wrong)));
            }
        }
        // It is looked at again the next time.
        Ok((None, None))
    }

    /// What differs from what the index promises and what it promised before.
    fn found(
        &self,
        now: LogContents,
        seen: Option<LogContents>,
        extent: Extent,
    ) -> io::Result<Option<String>> {
        let of_log = |what| Ok(Some(format!("{} {what}", self.path.display())));
        let seen = seen.filter(|seen| seen.salts == now.salts);
        if seen.is_some_and(|seen| now.frames < seen.frames) {
            return of_log("has more in it than its index says, which was written over");
        }
        if now.frames == 0 {
            return Ok(None);
        }
        let end = HEADER as u64 + u64::from(now.frames) * frame_size(now.page);
        if self.log.metadata()?.len() < end {
            return of_log("was emptied or cut");
        }
        let Some(words) = self.words_of_header(now)? else {
            return of_log("was written over");
        };
        let is_whole = match extent {
            Extent::Ends => {
                let before = seen.filter(|seen| seen.frames > 0 && seen.frames < now.frames);
                self.has_frame(now)? && before.map_or(Ok(true), |before| self.has_frame(before))?
            }
            Extent::All => self.has_all_frames(now, words)?,
        };
        match is_whole {
            true => Ok(None),
            false => of_log("was written over"),
        }
    }

    /// How checksums read words. `None`: the header is not the one of what the index promises.
    fn words_of_header(&self, promised: LogContents) -> io::Result<Option<Words>> {
        let mut header = [0; HEADER];
        if !self.is_read(&mut header, 0)? {
            return Ok(None);
        }
        let words = match word(&header, 0, u32::from_be_bytes) {
            Some(MAGIC) => u32::from_be_bytes,
            Some(magic) if magic == MAGIC - 1 => u32::from_le_bytes,
            _ => return Ok(None),
        };
        let is_its_own = header.get(16..24) == Some(&promised.salts)
            && word(&header, 8, u32::from_be_bytes) == Some(promised.page)
            && header
                .get(..24)
                .is_some_and(|bytes| written(&header, 24) == Some(Checksum::default().over(bytes, words)));
        Ok(is_its_own.then_some(words))
    }

    /// Whether the newest frame of these is there. Its checksum goes over all before it.
    fn has_frame(&self, promised: LogContents) -> io::Result<bool> {
        let mut header = [0; FRAME_HEADER];
        let at = HEADER as u64 + u64::from(promised.frames - 1) * frame_size(promised.page);
        Ok(self.is_read(&mut header, at)?
            && header.get(8..16) == Some(&promised.salts)
            && written(&header, 16) == Some(promised.checksum))
    }

    /// What the next start goes through.
    fn has_all_frames(&self, promised: LogContents, words: Words) -> io::Result<bool> {
        let mut header = [0; HEADER];
        if !self.is_read(&mut header, 0)? {
            return Ok(false);
        }
        let (mut sum, mut at) = (written(&header, 24).unwrap_or_default(), HEADER as u64);
        let mut frame = vec![0; frame_size(promised.page) as usize];
        for _ in 0..promised.frames {
            if !self.is_read(&mut frame, at)? {
                return Ok(false);
            }
            let (head, page) = frame.split_at(FRAME_HEADER);
            sum = sum
                .over(head.get(..8).unwrap_or_default(), words)
                .over(page, words);
            if head.get(8..16) != Some(&promised.salts) || written(head, 16) != Some(sum) {
                return Ok(false);
            }
            at += frame.len() as u64;
        }
        Ok(sum == promised.checksum)
    }

    /// `false`: the file ends before that.
    fn is_read(&self, bytes: &mut [u8], at: u64) -> io::Result<bool> {
        match self.log.read_exact_at(bytes, at) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn frame_size(page: u32) -> u64 {
    FRAME_HEADER as u64 + u64::from(page)
}

/// The checksum at this place of a header.
fn written(header: &[u8], at: usize) -> Option<Checksum> {
    Some(Checksum {
        first: word(header, at, u32::from_be_bytes)?,
        second: word(header, at + 4, u32::from_be_bytes)?,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;

    use super::*;

    /// Both copies of its header.
    const HEADERS_OF_INDEX: usize = 96;

    fn is_whole(log: &LogFile) -> bool {
        log.damage().unwrap().is_none() && log.damage_in_all().unwrap().is_none()
    }

    /// A database with a log, which nobody but `checkpoint` carries over.
    struct Written {
        log: LogFile,
        conn: Connection,
        path: PathBuf,
        _directory: tempfile::TempDir,
    }

    impl Written {
        fn with_pages_of(bytes: u32) -> Self {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("log.db");
            let conn = Connection::open(&path).unwrap();
            conn.execute_batch(&format!(
                "PRAGMA page_size = {bytes}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
                 CREATE TABLE texts (text TEXT);"
            ))
            .unwrap();
            Self {
                log: LogFile::beside(&path).unwrap().unwrap(),
                conn,
                path,
                _directory: directory,
            }
        }

        fn write(&self) {
            let sql = "INSERT INTO texts VALUES (hex(randomblob(3000)))";
            self.conn.execute(sql, []).unwrap();
        }

        fn checkpoint(&self, mode: &str) {
            let sql = format!("PRAGMA wal_checkpoint({mode})");
            self.conn.query_row(&sql, [], |_| Ok(())).unwrap();
        }
    }

    #[test]
    fn a_log_that_sqlite_alone_writes_is_whole() {
        for page in [512, 4096, 1 << 16] {
            let written = Written::with_pages_of(page);
            assert!(is_whole(&written.log));
            for mode in ["PASSIVE", "TRUNCATE", "RESTART", "FULL", "TRUNCATE"] {
                for _ in 0..3 {
                    written.write();
                    assert!(is_whole(&written.log), "{page}: after a write, then {mode}");
                }
                written.checkpoint(mode);
                assert!(is_whole(&written.log), "{page}: after {mode}");
            }
        }
    }

    #[test]
    fn an_older_log_is_noticed_after_it_was_written_to() {
        let written = Written::with_pages_of(4096);
        written.write();
        let older = fs::read(log_of(&written.path)).unwrap();
        written.write();
        assert!(is_whole(&written.log));
        fs::write(log_of(&written.path), older).unwrap();
        written.write();
        assert!(written.log.damage().unwrap().is_some());
    }

    #[test]
    fn an_older_index_is_noticed() {
        let written = Written::with_pages_of(4096);
        written.write();
        let older = fs::read(index_of(&written.path)).unwrap();
        written.write();
        assert!(is_whole(&written.log));
        let index = File::options().write(true).open(index_of(&written.path)).unwrap();
        index.write_all_at(&older[..HEADERS_OF_INDEX], 0).unwrap();
        assert!(written.log.damage().unwrap().is_some());
    }
}

//! What the index of the log (`-shm`) says is in the log, and of that in the database. All processes that have the
//! database open go by it. Its format: <https://sqlite.org/walformat.html#the_wal_index_file_format>.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The only version there is.
const VERSION: u32 = 3_007_000;
const HEADER: usize = 48;
/// Both copies of the header, and how far the log was carried over.
const READ: usize = 2 * HEADER + 36;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Index {
    pub log: LogContents,
    pub carried: Carried,
}

/// What was committed to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogContents {
    /// How many frames; 0 when the log is not needed.
    pub frames: u32,
    /// The size of a page in bytes.
    pub page: u32,
    /// Of all frames, up to the newest one.
    pub checksum: Checksum,
    /// Others each time that the log is begun again.
    pub salts: [u8; 8],
}

/// How much of the log was carried over into the database. While this stays as it is and nobody is at it, SQLite
/// writes nothing into the database file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    salts: [u8; 8],
    frames: u32,
    /// Set before the first page is written.
    begun: u32,
}

impl Carried {
    /// Somebody is at it, or was ended in the midst of it.
    pub fn is_unfinished(&self) -> bool {
        self.begun > self.frames
    }
}

impl Index {
    /// `None`: it is being written, or is one that this program doesn't know.
    pub fn read(file: &File) -> io::Result<Option<Self>> {
        let mut bytes = [0; READ];
        match file.read_exact_at(&mut bytes, 0) {
            Ok(()) => Ok(Self::of(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn of(bytes: &[u8; READ]) -> Option<Self> {
        let (header, rest) = bytes.split_at(HEADER);
        let (copy, carried) = rest.split_at(HEADER);
        let number = |at| word(header, at, u32::from_ne_bytes);
        let sum = Checksum {
            first: number(40)?,
            second: number(44)?,
        };
        let is_whole = header == copy
            && header.get(12) == Some(&1)
            && Checksum::default().over(header.get(..40)?, u32::from_ne_bytes) == sum;
        if !is_whole || number(0)? != VERSION {
            return None;
        }
        let page = u16::from_ne_bytes(header.get(14..16)?.try_into().ok()?);
        let salts = header.get(32..40)?.try_into().ok()?;
        Some(Self {
            log: LogContents {
                frames: number(16)?,
                // 65536 doesn't fit, and is written as 1.
                page: if page == 1 { 1 << 16 } else { u32::from(page) },
                checksum: Checksum {
                    first: number(24)?,
                    second: number(28)?,
                },
                salts,
            },
            carried: Carried {
                salts,
                frames: word(carried, 0, u32::from_ne_bytes)?,
                begun: word(carried, 32, u32::from_ne_bytes)?,
            },
        })
    }
}

/// How bytes are read as a number: in the order of this machine, or another one.
pub type Words = fn([u8; 4]) -> u32;

/// SQLite's checksum of frames and headers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checksum {
    pub first: u32,
    pub second: u32,
}

impl Checksum {
    /// Goes on with `bytes`, a multiple of eight, read as words.
    pub fn over(self, bytes: &[u8], word: Words) -> Self {
        let (pairs, _) = bytes.as_chunks::<8>();
        pairs.iter().fold(self, |sum, &[a, b, c, d, e, f, g, h]| {
            let first = sum
                .first
                .wrapping_add(word([a, b, c, d]))
                .wrapping_add(sum.second);
            let second = sum.second.wrapping_add(word([e, f, g, h])).wrapping_add(first);
            Self { first, second }
        })
    }
}

pub fn word(bytes: &[u8], at: usize, read: Words) -> Option<u32> {
    Some(read(bytes.get(at..at + 4)?.try_into().ok()?))
}

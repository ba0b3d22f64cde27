//! What passes by on its way: an archive's own bytes, which are searched, and what comes out of it, which is limited.

use std::cell::Cell;
use std::io::{self, Read};

use crate::cli::scan::find::{FileMatches, Finder};
use crate::cli::scan::gap::Gap;

/// So much comes out of every archive; small ones may well hold much that is alike.
const ALWAYS: u64 = 64 << 20;
/// And so much for each of its bytes, so that the time goes by the size of what is searched.
const GROWTH: u64 = 100;

/// How much may come out of a file, with all that is in it.
#[derive(Debug, Default)]
pub struct UnpackLimit {
    packed: Cell<u64>,
    unpacked: Cell<u64>,
    is_exceeded: Cell<bool>,
}

impl UnpackLimit {
    pub fn count(&self, packed: u64) {
        self.packed.set(self.packed.get().saturating_add(packed));
    }

    pub fn is_exceeded(&self) -> bool {
        self.is_exceeded.get()
    }

    fn left(&self) -> u64 {
        let most = GROWTH.saturating_mul(self.packed.get()).saturating_add(ALWAYS);
        most.saturating_sub(self.unpacked.get())
    }

    /// What ended an archive early.
    pub fn gap(&self, error: Option<io::Error>) -> Option<Gap> {
        match error {
            _ if self.is_exceeded() => Some(Gap::TooMuch),
            Some(_) => Some(Gap::Broken),
            None => None,
        }
    }
}

/// What comes out of an archive, up to the limit.
pub struct Limited<'a, R> {
    reader: R,
    limit: &'a UnpackLimit,
}

impl<'a, R: Read> Limited<'a, R> {
    pub fn new(reader: R, limit: &'a UnpackLimit) -> Self {
        Self { reader, limit }
    }
}

impl<R: Read> Read for Limited<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.limit.left()).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        if room == 0 && !buffer.is_empty() {
            self.limit.is_exceeded.set(true);
            return Ok(0);
        }
        let count = self.reader.read(&mut buffer[..room])?;
        self.limit.unpacked.set(self.limit.unpacked.get() + count as u64);
        Ok(count)
    }
}

/// An archive's bytes, which are searched while something else reads them.
pub struct Passed<'a, R> {
    reader: R,
    finder: Finder,
    found: FileMatches,
    limit: Option<&'a UnpackLimit>,
    is_ended: bool,
}

impl<'a, R: Read> Passed<'a, R> {
    pub fn new(reader: R, finder: Finder) -> Self {
        Self {
            reader,
            finder,
            found: FileMatches::default(),
            limit: None,
            is_ended: false,
        }
    }

    /// What comes out may grow with what went in.
    pub fn count_for(&mut self, limit: &'a UnpackLimit) {
        self.limit = Some(limit);
    }

    /// Reads what nobody else did; answers what was found in all of it.
    pub fn rest(mut self) -> (FileMatches, io::Result<()>) {
        let read = match self.is_ended {
            true => Ok(()),
            false => io::copy(&mut self, &mut io::sink()).map(drop),
        };
        self.finder.end(&mut self.found);
        (self.found, read)
    }
}

impl<R: Read> Read for Passed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.is_ended = count == 0 && !buffer.is_empty();
        self.finder.follow(&buffer[..count], &mut self.found);
        if let Some(limit) = self.limit {
            limit.count(count as u64);
        }
        Ok(count)
    }
}

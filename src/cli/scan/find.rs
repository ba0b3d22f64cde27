//! Finds tokens in bytes of any kind. A window passes over them, so that neither a large file nor an
//! endless line takes more memory than another.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;

use aho_corasick::BuildError;
use memchr::{memchr_iter, memrchr};
use zeroize::Zeroizing;

use super::found_in::FoundIn;
use super::gap::Gaps;
use crate::model::TokenHash;
use crate::model::pasted;
use crate::model::search::{self, FoundSecret, LONGEST, TextLayer, Tokens};

const WINDOW: usize = 256 * 1024;

/// A secret, and where it begins; both count from 1, the column in bytes.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The file in an archive that it is in.
    pub member: Option<Arc<str>>,
    pub line: u64,
    pub column: u64,
    /// What it lies below there, the outermost first.
    pub layers: Vec<TextLayer>,
    pub hash: TokenHash,
    /// To be reported; nothing shows it.
    pub secret: FoundSecret,
}

impl Finding {
    /// The file, and the file in that if it is an archive: `backup.zip!/config/.env`.
    pub fn place_in(&self, source: &FoundIn) -> String {
        let member = self
            .member
            .as_deref()
            .map_or_else(String::new, |member| format!("!/{}", pasted::hinted(member)));
        format!("{}{member}", source.in_words())
    }
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        (&self.member, self.line, self.column, &self.layers, self.hash)
            == (&other.member, other.line, other.column, &other.layers, other.hash)
    }
}

/// What was found.
#[derive(Debug, Default, PartialEq)]
pub struct FileMatches {
    pub findings: Vec<Finding>,
    /// How many look like tokens except for their checksum.
    pub misspelt: u64,
    /// What was not looked at in full.
    pub gaps: Gaps,
}

/// Looks for tokens in one thing after another.
#[derive(Debug, Clone)]
pub struct Finder {
    tokens: Tokens,
    // Whatever it passes over may be secret.
    window: Zeroizing<Vec<u8>>,
    filled: usize,
    place: Place,
}

impl Finder {
    pub fn new() -> Result<Self, BuildError> {
        Ok(Self {
            tokens: Tokens::new()?,
            window: Zeroizing::new(vec![0; WINDOW]),
            filled: 0,
            place: Place::FIRST,
        })
    }

    /// One that is in no text yet.
    pub fn another(&self) -> Self {
        Self {
            tokens: self.tokens.clone(),
            window: Zeroizing::new(vec![0; WINDOW]),
            filled: 0,
            place: Place::FIRST,
        }
    }

    /// Adds what is in `reader` to the found, up to where it can be read.
    pub fn search(&mut self, mut reader: impl Read, found: &mut FileMatches) -> io::Result<()> {
        let read = loop {
            match reader.read(&mut self.window[self.filled..]) {
                Ok(0) => break Ok(()),
                Ok(count) => self.passed(count, found),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.end(found);
        read
    }

    /// Adds what is in the bytes that follow to the found; [`Self::end`] is to be called behind the last.
    pub fn follow(&mut self, mut bytes: &[u8], found: &mut FileMatches) {
        while !bytes.is_empty() {
            let room = &mut self.window[self.filled..];
            let count = bytes.len().min(room.len());
            room[..count].copy_from_slice(&bytes[..count]);
            bytes = &bytes[count..];
            self.passed(count, found);
        }
    }

    fn passed(&mut self, count: usize, found: &mut FileMatches) {
        self.filled += count;
        if self.filled < WINDOW {
            return;
        }
        // A token that begins after this may end after the window.
        let passed = self.search_window(WINDOW - LONGEST, found);
        self.place = self.place.behind(&self.window[..passed]);
        self.window.copy_within(passed.., 0);
        self.filled -= passed;
    }

    /// Nothing follows: the next bytes are those of something else.
    pub fn end(&mut self, found: &mut FileMatches) {
        self.search_window(self.filled, found);
        self.filled = 0;
        self.place = Place::FIRST;
    }

    /// Looks at what begins before `end`; answers how far it came.
    fn search_window(&self, end: usize, found: &mut FileMatches) -> usize {
        let window = &self.window[..self.filled];
        let sighted = search::search(&self.tokens, window, end);
        found.misspelt += sighted.misspelt;
        let (mut passed, mut place, mut furthest) = (0, self.place, end);
        // One token that is read in several ways is found once.
        let mut behind: HashMap<TokenHash, usize> = HashMap::new();
        for sighting in sighted.sightings {
            let hash = sighting.secret.hash();
            // Of something long that was compressed, the rest is looked at again.
            furthest = furthest.max(sighting.end.min(sighting.start + LONGEST));
            let last = behind.entry(hash).or_default();
            if sighting.start < *last {
                continue;
            }
            *last = sighting.end;
            place = place.behind(&window[passed..sighting.start]);
            passed = sighting.start;
            found
                .findings
                .push(place.of(sighting.secret, hash, sighting.layers));
        }
        furthest.min(self.filled)
    }
}

/// The place of a finding.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: u64,
    column: u64,
}

impl Place {
    const FIRST: Self = Self { line: 1, column: 1 };

    /// The place after these bytes, which begin here.
    fn behind(self, bytes: &[u8]) -> Self {
        match memrchr(b'\n', bytes) {
            None => Self {
                column: self.column + bytes.len() as u64,
                ..self
            },
            Some(last) => Self {
                line: self.line + memchr_iter(b'\n', bytes).count() as u64,
                column: (bytes.len() - last) as u64,
            },
        }
    }

    fn of(self, secret: FoundSecret, hash: TokenHash, layers: Vec<TextLayer>) -> Finding {
        Finding {
            member: None,
            line: self.line,
            column: self.column,
            layers,
            hash,
            secret,
        }
    }
}

#[cfg(test)]
mod tests;

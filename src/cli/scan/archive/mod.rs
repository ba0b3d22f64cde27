//! Files as they are searched: gzip, tar and zip are opened, one in another too, and everything else is text. What can't be
//! opened in full is said, and its bytes are searched as those of any other file.

mod gunzip;
mod passed;
mod zip;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use aho_corasick::BuildError;
use encoding_rs_io::DecodeReaderBytes;
use tar::Archive;
use zeroize::Zeroizing;

use self::gunzip::Gunzip;
use self::passed::{Limited, Passed, UnpackLimit};
use self::zip::Unzipped;
use super::find::{FileMatches, Finder};
use super::gap::Gap;
use crate::model::TokenHash;

/// So many archives are opened one in another, compression and all: `a.tar.gz` is two.
const DEEPEST: usize = 2;
/// So much of a file is looked at to know what it is.
const HEAD: usize = 16 * 1024;
/// An archive that has to be read from its end is held in memory, up to this size, where it is no file of its own.
const HELD: u64 = 64 << 20;

/// Searches one file after another.
#[derive(Debug, Clone)]
pub struct FileSearch {
    finder: Finder,
    /// Where the beginning of a file is held.
    head: Zeroizing<Vec<u8>>,
}

/// A file, or what is read as one.
struct Input<'a> {
    reader: &'a mut dyn Read,
    /// It can be read from its end.
    file: Option<&'a File>,
    /// Its name in the archive that it is in.
    member: Option<Arc<str>>,
    /// In so many archives it is.
    depth: usize,
}

enum Kind {
    Gzip,
    Tar,
    Zip,
}

impl Kind {
    fn of(head: &[u8]) -> Option<Self> {
        const TAR: usize = 257;
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            _ => head.get(TAR..)?.starts_with(b"ustar").then_some(Self::Tar),
        }
    }
}

/// Whether a file begins as those that are compressed in a way that is not read here: xz, zstd, 7z, rar, lz4, bzip2 (its
/// level, then a block or the end), lzip and compress.
fn is_packed_otherwise(head: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 5] = [
        b"\xfd7zXZ\0",
        b"\x28\xb5\x2f\xfd",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"\x04\x22\x4d\x18",
    ];
    const BZIP2: [&[u8]; 2] = [b"1AY&SY", b"\x17rE8P\x90"];
    match head {
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] => BZIP2.iter().any(|begins| rest.starts_with(begins)),
        [b'L', b'Z', b'I', b'P', 0 | 1, ..] => true,
        [0x1f, 0x9d, flags, ..] => flags & 0x60 == 0 && (9..=16).contains(&(flags & 0x1f)),
        _ => BEGINNINGS.iter().any(|begins| head.starts_with(begins)),
    }
}

/// What was found in an archive's files, and what stood in the way.
#[derive(Default)]
struct Opened {
    found: FileMatches,
    /// Why not all of it was looked at.
    gap: Option<Gap>,
}

impl FileSearch {
    pub fn new() -> Result<Self, BuildError> {
        Ok(Self {
            finder: Finder::new()?,
            head: Zeroizing::default(),
        })
    }

    /// Adds what is in a file to the found, up to where it can be read.
    pub fn file(&mut self, file: &File, found: &mut FileMatches) -> io::Result<()> {
        let input = Input {
            reader: &mut &*file,
            // A pipe has no end to read from.
            file: file.metadata().is_ok_and(|about| about.is_file()).then_some(file),
            member: None,
            depth: 0,
        };
        self.search(input, &UnpackLimit::default(), found)
    }

    /// The same of what can only be read once.
    pub fn stream(&mut self, reader: &mut dyn Read, found: &mut FileMatches) -> io::Result<()> {
        let input = Input {
            reader,
            file: None,
            member: None,
            depth: 0,
        };
        self.search(input, &UnpackLimit::default(), found)
    }

    fn search(&mut self, input: Input, limit: &UnpackLimit, found: &mut FileMatches) -> io::Result<()> {
        // A file in another finds none, and has its own.
        let mut head = std::mem::take(&mut self.head);
        head.resize(HEAD, 0);
        let read = fill(input.reader, &mut head);
        let searched = match read {
            Ok(length) => self.behind(&head[..length], input, limit, found),
            Err(error) => Err(error),
        };
        self.head = head;
        searched
    }

    fn behind(
        &mut self,
        head: &[u8],
        input: Input,
        limit: &UnpackLimit,
        found: &mut FileMatches,
    ) -> io::Result<()> {
        let Some(kind) = Kind::of(head) else {
            if is_packed_otherwise(head) {
                found.gaps.add(Gap::Method, input.member.as_ref());
            }
            return self.text(&mut head.chain(input.reader), &input.member, found);
        };
        if input.depth == DEEPEST {
            found.gaps.add(Gap::TooDeep, input.member.as_ref());
            return self.text(&mut head.chain(input.reader), &input.member, found);
        }
        // Its own bytes pass by on their way to what opens it, so that what lies between its files is searched too.
        let mut passed = Passed::new(head.chain(input.reader), self.finder.another());
        if input.depth == 0 {
            passed.count_for(limit);
        }
        let opened = match kind {
            Kind::Gzip => self.gzip(&mut passed, &input.member, input.depth, limit),
            Kind::Tar => self.tar(&mut passed, &input.member, input.depth, limit),
            Kind::Zip => {
                let archive = Zip {
                    file: input.file,
                    member: &input.member,
                    depth: input.depth,
                };
                self.zip(archive, &mut passed, limit)
            }
        };
        let (outside, read) = passed.rest();
        if let Some(gap) = opened.gap {
            found.gaps.add(gap, input.member.as_ref());
        }
        add(found, opened.found, outside, &input.member);
        read
    }

    /// Text that says so is UTF-16 is read as such; all else as the bytes that it is.
    fn text(
        &mut self,
        reader: &mut dyn Read,
        member: &Option<Arc<str>>,
        found: &mut FileMatches,
    ) -> io::Result<()> {
        let first = found.findings.len();
        let read = self.finder.search(DecodeReaderBytes::new(reader), found);
        for finding in &mut found.findings[first..] {
            finding.member.clone_from(member);
        }
        read
    }

    /// What was compressed has no name of its own.
    fn gzip(
        &mut self,
        packed: &mut dyn Read,
        member: &Option<Arc<str>>,
        depth: usize,
        limit: &UnpackLimit,
    ) -> Opened {
        let mut opened = Opened::default();
        let mut unpacked = Limited::new(Gunzip::new(packed), limit);
        let input = Input {
            reader: &mut unpacked,
            file: None,
            member: member.clone(),
            depth: depth + 1,
        };
        let read = self.search(input, limit, &mut opened.found);
        opened.gap = limit.gap(read.err());
        opened
    }

    fn tar(
        &mut self,
        packed: &mut dyn Read,
        member: &Option<Arc<str>>,
        depth: usize,
        limit: &UnpackLimit,
    ) -> Opened {
        let mut opened = Opened::default();
        let read = self.tar_files(packed, member, depth, limit, &mut opened.found);
        opened.gap = limit.gap(read.err());
        opened
    }

    fn tar_files(
        &mut self,
        packed: &mut dyn Read,
        member: &Option<Arc<str>>,
        depth: usize,
        limit: &UnpackLimit,
        found: &mut FileMatches,
    ) -> io::Result<()> {
        let mut archive = Archive::new(packed);
        for entry in archive.entries()? {
            let entry = entry?;
            let kind = entry.header().entry_type();
            if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
                continue;
            }
            let name = inside(member, &entry.path_bytes());
            // A file with holes is longer than what is there of it.
            let input = Input {
                reader: &mut Limited::new(entry, limit),
                file: None,
                member: Some(name),
                depth: depth + 1,
            };
            self.search(input, limit, found)?;
            if limit.is_exceeded() {
                break;
            }
        }
        Ok(())
    }

    fn zip(&mut self, archive: Zip, packed: &mut Passed<impl Read>, limit: &UnpackLimit) -> Opened {
        let mut opened = Opened::default();
        let mut each = |entry: Unzipped| {
            let name = inside(archive.member, entry.name);
            match entry.content {
                Ok(reader) => {
                    let input = Input {
                        reader: &mut Limited::new(reader, limit),
                        file: None,
                        member: Some(name.clone()),
                        depth: archive.depth + 1,
                    };
                    let read = self.search(input, limit, &mut opened.found);
                    if read.is_err() {
                        opened.found.gaps.add(Gap::Broken, Some(&name));
                    }
                }
                Err(gap) => opened.found.gaps.add(gap, Some(&name)),
            }
            !limit.is_exceeded()
        };
        let read = match archive.file.and_then(|file| file.try_clone().ok()) {
            Some(file) => {
                // Its directory is searched for from its end; what goes wrong here does so again behind it.
                let _ = io::copy(packed, &mut io::sink());
                zip::each_of_file(file, &mut each)
            }
            None => {
                let mut held = Zeroizing::new(Vec::new());
                let whole = packed.take(HELD + 1).read_to_end(&mut held);
                match whole {
                    Ok(length) if length as u64 > HELD => Err(Gap::TooLarge),
                    _ => zip::each(&held, &mut each),
                }
            }
        };
        let exceeded = limit.is_exceeded().then_some(Gap::TooMuch);
        opened.gap = exceeded.or(read.err());
        opened
    }
}

/// Reads until the buffer is full or nothing follows; says how far.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // It is met again behind what could be read.
            Err(_) if filled > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

struct Zip<'a> {
    file: Option<&'a File>,
    member: &'a Option<Arc<str>>,
    depth: usize,
}

/// A file's name, behind that of the archive which it is in, if that is in another.
fn inside(member: &Option<Arc<str>>, name: &[u8]) -> Arc<str> {
    let name = String::from_utf8_lossy(name);
    let name = name.strip_prefix("./").unwrap_or(&name);
    match member {
        Some(member) => format!("{member}!/{name}").into(),
        None => name.into(),
    }
}

/// Adds what an archive's files have, and of what was found in its own bytes what is in none of them.
fn add(found: &mut FileMatches, files: FileMatches, outside: FileMatches, member: &Option<Arc<str>>) {
    let known: HashSet<TokenHash> = files.findings.iter().map(|finding| finding.hash).collect();
    let outside = outside
        .findings
        .into_iter()
        .filter(|finding| !known.contains(&finding.hash));
    found.findings.extend(outside.map(|mut finding| {
        finding.member.clone_from(member);
        finding
    }));
    found.findings.extend(files.findings);
    found.misspelt += files.misspelt;
    found.gaps.extend(files.gaps);
}

#[cfg(test)]
mod tests;

//! The files of a zip archive, one after another as its directory lists them.

use std::fs::File;
use std::io::Read;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, ReaderAt, ZipArchive, ZipLocator};

use crate::cli::scan::gap::Gap;

/// A directory's record of any length fits in.
const BUFFER: usize = rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE;
/// Each takes time, however little is in it.
const MOST_FILES: usize = 100_000;

/// A file, and what it says or why it can't be read.
pub struct Unzipped<'a> {
    pub name: &'a [u8],
    pub content: Result<&'a mut dyn Read, Gap>,
}

/// Until `take` has seen enough.
type Take<'a> = dyn FnMut(Unzipped) -> bool + 'a;

pub fn each_of_file(file: File, take: &mut Take) -> Result<(), Gap> {
    let mut buffer = vec![0; BUFFER];
    let archive = ZipArchive::from_file(file, &mut buffer).map_err(|_| Gap::Broken)?;
    each_file(&archive, &mut buffer, take)
}

pub fn each(bytes: &[u8], take: &mut Take) -> Result<(), Gap> {
    let mut buffer = vec![0; BUFFER];
    let located = ZipLocator::new().locate_in_reader(bytes, &mut buffer, bytes.len() as u64);
    let archive = located.map_err(|_| Gap::Broken)?;
    each_file(&archive, &mut buffer, take)
}

fn each_file(archive: &ZipArchive<impl ReaderAt>, buffer: &mut [u8], take: &mut Take) -> Result<(), Gap> {
    let mut entries = archive.entries(buffer);
    for _ in 0..MOST_FILES {
        let Some(entry) = entries.next_entry().map_err(|_| Gap::Broken)? else {
            return Ok(());
        };
        if entry.is_dir() {
            continue;
        }
        let path = entry.file_path();
        let name = path.as_ref();
        let packed = archive.get_entry(entry.wayfinder());
        let goes_on = match (packed, entry.compression_method()) {
            _ if entry.flags().is_encrypted() => take(unread(name, Gap::Encrypted)),
            (Err(_), _) => take(unread(name, Gap::Broken)),
            (Ok(packed), CompressionMethod::STORE) => take(read(name, &mut packed.reader())),
            (Ok(packed), CompressionMethod::DEFLATE) => {
                take(read(name, &mut DeflateDecoder::new(packed.reader())))
            }
            (Ok(_), _) => take(unread(name, Gap::Method)),
        };
        if !goes_on {
            return Ok(());
        }
    }
    match entries.next_entry() {
        Ok(None) => Ok(()),
        _ => Err(Gap::TooMany),
    }
}

fn read<'a>(name: &'a [u8], content: &'a mut dyn Read) -> Unzipped<'a> {
    Unzipped {
        name,
        content: Ok(content),
    }
}

fn unread(name: &[u8], why: Gap) -> Unzipped<'_> {
    Unzipped {
        name,
        content: Err(why),
    }
}

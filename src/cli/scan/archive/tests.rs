//! Archives of every kind, whole, in one another, hostile and broken.

use std::io::{Cursor, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};

use super::*;
use crate::model::{Scope, Token, TokenKind};

fn token(seed: u8) -> Token {
    Token::from_entropy(TokenKind::Key(Scope::Web), [seed; 32])
}

fn env(seed: u8) -> Vec<u8> {
    format!("# one\nTOKEN={}\n", token(seed).expose()).into_bytes()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("compressed")
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        archive.append_data(&mut header, name, *bytes).expect("written");
    }
    archive.into_inner().expect("ended")
}

fn zip_by(method: rawzip::CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in files {
        let (mut entry, config) = archive
            .new_file(name)
            .compression_method(method)
            .start()
            .expect("begun");
        let descriptor = match method {
            rawzip::CompressionMethod::DEFLATE => {
                let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
                writer.write_all(bytes).expect("written");
                let (encoder, descriptor) = writer.finish().expect("finished");
                encoder.finish().expect("compressed");
                descriptor
            }
            _ => {
                let mut writer = config.wrap(&mut entry);
                writer.write_all(bytes).expect("written");
                writer.finish().expect("finished").1
            }
        };
        entry.finish(descriptor).expect("finished");
    }
    archive.finish().expect("finished")
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    zip_by(rawzip::CompressionMethod::DEFLATE, files)
}

/// What is found in a file of these bytes, which is also found in them where they can only be read once.
fn search(bytes: &[u8]) -> FileMatches {
    let mut searched = FileSearch::new().expect("built");
    let (mut of_file, mut of_stream) = (FileMatches::default(), FileMatches::default());
    let mut file = tempfile::tempfile().expect("made");
    file.write_all(bytes).expect("written");
    file.seek(SeekFrom::Start(0)).expect("at its beginning");
    searched.file(&file, &mut of_file).expect("read");
    searched
        .stream(&mut Cursor::new(bytes), &mut of_stream)
        .expect("read");
    assert_eq!(of_file, of_stream);
    of_file
}

/// The places of what is found: the file in the archive, line and column.
fn places(found: &FileMatches) -> Vec<(Option<&str>, u64, u64)> {
    let findings = found.findings.iter();
    findings
        .map(|found| (found.member.as_deref(), found.line, found.column))
        .collect()
}

fn said(found: &FileMatches) -> String {
    found.gaps.in_words("a").join("; ")
}

#[test]
fn a_file_in_an_archive_is_named_with_its_line() {
    let (one, two) = (env(1), env(2));
    let files: [(&str, &[u8]); 3] = [("etc/.env", &one), ("etc/empty", b""), ("src/a b.rs", &two)];
    let named = |of: &str| (Some(format!("{of}etc/.env")), Some(format!("{of}src/a b.rs")));
    for (what, archive, within) in [
        ("gzip", gzip(&one), None),
        ("two gzips", [gzip(&one), gzip(&two)].concat(), None),
        ("tar", tar(&files), Some("")),
        ("tar.gz", gzip(&tar(&files)), Some("")),
        ("zip", zip(&files), Some("")),
        (
            "stored zip",
            zip_by(rawzip::CompressionMethod::STORE, &files),
            Some(""),
        ),
        ("tar in zip", zip(&[("b.tar", &tar(&files))]), Some("b.tar!/")),
        ("zip in tar", tar(&[("./b.zip", &zip(&files))]), Some("b.zip!/")),
        ("zip in zip", zip(&[("b.zip", &zip(&files))]), Some("b.zip!/")),
    ] {
        let found = search(&archive);
        let named = within.map_or((None, None), named);
        let first = (named.0.as_deref(), 2, 7);
        let expected = match what {
            "gzip" => vec![first],
            "two gzips" => vec![first, (None, 4, 7)],
            _ => vec![first, (named.1.as_deref(), 2, 7)],
        };
        assert_eq!(
            (places(&found), said(&found)),
            (expected, String::new()),
            "{what}"
        );
    }
}

#[test]
fn what_is_in_an_archive_is_searched_like_any_text() {
    use base64::prelude::{BASE64_STANDARD, Engine as _};

    let inner = BASE64_STANDARD.encode(BASE64_STANDARD.encode(env(1)));
    let utf16: Vec<u8> = format!("\u{feff}{inner}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for text in [inner.as_bytes(), &utf16] {
        assert_eq!(places(&search(&gzip(&tar(&[("a", text)])))).len(), 1);
        assert_eq!(places(&search(&zip(&[("a", text)]))).len(), 1);
    }
}

#[test]
fn what_lies_beside_the_files_of_an_archive_is_searched_too() {
    let text = env(1);
    let name = format!("{}/.env", token(2).expose());
    for (what, archive) in [
        ("name", tar(&[(&name, &text)])),
        ("end", [tar(&[("a", &text)]), env(2)].concat()),
        ("name", gzip(&tar(&[(&name, &text)]))),
        ("end", [gzip(&text), env(2)].concat()),
        ("name", zip(&[(&name, &text)])),
    ] {
        let found = search(&archive);
        let mut hashes: Vec<_> = found
            .findings
            .iter()
            .map(|found| found.hash.to_string())
            .collect();
        let mut expected = [1, 2].map(|seed| token(seed).hash().to_string());
        hashes.sort();
        hashes.dedup();
        expected.sort();
        assert_eq!(
            (hashes.as_slice(), said(&found)),
            (&expected[..], String::new()),
            "{what}"
        );
    }
}

#[test]
fn a_broken_archive_is_searched_as_far_as_it_goes_and_said() {
    let text = [
        env(1),
        (0..200_000u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect(),
    ]
    .concat();
    for archive in [
        gzip(&text),
        tar(&[("a", &text)]),
        gzip(&tar(&[("a", &text)])),
        zip(&[("a", &text)]),
    ] {
        let cut = search(&archive[..archive.len() / 2]);
        assert!(
            said(&cut).contains("was not searched in full: broken"),
            "{}",
            said(&cut)
        );
    }
    // Up to where it is cut.
    let cut = search(&gzip(&text)[..1000]);
    assert_eq!(places(&cut), [(None, 2, 7)]);
    let mut flipped = gzip(&text);
    flipped[40] ^= 0xff;
    assert!(said(&search(&flipped)).contains("broken"));
    for head in [
        &b"\x1f\x8b\x08"[..],
        b"PK\x03\x04",
        b"\x1f\x8b\x08rubbish rubbish rubbish",
        b"PK\x03\x04rubbish",
    ] {
        let found = search(&[head, b"\n", &env(1)].concat());
        assert_eq!(places(&found).len(), 1);
        assert!(said(&found).contains("broken"));
    }
}

#[test]
fn what_can_not_be_read_is_said_once_with_how_many_there_are() {
    let text = env(1);
    let mut archive = zip(&[("a", &text), ("b", &text), ("c", &text)]);
    // The flag of encryption, in the local headers and in the directory.
    for at in 0..archive.len() - 4 {
        match &archive[at..at + 4] {
            b"PK\x03\x04" => archive[at + 6] |= 1,
            b"PK\x01\x02" => archive[at + 8] |= 1,
            _ => {}
        }
    }
    let found = search(&archive);
    assert_eq!(
        said(&found),
        "a!/a (and 2 others) was not searched in full: encrypted"
    );
    let method = zip_by(rawzip::CompressionMethod::from(14), &[("a", b"text")]);
    assert!(said(&search(&method)).contains("a!/a was not searched in full: compressed by a method"));
}

#[test]
fn what_is_compressed_in_another_way_is_said_and_text_that_begins_alike_is_not() {
    for begins in [
        &b"\xfd7zXZ\0\0\x04"[..],
        b"\x28\xb5\x2f\xfd\x04\x88",
        b"7z\xbc\xaf\x27\x1c\0\x04",
        b"Rar!\x1a\x07\x01\0",
        b"\x04\x22\x4d\x18\x64\x40",
        b"BZh91AY&SY\x54\x02",
        b"BZh9\x17rE8P\x90\0\0\0\0",
        b"LZIP\x01\x0c",
        b"\x1f\x9d\x90\x74",
    ] {
        // What stands in it unpacked is found all the same.
        let found = search(&[begins, b"\n", &env(1)].concat());
        assert_eq!(found.findings.len(), 1, "{begins:?}");
        assert!(said(&found).contains("compressed by a method"), "{begins:?}");
        let within = search(&tar(&[("b", begins)]));
        assert!(said(&within).starts_with("a!/b was not"), "{begins:?}");
    }
    for text in [
        &b"BZh9 is how bzip2 begins"[..],
        b"LZIP is a format",
        b"7z",
        b"Rar!",
        b"\x1f\x9d",
    ] {
        assert_eq!(said(&search(text)), "", "{text:?}");
    }
}

#[test]
fn an_archive_within_two_others_is_not_opened_and_said() {
    let deep = tar(&[("b.zip", &zip(&[("c.gz", &gzip(&env(1)))]))]);
    let said = said(&search(&deep));
    assert_eq!(
        said,
        "a!/b.zip!/c.gz was not searched in full: an archive within two others"
    );
}

#[test]
fn what_unpacks_to_far_more_than_it_is_ends_at_the_limit() {
    // More than 64 MiB and 100 times what is compressed.
    let zeros = vec![0; 80 << 20];
    for bomb in [
        gzip(&zeros),
        zip(&[("a", &zeros), ("b", &env(1))]),
        gzip(&tar(&[("a", &zeros)])),
    ] {
        let found = search(&bomb);
        assert!(said(&found).contains("more than 100 times"), "{}", said(&found));
    }
    // Not so much that is alike within other things.
    let log = [env(1), vec![0; 10 << 20]].concat();
    assert_eq!(said(&search(&gzip(&log))), "");
}

#[test]
fn holes_of_a_file_do_not_count_as_what_is_there() {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_size(0);
    header.set_path("holes").expect("a path");
    let size = format!("{:011o}\0", 1u64 << 32);
    header
        .as_gnu_mut()
        .expect("GNU")
        .realsize
        .copy_from_slice(size.as_bytes());
    let sparse = &mut header.as_gnu_mut().expect("GNU").sparse[0];
    sparse.offset.copy_from_slice(size.as_bytes());
    sparse.numbytes.copy_from_slice(b"00000000000\0");
    header.set_cksum();
    let archive = [header.as_bytes().as_slice(), &[0; 1024]].concat();
    let found = search(&archive);
    assert!(
        said(&found).contains("a was not searched in full: it unpacks to more"),
        "{}",
        said(&found)
    );
}

#[test]
fn a_name_or_a_directory_that_lies_does_no_harm() {
    for archive in [
        zip(&[("../../etc/passwd", &env(1))]),
        tar(&[("a\u{1b}[31m", &env(1))]),
    ] {
        assert_eq!(places(&search(&archive)).len(), 1);
    }
    // One file's data, listed a thousand times.
    let once = zip(&[("a", &vec![0; 4 << 20])]);
    let (directory, end) = (find(&once, b"PK\x01\x02"), find(&once, b"PK\x05\x06"));
    let count = 1000u16;
    let record = &once[directory..end];
    let mut many = [&once[..directory], &record.repeat(count.into())].concat();
    let mut tail = once[end..].to_vec();
    tail[8..10].copy_from_slice(&count.to_le_bytes());
    tail[10..12].copy_from_slice(&count.to_le_bytes());
    tail[12..16].copy_from_slice(&(record.len() as u32 * u32::from(count)).to_le_bytes());
    many.extend(tail);
    assert!(
        said(&search(&many)).contains("more than 100 times"),
        "{}",
        said(&search(&many))
    );
}

fn find(bytes: &[u8], what: &[u8]) -> usize {
    bytes
        .windows(what.len())
        .position(|window| window == what)
        .expect("there")
}

//! The text of a file, whatever program wrote it: UTF-8, or UTF-16 with a byte order mark.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::Failure;

/// A file of 100,000 keys has about a tenth of it.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// `-` is standard input.
pub fn text(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let failed = |error: io::Error| Failure::Failed(format!("can't read {}: {error}", path.display()));
    let mut bytes = Zeroizing::new(Vec::new());
    let most = MAX_BYTES + 1;
    let read = match path.as_os_str() == "-" {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes),
        false => File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    if read.map_err(failed)? as u64 == most {
        return Err(Failure::Failed(
            "the file has more than 256 MiB; import it in parts".into(),
        ));
    }
    decoded(&bytes).map_err(Failure::Failed)
}

fn decoded(bytes: &[u8]) -> Result<Zeroizing<String>, String> {
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest)?,
        bytes => utf8(bytes)?,
    };
    match text.find('\0') {
        // As old spreadsheets end lines.
        None if text.contains('\r') && !text.contains('\n') => Ok(Zeroizing::new(text.replace('\r', "\n"))),
        None => Ok(text),
        Some(at) => Err(format!(
            "line {} has a NUL character, so that this is no text; if it is UTF-16, save it as UTF-8",
            line_of(text.as_bytes(), at)
        )),
    }
}

fn utf8(bytes: &[u8]) -> Result<Zeroizing<String>, String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(error) => Err(format!(
            "line {} is not UTF-8; save the file as UTF-8",
            line_of(bytes, error.valid_up_to())
        )),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Zeroizing<String>, String> {
    let wrong = || "the file begins as UTF-16 and goes on as something else; save it as UTF-8".to_owned();
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong());
    }
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    text.map(Zeroizing::new).map_err(|_| wrong())
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_whatever_encoding_says_what_it_is() {
        let utf16 = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let units = "näme\n".encode_utf16().flat_map(unit);
            mark.into_iter().chain(units).collect()
        };
        for bytes in [
            "näme\n".as_bytes().to_vec(),
            "\u{feff}näme\n".as_bytes().to_vec(),
            utf16([0xFF, 0xFE], u16::to_le_bytes),
            utf16([0xFE, 0xFF], u16::to_be_bytes),
        ] {
            assert_eq!(*decoded(&bytes).expect("text"), "näme\n");
        }
        for (bytes, text) in [
            ("a\rb\r", "a\nb\n"),
            ("a\r\nb\r\n", "a\r\nb\r\n"),
            ("\"a\rb\"\n", "\"a\rb\"\n"),
        ] {
            assert_eq!(*decoded(bytes.as_bytes()).expect("text"), text);
        }
        for (bytes, named) in [
            (b"a\nb\xff".as_slice(), "line 2 is not UTF-8"),
            (b"a\nb\nc\0", "line 3 has a NUL"),
            (b"\xff\xfea", "UTF-16"),
            (b"\xff\xfe\x00\xd8", "UTF-16"),
        ] {
            let refused = decoded(bytes).expect_err("refused");
            assert!(refused.contains(named), "{refused}");
        }
    }
}

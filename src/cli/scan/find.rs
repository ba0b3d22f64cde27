//! Finds tokens in bytes of any kind. A window passes over them, so that neither a large file nor an
//! endless line takes more memory than another.

use std::io::{self, ErrorKind, Read};

use aho_corasick::{AhoCorasick, BuildError};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use memchr::{memchr_iter, memrchr};
use zeroize::Zeroizing;

use super::folds;
use crate::model::token::{LENGTH, NotAToken};
use crate::model::{Token, TokenHash, TokenKind};

const WINDOW: usize = 256 * 1024;
/// More than the secret of a Web or Mobile key takes, however long its server's address.
const LONGEST: usize = 8 * 1024;
/// What `{"soulId"` is in base64: the beginning of a Web or Mobile key's whole secret.
const WRAPPED: &str = "eyJzb3VsSWQi";

/// Text after the secret is ignored, whether or not it is separated from it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A token, and where it begins; both count from 1, the column in bytes.
#[derive(Debug, Clone)]
pub struct Finding {
    pub line: u64,
    pub column: u64,
    pub kind: TokenKind,
    pub hint: String,
    pub hash: TokenHash,
    /// To be reported; nothing shows it.
    pub token: Token,
}

impl PartialEq for Finding {
    fn eq(&self, other: &Self) -> bool {
        (self.line, self.column, self.kind, &self.hint, self.hash)
            == (other.line, other.column, other.kind, &other.hint, other.hash)
    }
}

/// What was found.
#[derive(Debug, Default, PartialEq)]
pub struct FileMatches {
    pub findings: Vec<Finding>,
    /// How many look like tokens except for their checksum.
    pub misspelt: u64,
}

/// Looks for tokens in one thing after another.
#[derive(Debug, Clone)]
pub struct Finder {
    beginnings: AhoCorasick,
    // Whatever it passes over may be secret.
    window: Zeroizing<Vec<u8>>,
}

impl Finder {
    pub fn new() -> Result<Self, BuildError> {
        let prefixes = TokenKind::ALL.map(TokenKind::prefix);
        Ok(Self {
            beginnings: AhoCorasick::new(prefixes.iter().chain([&WRAPPED]))?,
            window: Zeroizing::new(vec![0; WINDOW]),
        })
    }

    /// Adds what is in `reader` to the found, up to where it can be read.
    pub fn search(&mut self, mut reader: impl Read, found: &mut FileMatches) -> io::Result<()> {
        let (mut filled, mut place) = (0, Place { line: 1, column: 1 });
        loop {
            let read = fill(&mut reader, &mut self.window[filled..])?;
            filled += read;
            let is_last = filled < WINDOW;
            // A token that begins after this may end after the window.
            let end = if is_last { filled } else { WINDOW - LONGEST };
            let passed = search_window(&self.beginnings, &self.window[..filled], end, place, found);
            if is_last {
                return Ok(());
            }
            place = place.behind(&self.window[..passed]);
            self.window.copy_within(passed..filled, 0);
            filled -= passed;
        }
    }
}

/// Fills the buffer as far as there is something to read.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Looks at what begins before `end`; answers how far it came.
fn search_window(
    beginnings: &AhoCorasick,
    window: &[u8],
    end: usize,
    start: Place,
    found: &mut FileMatches,
) -> usize {
    let (mut passed, mut place, mut behind) = (0, start, 0);
    for beginning in beginnings.find_iter(window) {
        let at = beginning.start();
        if at >= end {
            break;
        }
        if at < behind {
            continue;
        }
        let (occurrence, length) = look(beginnings, &window[at..]);
        behind = at + length;
        match occurrence {
            Occurrence::Nothing => {}
            Occurrence::Misspelt => found.misspelt += 1,
            Occurrence::Token(token) => {
                place = place.behind(&window[passed..at]);
                passed = at;
                found.findings.push(place.of(&token));
            }
        }
    }
    end.max(behind)
}

/// The place of a finding.
#[derive(Debug, Clone, Copy)]
struct Place {
    line: u64,
    column: u64,
}

impl Place {
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

    fn of(self, token: &Token) -> Finding {
        Finding {
            line: self.line,
            column: self.column,
            kind: token.kind(),
            hint: token.hint(),
            hash: token.hash(),
            token: token.clone(),
        }
    }
}

enum Occurrence {
    Nothing,
    Misspelt,
    Token(Token),
}

/// What it is that begins here, and how many bytes it takes.
fn look(beginnings: &AhoCorasick, bytes: &[u8]) -> (Occurrence, usize) {
    match bytes.starts_with(WRAPPED.as_bytes()) {
        true => wrapped(beginnings, bytes),
        false => bare(bytes),
    }
}

fn bare(bytes: &[u8]) -> (Occurrence, usize) {
    // Regardless of what is right before or after it: a matching checksum is no accident.
    let text = bytes.get(..LENGTH).and_then(|text| str::from_utf8(text).ok());
    let is_longer = bytes.get(LENGTH).is_some_and(u8::is_ascii_alphanumeric);
    match text.map(Token::parse) {
        Some(Ok(token)) => (Occurrence::Token(token), LENGTH),
        Some(Err(NotAToken::Checksum)) if !is_longer => (Occurrence::Misspelt, LENGTH),
        _ => folded(bytes),
    }
}

/// A token that goes on in the next line.
fn folded(bytes: &[u8]) -> (Occurrence, usize) {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let (text, length) = folds::unfolded(bytes, LENGTH, belongs);
    match str::from_utf8(&text).ok().map(Token::parse) {
        Some(Ok(token)) => (Occurrence::Token(token), length),
        Some(Err(_)) | None => (Occurrence::Nothing, 1),
    }
}

/// The token in the secret of a Web or Mobile key.
fn wrapped(beginnings: &AhoCorasick, bytes: &[u8]) -> (Occurrence, usize) {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let length = bytes
        .iter()
        .take(LONGEST)
        .take_while(|byte| is_base64(**byte))
        .count();
    let in_line = within(beginnings, &bytes[..length]);
    if matches!(in_line, Occurrence::Token(_)) {
        return (in_line, length);
    }
    let (text, over_lines) = folds::unfolded(&bytes[..bytes.len().min(LONGEST)], LONGEST, is_base64);
    match within(beginnings, &text) {
        Occurrence::Token(token) => (Occurrence::Token(token), over_lines),
        Occurrence::Misspelt | Occurrence::Nothing => (in_line, length),
    }
}

/// The token in base64, whatever follows it there.
fn within(beginnings: &AhoCorasick, base64: &[u8]) -> Occurrence {
    // A single character at the end stands for nothing.
    let whole = if base64.len() % 4 == 1 {
        base64.len() - 1
    } else {
        base64.len()
    };
    let json = BASE64.decode(&base64[..whole]).map(Zeroizing::new);
    let json = json.as_ref().map_or(&[][..], |json| json.as_slice());
    let sightings = beginnings.find_iter(json).map(|at| bare(&json[at.start()..]).0);
    sightings.fold(Occurrence::Nothing, |best, next| match best {
        Occurrence::Token(_) => best,
        Occurrence::Misspelt if !matches!(next, Occurrence::Token(_)) => best,
        _ => next,
    })
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;
    use uuid::Uuid;

    use super::*;
    use crate::model::Scope;

    fn token(kind: TokenKind) -> Token {
        Token::from_entropy(kind, [7; 32])
    }

    fn web() -> Token {
        token(TokenKind::Key(Scope::Web))
    }

    fn search(bytes: &[u8]) -> FileMatches {
        let mut found = FileMatches::default();
        let mut finder = Finder::new().expect("built");
        finder.search(bytes, &mut found).expect("read");
        found
    }

    /// Where each token begins.
    fn places(bytes: &[u8]) -> Vec<(u64, u64)> {
        let findings = search(bytes).findings;
        findings.iter().map(|found| (found.line, found.column)).collect()
    }

    #[test]
    fn every_kind_of_token_is_told_by_line_and_column() {
        let mut text = String::from("\n");
        for kind in TokenKind::ALL {
            text.push_str(&format!("TOKEN=\"{}\"\n", token(kind).expose()));
        }
        let findings = search(text.as_bytes()).findings;
        assert_eq!(findings.len(), TokenKind::ALL.len());
        for (found, (line, kind)) in findings.iter().zip((2..).zip(TokenKind::ALL)) {
            let token = token(kind);
            let expected = Finding {
                line,
                column: 8,
                kind,
                hint: token.hint(),
                hash: token.hash(),
                token,
            };
            assert_eq!(found, &expected);
        }
    }

    #[test]
    fn a_whole_secret_is_found_by_the_token_in_it() {
        let secret = web().secret(Some((Uuid::nil(), "https://keys.acme.example")));
        let secret = secret.expose();
        for text in [
            format!("key: {secret}"),
            format!("key: {}\"", secret.trim_end_matches('=')),
            format!("key: {secret}abcdef"),
            format!("key: {}abcde", secret.trim_end_matches('=')),
        ] {
            let found = search(text.as_bytes());
            assert_eq!((found.findings.len(), found.misspelt), (1, 0), "{text}");
            assert_eq!(found.findings[0].hash, web().hash());
            assert_eq!((found.findings[0].line, found.findings[0].column), (1, 6));
        }
        let cut = search(&secret.as_bytes()[..secret.len() - 20]);
        assert_eq!(cut, FileMatches::default());
    }

    #[test]
    fn a_secret_that_goes_on_in_the_next_line_is_found() {
        let token = web();
        let secret = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
        let secret = secret.expose();
        for text in [secret, secret.trim_end_matches('='), token.expose()] {
            for (width, between) in [
                (20, "\n"),
                (40, "\r\n   "),
                (30, "\\\n"),
                (45, "=\n"),
                (36, "\" +\n  \""),
                (50, "\\n"),
            ] {
                let lines = text.as_bytes().chunks(width).map(String::from_utf8_lossy);
                let folded = lines.collect::<Vec<_>>().join(between);
                let found = search(format!("key: \"{folded}\"\nnext: line\n").as_bytes());
                let hashes: Vec<_> = found.findings.iter().map(|found| found.hash).collect();
                assert_eq!(hashes, [token.hash()], "{folded}");
            }
        }
        // What follows is another secret, not the rest of this one.
        let two = format!(
            "{}\n{}\n{}\n",
            secret.trim_end_matches('='),
            token.expose(),
            token.expose()
        );
        assert_eq!(places(two.as_bytes()), [(1, 1), (2, 1), (3, 1)]);
    }

    #[test]
    fn typing_errors_are_only_counted() {
        let slip = web().expose().replace("dwVzm", "dwVzn");
        let json = format!(r#"{{"soulId":"x","authToken":"{slip}"}}"#);
        let wrapped = BASE64_STANDARD.encode(json);
        for text in [&slip, &wrapped] {
            let found = search(text.as_bytes());
            assert_eq!((found.findings.len(), found.misspelt), (0, 1), "{text}");
        }
        for other in [
            "kdw_",
            "kdw_short",
            &format!("{slip}abc"),
            "eyJzb3VsSWQi",
            "eyJzb3VsSWQiOiJ4In0=",
        ] {
            assert_eq!(search(other.as_bytes()), FileMatches::default(), "{other}");
        }
    }

    #[test]
    fn a_token_is_found_wherever_the_window_ends() {
        let token = web();
        let secret = token.secret(Some((Uuid::nil(), "https://keys.acme.example")));
        let step = WINDOW - LONGEST;
        for text in [token.expose(), secret.expose()] {
            for end in [step, WINDOW, step + WINDOW] {
                for before in (end - text.len() - 1..=end).step_by(5) {
                    let mut bytes = vec![0x80; before];
                    bytes.extend_from_slice(text.as_bytes());
                    bytes.extend_from_slice(&[0; 3]);
                    assert_eq!(places(&bytes), [(1, before as u64 + 1)], "{before}");
                }
            }
        }
    }

    #[test]
    fn lines_are_counted_across_windows() {
        let mut bytes = vec![b'\n'; WINDOW + 5];
        bytes.extend_from_slice(web().expose().as_bytes());
        bytes.extend_from_slice(&vec![b'x'; WINDOW]);
        bytes.extend_from_slice(b"\n ");
        bytes.extend_from_slice(web().expose().as_bytes());
        let line = WINDOW as u64 + 6;
        assert_eq!(places(&bytes), [(line, 1), (line + 1, 2)]);
    }
}

//! Where the requests of a connection begin and end, and which heads are refused. Stricter than RFC 9112 asks, so
//! that nobody in between can take one request for another.

use std::io;

use axum::http::Uri;
use httparse::{EMPTY_HEADER, Request, Status};
use memchr::memchr;

use super::chunks::Chunks;

/// As many as hyper takes.
const MAX_HEADERS: usize = 100;
/// The longest prefix of an unfinished line that is inspected, in bytes.
const LONGEST_METHOD: usize = 16;

/// Why a head is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("Its lines must end with CR LF.")]
    LineEnd,
    #[error("It is not an HTTP/1.1 request, or one with characters where none may stand.")]
    Syntax,
    #[error("Its target must be a path, percent-encoded, without a fragment: leave out #.")]
    Target,
    #[error("Content-Length must appear once, as a whole number.")]
    Length,
    #[error("Transfer-Encoding must appear once, be chunked, and come without Content-Length.")]
    Encoding,
    #[error("It has more than 100 headers.")]
    TooMany,
    #[error("It has more than 32 KiB.")]
    TooLong,
}

/// The result of scanning bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// How many bytes may be passed on now; the rest is an incomplete head.
    pub passed: usize,
    /// Why the bytes after those are refused.
    pub refused: Option<Unreadable>,
}

/// The part of a request that the next byte belongs to.
enum Part {
    /// A head, with the length of its complete lines.
    Head(usize),
    /// A body with so many bytes left.
    Body(u64),
    Chunked(Chunks),
}

/// The state of one connection.
pub struct Framing {
    max_head: usize,
    part: Part,
    is_behind_blank: bool,
    /// Complete lines before this position.
    heads: usize,
}

impl Framing {
    pub fn new(max_head: usize) -> Self {
        Self {
            max_head,
            part: Part::Head(0),
            is_behind_blank: false,
            heads: 0,
        }
    }

    pub fn heads(&self) -> usize {
        self.heads
    }

    /// Scans `bytes`, which begin with what the previous scan did not pass on. A broken body is an error: its head
    /// was already passed on.
    pub fn scan(&mut self, bytes: &[u8]) -> io::Result<Scanned> {
        let mut passed = 0;
        while passed < bytes.len() {
            let rest = &bytes[passed..];
            match &mut self.part {
                Part::Body(left) => {
                    let taken = (*left).min(rest.len() as u64);
                    *left -= taken;
                    passed += taken as usize;
                    if *left == 0 {
                        self.part = Part::Head(0);
                    }
                }
                Part::Chunked(chunks) => {
                    let (taken, is_over) = chunks.take(rest)?;
                    passed += taken;
                    if is_over {
                        self.part = Part::Head(0);
                    }
                }
                Part::Head(_) => match self.head(rest) {
                    Ok(Some(length)) => passed += length,
                    Ok(None) => break,
                    Err(why) => {
                        return Ok(Scanned {
                            passed,
                            refused: Some(why),
                        });
                    }
                },
            }
        }
        Ok(Scanned {
            passed,
            refused: None,
        })
    }

    /// The length of the head at the beginning of `bytes`, once it is complete.
    fn head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Unreadable> {
        // One empty line before a request is ignored (RFC 9112, section 2.2).
        if !self.is_behind_blank && bytes.starts_with(b"\r\n") {
            self.is_behind_blank = true;
            return Ok(Some(2));
        }
        let Some(length) = self.complete_lines(bytes)? else {
            return match self.part {
                Part::Head(0) if !may_be_a_method(bytes) => Err(Unreadable::Syntax),
                _ => Ok(None),
            };
        };
        self.part = body_behind(&bytes[..length])?;
        self.is_behind_blank = false;
        self.heads += 1;
        Ok(Some(length))
    }

    /// The length of the lines up to the first that is empty.
    fn complete_lines(&mut self, bytes: &[u8]) -> Result<Option<usize>, Unreadable> {
        let Part::Head(line) = &mut self.part else {
            return Ok(None);
        };
        let mut length = None;
        while let (None, Some(end)) = (length, memchr(b'\n', &bytes[*line..])) {
            if end == 0 || bytes[*line + end - 1] != b'\r' {
                return Err(Unreadable::LineEnd);
            }
            *line += end + 1;
            length = (end == 1).then_some(*line);
        }
        let bare = memchr(b'\r', &bytes[*line..]).filter(|at| *line + at + 1 < bytes.len());
        if length.is_none() && bare.is_some() {
            return Err(Unreadable::LineEnd);
        }
        match length.unwrap_or(bytes.len()) > self.max_head {
            true => Err(Unreadable::TooLong),
            false => Ok(length),
        }
    }
}

/// Whether an unfinished line can begin a request. Another protocol, such as TLS, may never end a line.
fn may_be_a_method(line: &[u8]) -> bool {
    let mut beginning = line.iter().take(LONGEST_METHOD);
    !beginning.any(|byte| byte.is_ascii_control() && *byte != b'\r')
}

/// What follows this head.
fn body_behind(head: &[u8]) -> Result<Part, Unreadable> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut request = Request::new(&mut headers);
    match request.parse(head) {
        Ok(Status::Complete(length)) if length == head.len() => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Unreadable::TooMany),
        _ => return Err(Unreadable::Syntax),
    }
    let target = request.path.ok_or(Unreadable::Syntax)?;
    if target.contains('#') || target.parse::<Uri>().is_err() {
        return Err(Unreadable::Target);
    }
    let mut lengths = named(&request, "content-length");
    let mut encodings = named(&request, "transfer-encoding");
    match (lengths.next(), lengths.next(), encodings.next(), encodings.next()) {
        (None, None, None, None) => Ok(Part::Head(0)),
        (Some(length), None, None, None) => match whole_number(length)? {
            0 => Ok(Part::Head(0)),
            length => Ok(Part::Body(length)),
        },
        (None, None, Some(encoding), None)
            if encoding.eq_ignore_ascii_case(b"chunked") && request.version == Some(1) =>
        {
            Ok(Part::Chunked(Chunks::default()))
        }
        (_, _, Some(_), _) => Err(Unreadable::Encoding),
        _ => Err(Unreadable::Length),
    }
}

fn named<'a>(request: &'a Request<'_, '_>, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    let headers = request.headers.iter();
    let of_name = headers.filter(move |header| header.name.eq_ignore_ascii_case(name));
    of_name.map(|header| header.value.trim_ascii())
}

/// Only digits: no sign, no list.
fn whole_number(text: &[u8]) -> Result<u64, Unreadable> {
    let digits = Some(text).filter(|text| !text.is_empty() && text.iter().all(u8::is_ascii_digit));
    let text = digits.and_then(|digits| std::str::from_utf8(digits).ok());
    text.and_then(|text| text.parse().ok()).ok_or(Unreadable::Length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(head: &str) -> Option<Unreadable> {
        let mut framing = Framing::new(4096);
        framing.scan(head.as_bytes()).expect("no body").refused
    }

    #[test]
    fn a_head_that_could_be_read_in_two_ways_is_refused() {
        for (head, why) in [
            ("GET / HTTP/1.1\nhost: a\n\n", Unreadable::LineEnd),
            ("GET / HTTP/1.1\r\nhost: a\n\r\n", Unreadable::LineEnd),
            ("GET / HTTP/1.1\r\nhost: a\r\n\n", Unreadable::LineEnd),
            ("\nGET / HTTP/1.1\r\n\r\n", Unreadable::LineEnd),
            ("GET / HTTP/1.1\rhost: a\r\r", Unreadable::LineEnd),
            ("GET / HTTP/1.1\r\nhost: a\rb", Unreadable::LineEnd),
            ("GET / HTTP/1.1\r\nhost: a\rb: c\r\n\r\n", Unreadable::Syntax),
            ("GET / HTTP/1.1\r\nhost : a\r\n\r\n", Unreadable::Syntax),
            ("GET / HTTP/1.1\r\n host: a\r\n\r\n", Unreadable::Syntax),
            ("GET / HTTP/1.1\r\na: b\r\n c\r\n\r\n", Unreadable::Syntax),
            ("GET / HTTP/1.1\r\na: \0\r\n\r\n", Unreadable::Syntax),
            ("GET / HTTP/2.0\r\n\r\n", Unreadable::Syntax),
            ("GET /\r\n\r\n", Unreadable::Syntax),
            ("\u{16}\u{3}\u{1}", Unreadable::Syntax),
            ("\r\n\r\nGET / HTTP/1.1\r\n\r\n", Unreadable::Syntax),
            (
                "GET /v1/authorize#?scope=web HTTP/1.1\r\n\r\n",
                Unreadable::Target,
            ),
            ("GET /?q#f HTTP/1.1\r\n\r\n", Unreadable::Target),
        ] {
            assert_eq!(refused(head), Some(why), "{head:?}");
        }
    }

    #[test]
    fn a_body_whose_length_could_be_read_in_two_ways_is_refused() {
        for (head, why) in [
            (
                "POST / HTTP/1.1\r\ncontent-length: 1\r\nContent-Length: 1\r\n\r\n",
                Unreadable::Length,
            ),
            (
                "POST / HTTP/1.1\r\ncontent-length: 1, 1\r\n\r\n",
                Unreadable::Length,
            ),
            (
                "POST / HTTP/1.1\r\ncontent-length: +1\r\n\r\n",
                Unreadable::Length,
            ),
            ("POST / HTTP/1.1\r\ncontent-length:\r\n\r\n", Unreadable::Length),
            (
                "POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n",
                Unreadable::Length,
            ),
            (
                "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n",
                Unreadable::Encoding,
            ),
            (
                "POST / HTTP/1.1\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
                Unreadable::Encoding,
            ),
            (
                "POST / HTTP/1.1\r\ntransfer-encoding: identity\r\n\r\n",
                Unreadable::Encoding,
            ),
            (
                "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
                Unreadable::Encoding,
            ),
            (
                "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n",
                Unreadable::Encoding,
            ),
        ] {
            assert_eq!(refused(head), Some(why), "{head:?}");
        }
    }

    #[test]
    fn a_head_that_is_too_large_is_refused() {
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(MAX_HEADERS + 1));
        assert_eq!(refused(&many), Some(Unreadable::TooMany));
    }

    #[test]
    fn what_clients_send_is_not() {
        for head in [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "\r\nGET / HTTP/1.0\r\n\r\n",
            "GET /v1/keys?q=caf%C3%A9 HTTP/1.1\r\nhost: a\r\nx:\r\n\r\n",
            "GET http://a/v1/me HTTP/1.1\r\nhost: a\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n",
        ] {
            assert_eq!(refused(head), None, "{head:?}");
        }
    }
}

//! What a receiver answers: of its body only the beginning is read, and of that a short text kept.

use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use tokio::time::timeout;

use super::outcome::Outcome;
use crate::model::{Shown, pasted};

const MAX_BODY: usize = 4096;
/// For the body, after the head: the status has decided.
const BODY_IN: Duration = Duration::from_secs(1);
const MAX_SAID: usize = 200;

pub async fn outcome(answer: Response, now: Timestamp) -> Outcome {
    let status = answer.status();
    let retry_after = retry_after(answer.headers(), now);
    // Also of those that are content, so that they don't find their answer unread.
    let body = beginning(answer).await;
    if status.is_success() {
        return Outcome::Delivered {
            status: status.as_u16(),
        };
    }
    match status {
        StatusCode::GONE => Outcome::Gone,
        status if status.is_redirection() => Outcome::Redirected {
            status: status.as_u16(),
        },
        status => Outcome::Refused {
            status: status.as_u16(),
            retry_after,
            said: said(&body),
        },
    }
}

/// What came of the body in time, up to [`MAX_BODY`].
async fn beginning(answer: Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunks = answer.bytes_stream();
    let read = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            let room = MAX_BODY - bytes.len();
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if bytes.len() == MAX_BODY {
                break;
            }
        }
    };
    // What comes no further in time is enough.
    let _ = timeout(BODY_IN, read).await;
    bytes
}

/// One line that is safe to show; none of our secrets, whoever sent it back.
fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .collect();
    let line = words
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if pasted::is_in(&line) {
        return String::new();
    }
    let mut short: String = line.chars().take(MAX_SAID).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    Shown::new(&short).into_string()
}

/// In seconds or as a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|c| c.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let at = DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().expect("a time");
        let of = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_bytes(value).expect("a value"));
            retry_after(&headers, now)
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (value, expected) in [
            ("0", seconds(0)),
            ("120", seconds(120)),
            (" 120 ", seconds(120)),
            ("99999999999999999999999", seconds(u64::MAX)),
            ("Sat, 28 Nov 2026 12:02:00 GMT", seconds(120)),
            ("Sat, 28 Nov 2026 11:00:00 GMT", seconds(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", seconds(0)),
            ("Mon, 28 Nov 2026 12:02:00 GMT", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(of(value.as_bytes()), expected, "{value}");
        }
        assert_eq!(of(b"\xff"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn what_is_kept_of_a_body_is_a_short_line_without_controls() {
        let token = format!("kda_{}", "A1b2C3d4".repeat(6));
        for (body, kept) in [
            ("", ""),
            (" \r\n\t ", ""),
            ("no such hook", "no such hook"),
            ("{\"error\":\r\n\t\"no\"}\n", "{\"error\": \"no\"}"),
            ("\u{1b}]0;x\u{7}\u{1b}[2Jred\u{0}", "]0;x [2Jred"),
            ("a\u{202e}b", "a⟨U+202E⟩b"),
            (&format!("you sent {token}"), ""),
        ] {
            assert_eq!(said(body.as_bytes()), kept);
        }
        let long = said("é".repeat(300).as_bytes());
        assert_eq!(long, format!("{}…", "é".repeat(MAX_SAID)));
        assert_eq!(said(b"\xff\xfe!"), "\u{fffd}\u{fffd}!");
    }
}

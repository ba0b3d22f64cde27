//! Data on stdout, messages on stderr. Names are made safe to print; JSON is the API's own.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use zeroize::Zeroizing;

use super::Failure;
use crate::api::{Key, LastUse, RefusedSince};
pub use crate::failure::notice;
use crate::model::{Secret, Shown, shown};

/// In place of what is not there.
pub const NOTHING: &str = "–";

/// A line that scripts may wait for. When nobody reads it, the program goes on.
pub fn line(text: impl std::fmt::Display) {
    let text = text.to_string();
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{}", Shown::new(&text)).and_then(|()| stdout.flush());
}

/// Many lines of data.
pub fn lines(lines: &[String]) -> Result<(), Failure> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    for line in lines {
        writeln!(stdout, "{}", Shown::new(line))?;
    }
    Ok(stdout.flush()?)
}

/// One JSON document, readable.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = Zeroizing::new(serde_json::to_string_pretty(value).map_err(io::Error::from)?);
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", escaped(&text))?;
    Ok(stdout.flush()?)
}

/// JSON on one line, which a caller that prints many writes where it belongs.
pub fn compact_json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value).map_err(io::Error::from)?;
    Ok(escaped(&text).into_owned())
}

/// A secret alone on its line, for `$(…)` and pipes. A server's secret is a word of ASCII: anything else is kept
/// from the terminal, and from whatever reads the line.
pub fn secret(secret: &Secret) -> Result<(), Failure> {
    if !secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::Failed(
            "the server sent a secret with control characters or spaces in it, so it is not printed; is this \
             server the right one?"
                .into(),
        ));
    }
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", secret.expose())?;
    Ok(stdout.flush()?)
}

/// JSON in which whatever could move the cursor, reorder or hide is an escape sequence (RFC 8259, section 7), so
/// that it means the same and can be shown. Between its strings JSON has nothing of that but line breaks.
fn escaped(json: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c == '\n' || c == ' ' || shown::is_visible(c);
    if json.chars().all(is_plain) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_plain(c) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    Cow::Owned(out)
}

/// `12 since 2026-11-26 22:05:31 UTC, last 3 min ago from 203.0.113.7`
pub fn refused_since(refused: &RefusedSince, now: Timestamp) -> String {
    let last = refused.last.as_ref();
    let last = last.map_or_else(String::new, |last| last_use(last, now));
    format!("{} since {}{last}", refused.count, time(refused.since))
}

/// `, last 3 min ago from 203.0.113.7 (https://shop.acme.example)`
pub fn last_use(last: &LastUse, now: Timestamp) -> String {
    let address = last.address.map(|address| format!(" from {address}"));
    let origin = last.origin.as_ref().map(|origin| format!(" ({})", shown(origin)));
    format!(
        ", last {}{}{}",
        ago(last.at, now),
        address.unwrap_or_default(),
        origin.unwrap_or_default()
    )
}

pub fn last_used(key: &Key, now: Timestamp) -> String {
    key.last_used_at.map_or_else(|| "never".into(), |at| ago(at, now))
}

pub fn shown(text: &str) -> String {
    Shown::new(text).into_string()
}

/// The day, where the reader is.
pub fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).date().to_string()
}

/// The last day on which something is valid that ends then: what typing it back means.
pub fn last_day(ends: Timestamp) -> String {
    date(
        ends.saturating_sub(SignedDuration::from_micros(1))
            .unwrap_or(ends),
    )
}

/// The day and the time, where the reader is: the one form of an instant for people. JSON and CSV have it in UTC, as the
/// API gives it.
pub fn time(at: Timestamp) -> String {
    time_in(at, TimeZone::system())
}

fn time_in(at: Timestamp, zone: TimeZone) -> String {
    let offset = match zone.to_offset(at).is_zero() {
        true => "UTC",
        false => "%:z",
    };
    let at = at.to_zoned(zone);
    at.strftime(&format!("%Y-%m-%d %H:%M:%S {offset}")).to_string()
}

/// An end that somebody set, where they are and in UTC, since what was typed may have been a date.
pub fn end(at: Timestamp) -> String {
    end_in(at, TimeZone::system())
}

fn end_in(at: Timestamp, zone: TimeZone) -> String {
    match zone.to_offset(at).is_zero() {
        true => time_in(at, zone),
        false => format!("{} ({})", time_in(at, zone), time_in(at, TimeZone::UTC)),
    }
}

/// The same in a column of a table, whose cells all are of the reader's zone.
pub fn time_in_cell(at: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::system());
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `1 day`, `2 days`.
pub fn counted(n: u64, what: &str) -> String {
    match n {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}

/// `3 days ago`, however long it is ago.
pub fn long_ago(at: Timestamp, now: Timestamp) -> String {
    match now.duration_since(at).as_hours() {
        hours @ 48.. => format!("{} days ago", hours / 24),
        _ => ago(at, now),
    }
}

/// `3 min ago`; a date when it is long ago. A time in the future means that a clock is wrong.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.duration_since(at).as_secs() {
        seconds if seconds <= -172_800 => format!("{} (clock?)", date(at)),
        seconds if seconds <= -3_600 => format!("in {} h (clock?)", -seconds / 3_600),
        seconds if seconds <= -60 => format!("in {} min (clock?)", -seconds / 60),
        ..60 => "just now".into(),
        seconds @ 60..3_600 => format!("{} min ago", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => date(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_and_moves_no_cursor() {
        for text in [
            "plain",
            "Café 🛒 キオスク",
            "\u{1b}]52;c;eA==\u{7}",
            "\u{9b}31m",
            "pay\u{202e}lap",
            "a\u{200b}b\u{feff}\u{e0041}",
            "tab\t and \n line, del\u{7f}, nbsp\u{a0}, ls\u{2028}",
            "\"quoted\" \\u001b",
        ] {
            let json = serde_json::to_string_pretty(&[text]).expect("JSON");
            let safe = escaped(&json);
            let visible = |c: char| c == '\n' || c == ' ' || crate::model::shown::is_visible(c);
            assert!(safe.chars().all(visible), "{safe:?}");
            let [back]: [String; 1] = serde_json::from_str(&safe).expect("JSON");
            assert_eq!(back, text);
        }
    }

    #[test]
    fn an_instant_is_told_where_the_reader_is_and_with_the_offset() {
        let at: Timestamp = "2099-03-31T22:00:00.5Z".parse().expect("valid");
        for (zone, told) in [
            ("UTC", "2099-03-31 22:00:00 UTC"),
            ("Europe/Berlin", "2099-04-01 00:00:00 +02:00"),
            ("America/New_York", "2099-03-31 18:00:00 -04:00"),
        ] {
            let zone = TimeZone::get(zone).expect("a zone");
            assert_eq!(time_in(at, zone.clone()), told);
            let both = match told.ends_with("UTC") {
                true => told.to_owned(),
                false => format!("{told} (2099-03-31 22:00:00 UTC)"),
            };
            assert_eq!(end_in(at, zone), both);
        }
    }

    #[test]
    fn a_recent_use_is_told_as_an_age() {
        let now = Timestamp::from_second(1_800_000_000).expect("valid");
        let before = |seconds: i64| {
            ago(
                Timestamp::from_second(1_800_000_000 - seconds).expect("valid"),
                now,
            )
        };
        assert_eq!(before(-59), "just now");
        assert_eq!(before(-60), "in 1 min (clock?)");
        assert_eq!(before(-7_200), "in 2 h (clock?)");
        assert_eq!(before(-172_799), "in 47 h (clock?)");
        let in_days = before(-3 * 86_400);
        assert!(in_days.starts_with("2027-01-1") && in_days.ends_with(" (clock?)"));
        assert_eq!(before(59), "just now");
        assert_eq!(before(60), "1 min ago");
        assert_eq!(before(7_200), "2 h ago");
        assert!(before(172_800).starts_with("2027-01-1"));
        let long_before = |seconds: i64| {
            let at = Timestamp::from_second(1_800_000_000 - seconds).expect("valid");
            long_ago(at, now)
        };
        assert_eq!(long_before(7_200), "2 h ago");
        assert_eq!(long_before(172_799), "47 h ago");
        assert_eq!(long_before(172_800), "2 days ago");
        assert_eq!(long_before(400 * 86_400), "400 days ago");
    }
}

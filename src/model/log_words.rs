//! What people type to find rows of the activity log: words, days and persons: `since:today @mira revoked`.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan};

use super::compared;

/// The words that ask for more than a text, each with what it finds.
pub const LOG_WORDS: [(&str, &str); 4] = [
    (
        "since:today",
        "from this day on; yesterday, 7d, 6h and 2026-11-20 too",
    ),
    ("until:2026-11-20", "through this day"),
    ("on:yesterday", "on this day"),
    ("@mira", "what this person did"),
];

/// Days that may be asked for reach back as far as this.
const MOST_DAYS: i64 = 3650;

/// A filter of the log as typed, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogWords {
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
    /// Words that are looked for, each by itself.
    pub text: Option<String>,
}

impl LogWords {
    /// Days are those of the person. A word that is not finished or can't be read is said in a sentence.
    pub fn parse(typed: &str, now: Timestamp, zone: &TimeZone) -> Result<Self, String> {
        let mut words = Self::default();
        let mut text: Vec<String> = Vec::new();
        for word in typed.split_whitespace() {
            let folded = compared(word);
            if let Some(time) = folded.strip_prefix("since:") {
                let (from, _) = stretch(time, now, zone)?;
                words.since = words.since.max(Some(from));
            } else if let Some(time) = folded.strip_prefix("until:") {
                let (_, to) = stretch(time, now, zone)?;
                words.ends_by(to);
            } else if let Some(day) = folded.strip_prefix("on:") {
                let (from, to) = of_day(day, now, zone)?;
                words.since = words.since.max(Some(from));
                words.ends_by(to);
            } else if let Some(person) = folded.strip_prefix('@') {
                if person.is_empty() {
                    return Err("Write whose activity: @mira, or @mira@acme.example.".into());
                }
                // The beginning of an address up to its @ is a name.
                let at = if person.contains('@') { "" } else { "@" };
                text.push(format!("{person}{at}"));
            } else {
                text.push(word.to_owned());
            }
        }
        words.text = (!text.is_empty()).then(|| text.join(" "));
        Ok(words)
    }

    /// From when on `today`, `7d` or a date is, and until when.
    pub fn day(written: &str, now: Timestamp, zone: &TimeZone) -> Result<(Timestamp, Timestamp), String> {
        stretch(&compared(written), now, zone)
    }

    fn ends_by(&mut self, to: Timestamp) {
        self.until = Some(self.until.map_or(to, |until| until.min(to)));
    }
}

/// From when on and until when: a day, or from so many days or hours ago to now.
fn stretch(time: &str, now: Timestamp, zone: &TimeZone) -> Result<(Timestamp, Timestamp), String> {
    let (number, unit) = time.split_at(time.len() - time.chars().last().map_or(0, char::len_utf8));
    let ago = |hours: i64| {
        let is_within = (1..=MOST_DAYS * 24).contains(&hours);
        let from = now.checked_sub(SignedDuration::from_hours(hours)).ok();
        from.filter(|_| is_within)
            .map(|from| (from, from))
            .ok_or_else(|| format!("Days reach back {MOST_DAYS} at most: since:7d."))
    };
    match (number.parse::<i64>(), unit) {
        (Ok(hours), "h") => ago(hours),
        (Ok(days), "d") => ago(days.saturating_mul(24)),
        _ => of_day(time, now, zone),
    }
}

/// The first instant of a day, and the first one after it.
fn of_day(day: &str, now: Timestamp, zone: &TimeZone) -> Result<(Timestamp, Timestamp), String> {
    let today = now.to_zoned(zone.clone()).date();
    let date: Option<Date> = match day {
        "today" => Some(today),
        "yesterday" => today.yesterday().ok(),
        written => written.parse().ok(),
    };
    let begins = |date: Date| date.to_zoned(zone.clone()).ok().map(|start| start.timestamp());
    let one_day: Span = 1.day();
    let stretch = date.and_then(|date| Some((begins(date)?, begins(date.checked_add(one_day).ok()?)?)));
    stretch.ok_or_else(|| "Write a day: today, yesterday, 7d, or a date such as 2026-11-20.".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(typed: &str) -> Result<LogWords, String> {
        let now = "2026-11-29T00:30:00Z".parse().expect("an instant");
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        LogWords::parse(typed, now, &zone)
    }

    #[test]
    fn days_are_those_of_the_person() {
        let at = |text: &str| Some(text.parse::<Timestamp>().expect("an instant"));
        for (typed, since, until) in [
            ("since:today", at("2026-11-28T23:00:00Z"), None),
            ("SINCE:Today", at("2026-11-28T23:00:00Z"), None),
            ("since:yesterday", at("2026-11-27T23:00:00Z"), None),
            ("since:2026-11-20", at("2026-11-19T23:00:00Z"), None),
            ("since:6h", at("2026-11-28T18:30:00Z"), None),
            ("since:7d", at("2026-11-22T00:30:00Z"), None),
            ("until:2026-11-20", None, at("2026-11-20T23:00:00Z")),
            ("until:2d", None, at("2026-11-27T00:30:00Z")),
            (
                "on:2026-03-29",
                at("2026-03-28T23:00:00Z"),
                at("2026-03-29T22:00:00Z"),
            ),
            ("on:today", at("2026-11-28T23:00:00Z"), at("2026-11-29T23:00:00Z")),
            (
                "since:2026-11-01 until:2026-11-02 since:2026-11-02",
                at("2026-11-01T23:00:00Z"),
                at("2026-11-02T23:00:00Z"),
            ),
        ] {
            let words = parsed(typed).expect(typed);
            assert_eq!(
                (words.since, words.until, words.text),
                (since, until, None),
                "{typed}"
            );
        }
    }

    #[test]
    fn the_rest_is_looked_for() {
        for (typed, text) in [
            ("", None),
            ("  Checkout ", Some("Checkout")),
            ("checkout revoked", Some("checkout revoked")),
            ("@mira", Some("mira@")),
            ("@Mira@acme.example key", Some("mira@acme.example key")),
            ("since:today shop", Some("shop")),
            ("see:this", Some("see:this")),
        ] {
            assert_eq!(parsed(typed).expect(typed).text.as_deref(), text, "{typed}");
        }
    }

    #[test]
    fn what_cant_be_read_is_told() {
        for typed in [
            "since:",
            "since:soon",
            "since:2026-02-30",
            "on:7x",
            "until:",
            "@",
            "since:0d",
            "since:99999d",
            "on:7d",
            "since:d",
            "since:キオスク",
            "on:99999-01-01",
            "since:-3d",
        ] {
            assert!(parsed(typed).is_err(), "{typed}");
        }
    }
}

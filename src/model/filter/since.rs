//! Since when: from the beginning of a day on, where the person is, or a length of time ago.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::model::compared::compared;

/// The most hours that may be asked for.
const MAX_HOURS: u32 = 3650 * 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Today,
    Yesterday,
    /// From the beginning of this day on.
    Day(Date),
    /// So many hours ago.
    Hours(u32),
}

impl Since {
    /// `today`, `yesterday`, `2026-11-01`, `7d`, `12h`.
    pub fn read(typed: &str) -> Option<Self> {
        match compared(typed).as_str() {
            "today" => Some(Since::Today),
            "yesterday" => Some(Since::Yesterday),
            length => match hours(length) {
                Some(hours) => Some(Since::Hours(hours)),
                None => day(length).map(Since::Day),
            },
        }
    }

    /// A day begins at midnight, or where there is none on it, as early as it does.
    pub fn instant(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = now.to_zoned(zone.clone()).date();
        let date = match self {
            Since::Today => today,
            Since::Yesterday => today.saturating_sub(1.day()),
            Since::Day(date) => date,
            Since::Hours(hours) => {
                let hours = SignedDuration::from_hours(i64::from(hours));
                return now.saturating_sub(hours).unwrap_or(Timestamp::MIN);
            }
        };
        let begins = date
            .to_zoned(zone.clone())
            .and_then(|midnight| midnight.start_of_day());
        begins.map_or(now, |midnight| midnight.timestamp())
    }
}

/// `12h` or `7d`.
fn hours(typed: &str) -> Option<u32> {
    let number = |digits: &str| {
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let hours = match (typed.strip_suffix('h'), typed.strip_suffix('d')) {
        (Some(hours), _) => number(hours),
        (_, Some(days)) => number(days).and_then(|days| days.checked_mul(24)),
        _ => None,
    };
    hours.filter(|hours| (1..=MAX_HOURS).contains(hours))
}

/// Four digits, two and two: jiff would read more than that.
fn day(typed: &str) -> Option<Date> {
    let is_date = typed.bytes().enumerate().all(|(n, byte)| match n {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (is_date && typed.len() == 10)
        .then(|| typed.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_person_is() {
        let now: Timestamp = "2026-11-28T22:30:00Z".parse().unwrap();
        let auckland = TimeZone::get("Pacific/Auckland").unwrap();
        // In Havana clocks go forward at midnight.
        let havana = TimeZone::get("America/Havana").unwrap();
        for (typed, zone, from) in [
            ("today", &TimeZone::UTC, "2026-11-28T00:00:00Z"),
            ("TODAY", &auckland, "2026-11-28T11:00:00Z"),
            ("yesterday", &auckland, "2026-11-27T11:00:00Z"),
            ("2026-11-01", &TimeZone::UTC, "2026-11-01T00:00:00Z"),
            ("2026-03-08", &havana, "2026-03-08T05:00:00Z"),
            ("7d", &auckland, "2026-11-21T22:30:00Z"),
            ("90h", &TimeZone::UTC, "2026-11-25T04:30:00Z"),
        ] {
            let since = Since::read(typed).expect(typed);
            assert_eq!(since.instant(now, zone).to_string(), from, "{typed}");
        }
        assert_eq!(
            Since::Hours(MAX_HOURS).instant(Timestamp::MIN, &auckland),
            Timestamp::MIN
        );
    }

    #[test]
    fn what_is_neither_is_not_read() {
        for typed in [
            "",
            "now",
            "d",
            "7",
            "0d",
            "-1d",
            "+7d",
            "7 d",
            "4294967295d",
            "3651d",
            "2026-11-31",
            "2026-11",
            "26-11-01",
            "2026-11-01T00:00",
            "2026/11/01",
            "1.5d",
        ] {
            assert_eq!(Since::read(typed), None, "{typed}");
        }
    }
}

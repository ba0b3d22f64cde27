//! Times as people read them, in the terminal's time zone.

mod length;

use std::ops::Deref;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use self::length::{DAY, HOUR, MINUTE, span};
pub use self::length::{Present, left, left_changes, length};
use crate::config::DateForm;

const YEAR: i64 = 365 * DAY;
/// A key that nobody has used for so long is idle.
const IDLE: i64 = 90 * DAY;

/// The zone of the terminal, and how dates are written there.
#[derive(Debug, Clone)]
pub struct Locale {
    pub zone: TimeZone,
    pub dates: DateForm,
}

impl From<TimeZone> for Locale {
    fn from(zone: TimeZone) -> Self {
        Self {
            zone,
            dates: DateForm::default(),
        }
    }
}

impl Deref for Locale {
    type Target = TimeZone;

    fn deref(&self) -> &TimeZone {
        &self.zone
    }
}

impl Locale {
    fn write(&self, at: Timestamp, format: &str) -> String {
        at.to_zoned(self.zone.clone()).strftime(format).to_string()
    }

    /// A day of this year, and one of another, where there is little room: `Nov 25` would be taken for a day of this one.
    fn brief(&self) -> [&'static str; 2] {
        match self.dates {
            DateForm::Short | DateForm::Local => ["%-d %b", "%b %Y"],
            DateForm::Iso => ["%Y-%m-%d"; 2],
            DateForm::Us => ["%b %-d", "%b %Y"],
        }
    }

    fn is_same_year(&self, one: Timestamp, other: Timestamp) -> bool {
        let year = |at: Timestamp| at.to_zoned(self.zone.clone()).year();
        year(one) == year(other)
    }

    fn long(&self) -> &'static str {
        match self.dates {
            DateForm::Short | DateForm::Local => "%-d %b %Y",
            DateForm::Iso => "%Y-%m-%d",
            DateForm::Us => "%b %-d, %Y",
        }
    }
}

/// For a column: `7 Nov`, in another year `Nov 2025`, and of the last day `3h`.
pub fn in_column(at: Timestamp, present: &impl Present, place: &Locale) -> String {
    match (-MINUTE..DAY).contains(&age(at, present.now())) {
        true => brief_age(at, present),
        false => end_in_column(at, present.now(), place),
    }
}

/// The same of a time to come: `23 Dec`, in another year `Dec 2027`.
pub fn end_in_column(at: Timestamp, now: Timestamp, place: &Locale) -> String {
    let [this_year, another] = place.brief();
    let is_same_year = place.is_same_year(at, now);
    place.write(at, if is_same_year { this_year } else { another })
}

/// `2 Nov 2026`.
pub fn date(at: Timestamp, place: &Locale) -> String {
    place.write(at, place.long())
}

/// `2 Nov 2026, 14:05`.
pub fn long_date(at: Timestamp, place: &Locale) -> String {
    place.write(at, &format!("{}, %H:%M", place.long()))
}

/// `2 Nov 2026, 14:05:09 UTC`.
pub fn exact(at: Timestamp, place: &Locale) -> String {
    place.write(at, &format!("{}, %H:%M:%S %Z", place.long()))
}

/// `09:00`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// `09:54:36`; on another day `2 Nov 2026, 09:54:36`.
pub fn clock_of_day(at: Timestamp, now: Timestamp, place: &Locale) -> String {
    let date = |at: Timestamp| at.to_zoned(place.zone.clone()).date();
    match date(at) == date(now) {
        true => place.write(at, "%H:%M:%S"),
        false => place.write(at, &format!("{}, %H:%M:%S", place.long())),
    }
}

/// `14:05`; on another day `2 Nov, 14:05`, and in another year `2 Nov 2025, 14:05`.
pub fn clock_or_date(at: Timestamp, now: Timestamp, place: &Locale) -> String {
    let date = |at: Timestamp| at.to_zoned(place.zone.clone()).date();
    match date(at) == date(now) {
        true => place.write(at, "%H:%M"),
        false if place.is_same_year(at, now) => place.write(at, &format!("{}, %H:%M", place.brief()[0])),
        false => long_date(at, place),
    }
}

/// For a column: `now`, `3m`, `5h`, `12d`, `3mo`, `2y`; `in 3d` when some clock is wrong. Where it is spoken, as
/// anywhere: `3 minutes ago`.
pub fn brief_age(at: Timestamp, present: &impl Present) -> String {
    let now = present.now();
    let brief = |seconds| span(seconds, present).replace(' ', "").replace("min", "m");
    match age(at, now) {
        _ if present.is_spoken() => ago(Some(at), present),
        seconds if is_ahead(at, now) => format!("in {}", brief(-seconds)),
        ..MINUTE => "now".into(),
        seconds => brief(seconds),
    }
}

/// Whole seconds until then, the one that has begun among them; nothing once it has come.
pub fn seconds_until(at: Timestamp, now: Timestamp) -> Option<i64> {
    let left = at.duration_since(now).as_millis();
    (left > 0).then(|| i64::try_from((left + 999) / 1000).unwrap_or(i64::MAX))
}

/// When that is another number.
pub fn seconds_until_changes(at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let left = seconds_until(at, now)?;
    at.checked_sub(SignedDuration::from_secs(left - 1)).ok()
}

/// `3 min ago`; `never` when it was never, `in 3 d` when some clock is wrong.
pub fn ago(at: Option<Timestamp>, present: &impl Present) -> String {
    let Some(at) = at else {
        return "never".into();
    };
    match age(at, present.now()) {
        seconds if is_ahead(at, present.now()) => format!("in {}", span(-seconds, present)),
        ..MINUTE => "just now".into(),
        seconds => format!("{} ago", span(seconds, present)),
    }
}

/// The same to the second in the last minute: `3 s ago`.
pub fn fine_ago(at: Timestamp, present: &impl Present) -> String {
    match age(at, present.now()) {
        seconds @ 1..MINUTE => format!("{} ago", length(seconds, "s", present)),
        _ => ago(Some(at), present),
    }
}

/// Whether it lies further ahead than clocks differ that are set right.
pub fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    age(at, now) <= -MINUTE
}

/// `since 09:54`, `since Tuesday`, `since 2 Nov 2026`.
pub fn since(at: Timestamp, now: Timestamp, place: &Locale) -> String {
    let date = |at: Timestamp| at.to_zoned(place.zone.clone()).date();
    let days = date(now).duration_since(date(at)).as_secs() / DAY;
    match days {
        ..=0 => place.write(at, "since %H:%M"),
        1..=6 => place.write(at, "since %A"),
        _ => format!("since {}", place.write(at, place.long())),
    }
}

/// Whether an age says less of it than its date.
pub fn is_long_ago(at: Timestamp, now: Timestamp) -> bool {
    age(at, now) >= 2 * DAY
}

/// Whether it was within so many hours, also by a clock that is ahead.
pub fn is_within_hours(at: Timestamp, now: Timestamp, hours: u32) -> bool {
    age(at, now) < i64::from(hours) * HOUR
}

/// Whether nothing has happened since for so long that one may do without.
pub fn is_idle(since: Timestamp, now: Timestamp) -> bool {
    age(since, now) >= IDLE
}

/// `idle 120d`, `idle 3y`; where it is spoken, `idle for 120 days`.
pub fn idle(since: Timestamp, present: &impl Present) -> String {
    let (number, unit) = match age(since, present.now()) {
        seconds if seconds < 2 * YEAR => (seconds / DAY, "d"),
        seconds => (seconds / YEAR, "y"),
    };
    match present.is_spoken() {
        true => format!("idle for {}", length(number, unit, present)),
        false => format!("idle {number}{unit}"),
    }
}

/// In seconds.
fn age(at: Timestamp, now: Timestamp) -> i64 {
    now.as_second().saturating_sub(at.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_use_is_told_in_one_unit() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("valid");
        let ago = |text: &str| ago(Some(text.parse().expect("valid")), &now);
        assert_eq!(ago("2026-11-23T11:59:30Z"), "just now");
        let fine_ago = |text: &str| fine_ago(text.parse().expect("valid"), &now);
        assert_eq!(fine_ago("2026-11-23T11:59:30Z"), "30 s ago");
        assert_eq!(fine_ago("2026-11-23T12:00:00Z"), "just now");
        assert_eq!(fine_ago("2026-11-23T11:59:00Z"), "1 min ago");
        assert_eq!(ago("2026-11-23T11:57:00Z"), "3 min ago");
        assert_eq!(ago("2026-11-23T11:00:00Z"), "1 h ago");
        assert_eq!(ago("2026-10-23T12:00:00Z"), "31 d ago");
        assert_eq!(ago("2025-11-23T12:00:00Z"), "12 mo ago");
        assert_eq!(ago("2023-11-23T12:00:00Z"), "3 y ago");
        assert_eq!(ago("2026-11-23T12:00:59Z"), "just now");
    }

    #[test]
    fn a_time_ahead_is_told_as_such() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("valid");
        let ago = |text: &str| ago(Some(text.parse().expect("valid")), &now);
        assert_eq!(ago("2026-11-23T12:01:00Z"), "in 1 min");
        assert_eq!(ago("2026-11-23T15:00:00Z"), "in 3 h");
        assert_eq!(ago("2026-12-25T12:00:00Z"), "in 32 d");
        assert_eq!(ago("2027-11-23T12:00:00Z"), "in 12 mo");
        assert_eq!(ago("9999-11-23T12:00:00Z"), "in 7978 y");
    }

    #[test]
    fn a_time_of_another_day_has_its_date() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().expect("valid");
        let clock = |text: &str| clock_of_day(text.parse().expect("valid"), now, &TimeZone::UTC.into());
        assert_eq!(clock("2026-11-28T09:54:36Z"), "09:54:36");
        assert_eq!(clock("2026-11-27T09:54:36Z"), "27 Nov 2026, 09:54:36");
    }

    #[test]
    fn dates_are_written_as_they_are_set() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().expect("valid");
        let at: Timestamp = "2026-11-02T14:05:09Z".parse().expect("valid");
        for (dates, short, long) in [
            (DateForm::Short, "2 Nov", "2 Nov 2026"),
            (DateForm::Iso, "2026-11-02", "2026-11-02"),
            (DateForm::Us, "Nov 2", "Nov 2, 2026"),
        ] {
            let place = Locale {
                zone: TimeZone::UTC,
                dates,
            };
            assert_eq!(in_column(at, &now, &place), short);
            assert_eq!(long_date(at, &place), format!("{long}, 14:05"));
            assert_eq!(exact(at, &place), format!("{long}, 14:05:09 UTC"));
            assert_eq!(clock_of_day(at, now, &place), format!("{long}, 14:05:09"));
            assert_eq!(since(at, now, &place), format!("since {long}"));
        }
    }

    #[test]
    fn no_day_of_another_year_passes_for_one_of_this() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().expect("valid");
        for dates in [DateForm::Short, DateForm::Local, DateForm::Iso, DateForm::Us] {
            let place = Locale {
                zone: TimeZone::UTC,
                dates,
            };
            for year in ["1999", "2025", "2027"] {
                let at = format!("{year}-11-25T09:54:36Z").parse().expect("valid");
                for told in [
                    in_column(at, &now, &place),
                    end_in_column(at, now, &place),
                    clock_or_date(at, now, &place),
                    clock_of_day(at, now, &place),
                ] {
                    assert!(told.contains(year), "{dates:?}: {told}");
                }
            }
        }
    }

    #[test]
    fn the_beginning_of_a_time_is_named_as_people_do() {
        // A Monday.
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("valid");
        let since = |text: &str| since(text.parse().expect("valid"), now, &TimeZone::UTC.into());
        assert_eq!(since("2026-11-23T09:54:00Z"), "since 09:54");
        assert_eq!(since("2026-11-22T23:54:00Z"), "since Sunday");
        assert_eq!(since("2026-11-17T09:54:00Z"), "since Tuesday");
        assert_eq!(since("2026-11-16T09:54:00Z"), "since 16 Nov 2026");
    }

    #[test]
    fn a_key_is_idle_from_the_90th_day_on() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("valid");
        let at = |text: &str| -> Timestamp { text.parse().expect("valid") };
        assert!(!is_idle(at("2026-08-25T12:00:01Z"), now));
        assert!(is_idle(at("2026-08-25T12:00:00Z"), now));
        assert_eq!(idle(at("2026-08-25T12:00:00Z"), &now), "idle 90d");
        assert_eq!(idle(at("2024-11-24T12:00:00Z"), &now), "idle 729d");
        assert_eq!(idle(at("2023-11-23T12:00:00Z"), &now), "idle 3y");
    }
}

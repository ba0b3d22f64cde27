//! Times as people read them, in the terminal's time zone.

use std::ops::Deref;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::config::DateForm;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;
/// After an instant at which one text is still valid, the next one is.
const INSTANT: SignedDuration = SignedDuration::from_millis(1);
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
pub fn in_column(at: Timestamp, now: Timestamp, place: &Locale) -> String {
    match (-MINUTE..DAY).contains(&age(at, now)) {
        true => brief_age(at, now),
        false => end_in_column(at, now, place),
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

/// For a column: `now`, `3m`, `5h`, `12d`, `3mo`, `2y`; `in 3d` when some clock is wrong.
pub fn brief_age(at: Timestamp, now: Timestamp) -> String {
    match age(at, now) {
        seconds if is_ahead(at, now) => format!("in {}", brief_span(-seconds)),
        ..MINUTE => "now".into(),
        seconds => brief_span(seconds),
    }
}

fn brief_span(seconds: i64) -> String {
    let span = span(seconds).replace(' ', "");
    span.replace("min", "m")
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
pub fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    let Some(at) = at else {
        return "never".into();
    };
    match age(at, now) {
        seconds if is_ahead(at, now) => format!("in {}", span(-seconds)),
        ..MINUTE => "just now".into(),
        seconds => format!("{} ago", span(seconds)),
    }
}

/// The same to the second in the last minute: `3 s ago`.
pub fn fine_ago(at: Timestamp, now: Timestamp) -> String {
    match age(at, now) {
        seconds @ 1..MINUTE => format!("{seconds} s ago"),
        _ => ago(Some(at), now),
    }
}

/// Whether it lies further ahead than clocks differ that are set right.
pub fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    age(at, now) <= -MINUTE
}

/// `12 d`, `5 h`, `under 1 min`: how long it still is. Never more than it is.
pub fn left(until: Timestamp, now: Timestamp) -> String {
    match seconds_left(until, now) {
        ..MINUTE => "under 1 min".into(),
        seconds => span(seconds),
    }
}

/// When that is said in other words; nothing once it has passed.
pub fn left_changes(until: Timestamp, now: Timestamp) -> Option<Timestamp> {
    if until <= now {
        return None;
    }
    let seconds = seconds_left(until, now);
    let unit = match seconds {
        ..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    };
    let still = SignedDuration::from_secs(seconds / unit * unit);
    until
        .checked_sub(still)
        .and_then(|at| at.checked_add(INSTANT))
        .ok()
}

/// Whole ones.
fn seconds_left(until: Timestamp, now: Timestamp) -> i64 {
    until.duration_since(now).as_secs()
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

fn span(seconds: i64) -> String {
    match seconds {
        seconds @ ..HOUR => format!("{} min", seconds / MINUTE),
        seconds @ ..DAY => format!("{} h", seconds / HOUR),
        _ if seconds < 60 * DAY => format!("{} d", seconds / DAY),
        _ if seconds < 2 * YEAR => format!("{} mo", seconds / (30 * DAY)),
        _ => format!("{} y", seconds / YEAR),
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

/// `idle 120d`, `idle 3y`.
pub fn idle(since: Timestamp, now: Timestamp) -> String {
    match age(since, now) {
        seconds if seconds < 2 * YEAR => format!("idle {}d", seconds / DAY),
        seconds => format!("idle {}y", seconds / YEAR),
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
        let ago = |text: &str| ago(Some(text.parse().expect("valid")), now);
        assert_eq!(ago("2026-11-23T11:59:30Z"), "just now");
        let fine_ago = |text: &str| fine_ago(text.parse().expect("valid"), now);
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
        let ago = |text: &str| ago(Some(text.parse().expect("valid")), now);
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
            assert_eq!(in_column(at, now, &place), short);
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
                    in_column(at, now, &place),
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
    fn the_time_that_is_left_is_never_told_longer_and_changes_when_it_says() {
        let end: Timestamp = "2026-11-23T12:00:00Z".parse().expect("valid");
        for (seconds, words, changes_at) in [
            (1, "under 1 min", 0),
            (59, "under 1 min", 0),
            (60, "1 min", 60),
            (3_599, "59 min", 3_540),
            (3_600, "1 h", 3_600),
            (86_399, "23 h", 82_800),
            (86_400, "1 d", 86_400),
            (30 * 86_400 - 1, "29 d", 29 * 86_400),
            (400 * 86_400, "13 mo", 400 * 86_400),
        ] {
            let now = end - SignedDuration::from_secs(seconds);
            assert_eq!(left(end, now), words, "{seconds}");
            let changes = left_changes(end, now).expect("it lies ahead");
            assert_eq!(
                changes,
                end - SignedDuration::from_secs(changes_at) + INSTANT,
                "{seconds}"
            );
        }
        assert_eq!(left_changes(end, end), None);
        assert_eq!(left(end, end + SignedDuration::from_secs(5)), "under 1 min");
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
        assert_eq!(idle(at("2026-08-25T12:00:00Z"), now), "idle 90d");
        assert_eq!(idle(at("2024-11-24T12:00:00Z"), now), "idle 729d");
        assert_eq!(idle(at("2023-11-23T12:00:00Z"), now), "idle 3y");
    }
}

//! Times as people read them, in the terminal's time zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;
/// A key that nobody has used for so long is idle.
const IDLE: i64 = 90 * DAY;

/// `2 Nov 26`.
pub fn short_date(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %b %y").to_string()
}

/// `2 Nov 2026, 14:05`.
pub fn long_date(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %b %Y, %H:%M").to_string()
}

/// `2 Nov 2026, 14:05:09 UTC`.
pub fn exact(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%-d %b %Y, %H:%M:%S %Z")
        .to_string()
}

/// `09:00`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
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

/// Whether it lies further ahead than clocks differ that are set right.
pub fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    age(at, now) <= -MINUTE
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

/// The units of a countdown: how many seconds each has, and from how many on it is used: `90 min` is `2 h`, and `47 h` are not
/// yet days.
const LEFT: [(i64, i64, &str); 3] = [
    (DAY, 2 * DAY - HOUR / 2, "d"),
    (HOUR, HOUR - MINUTE / 2, "h"),
    (MINUTE, MINUTE, "min"),
];

/// How long it is until then, to the nearest unit: `3 h`, so that what was given 8 hours begins with `8 h`. `None` when it
/// is over.
pub fn left(until: Timestamp, now: Timestamp) -> Option<String> {
    let seconds = -age(until, now);
    if until <= now {
        return None;
    }
    Some(match unit(seconds) {
        Some((size, _, name)) => format!("{} {name}", nearest(seconds, size)),
        None => "less than 1 min".into(),
    })
}

/// When [`left`] says something else; `None` when it never will.
pub fn left_until(until: Timestamp, now: Timestamp) -> Option<Timestamp> {
    if until <= now {
        return None;
    }
    let seconds = -age(until, now);
    let Some((size, from, _)) = unit(seconds) else {
        return Some(until);
    };
    // The least number of seconds of which the same is said.
    let least = (nearest(seconds, size) * size - size / 2).max(from);
    Timestamp::from_second(until.as_second() - least + 1).ok()
}

fn unit(seconds: i64) -> Option<(i64, i64, &'static str)> {
    LEFT.into_iter().find(|(_, from, _)| seconds >= *from)
}

fn nearest(seconds: i64, unit: i64) -> i64 {
    (seconds + unit / 2) / unit
}

/// Whether nothing has happened since for so long that one may do without.
pub fn is_idle(since: Timestamp, now: Timestamp) -> bool {
    age(since, now) >= IDLE
}

/// `idle 120 d`, `idle 3 y`.
pub fn idle(since: Timestamp, now: Timestamp) -> String {
    match age(since, now) {
        seconds if seconds < 2 * YEAR => format!("idle {} d", seconds / DAY),
        seconds => format!("idle {} y", seconds / YEAR),
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
    fn what_is_left_is_told_to_the_nearest_unit_and_changes_when_it_says() {
        let until = Timestamp::from_second(1_795_000_000).expect("valid");
        let before = |seconds: i64| Timestamp::from_second(1_795_000_000 - seconds).expect("valid");
        for (seconds, told) in [
            (30 * DAY, "30 d"),
            (2 * DAY, "2 d"),
            (2 * DAY - HOUR / 2, "2 d"),
            (2 * DAY - HOUR / 2 - 1, "47 h"),
            (8 * HOUR, "8 h"),
            (8 * HOUR - 1, "8 h"),
            (7 * HOUR + HOUR / 2, "8 h"),
            (7 * HOUR + HOUR / 2 - 1, "7 h"),
            (HOUR, "1 h"),
            (HOUR - 30, "1 h"),
            (HOUR - 31, "59 min"),
            (MINUTE, "1 min"),
            (59, "less than 1 min"),
            (1, "less than 1 min"),
        ] {
            assert_eq!(left(until, before(seconds)).as_deref(), Some(told), "{seconds}");
        }
        assert_eq!((left(until, until), left(until, before(-1))), (None, None));
        assert_eq!(
            (left_until(until, until), left_until(until, before(-1))),
            (None, None)
        );
        // From one change to the next it is the same, and then it is not.
        let mut now = before(3 * DAY);
        let mut changes = 0;
        while let Some(change) = left_until(until, now) {
            let said = left(until, now);
            assert!(change > now);
            let last = Timestamp::from_second(change.as_second() - 1).expect("valid");
            assert_eq!(left(until, last), said, "{now} {change}");
            assert_ne!(left(until, change), said, "{now} {change}");
            (now, changes) = (change, changes + 1);
        }
        assert_eq!(now, until);
        // 3 and 2 days, 47 to 1 hours, 59 to 1 minutes, and less.
        assert_eq!(changes, 2 + 47 + 59 + 1);
        // An end has milliseconds, and is over at that instant.
        let until = Timestamp::from_millisecond(1_795_000_000_400).expect("valid");
        assert!(left(until, before(0)).is_some() && left_until(until, before(0)) == Some(until));
        assert_eq!(left(until, until), None);
    }

    #[test]
    fn a_key_is_idle_from_the_90th_day_on() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().expect("valid");
        let at = |text: &str| -> Timestamp { text.parse().expect("valid") };
        assert!(!is_idle(at("2026-08-25T12:00:01Z"), now));
        assert!(is_idle(at("2026-08-25T12:00:00Z"), now));
        assert_eq!(idle(at("2026-08-25T12:00:00Z"), now), "idle 90 d");
        assert_eq!(idle(at("2024-11-24T12:00:00Z"), now), "idle 729 d");
        assert_eq!(idle(at("2023-11-23T12:00:00Z"), now), "idle 3 y");
    }
}

//! Times as people read them, in the terminal's time zone.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;
/// After an instant at which one text is still valid, the next one is.
const INSTANT: SignedDuration = SignedDuration::from_millis(1);
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

/// `09:54:36`; on another day `2 Nov 2026, 09:54:36`.
pub fn clock_of_day(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let format = match at.date() == now.date() {
        true => "%H:%M:%S",
        false => "%-d %b %Y, %H:%M:%S",
    };
    at.strftime(format).to_string()
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

/// `since 09:54`, `since Tuesday`, `since 2 Nov 26`.
pub fn since(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let days = now.date().duration_since(at.date()).as_secs() / DAY;
    let form = match days {
        ..=0 => "since %H:%M",
        1..=6 => "since %A",
        _ => "since %-d %b %y",
    };
    at.strftime(form).to_string()
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
        let clock = |text: &str| clock_of_day(text.parse().expect("valid"), now, &TimeZone::UTC);
        assert_eq!(clock("2026-11-28T09:54:36Z"), "09:54:36");
        assert_eq!(clock("2026-11-27T09:54:36Z"), "27 Nov 2026, 09:54:36");
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
        let since = |text: &str| since(text.parse().expect("valid"), now, &TimeZone::UTC);
        assert_eq!(since("2026-11-23T09:54:00Z"), "since 09:54");
        assert_eq!(since("2026-11-22T23:54:00Z"), "since Sunday");
        assert_eq!(since("2026-11-17T09:54:00Z"), "since Tuesday");
        assert_eq!(since("2026-11-16T09:54:00Z"), "since 16 Nov 26");
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

//! Lengths of time: on the screen in short units, and where they are spoken in whole words.

use jiff::{SignedDuration, Timestamp};

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;
/// From here on, hours are less than a tenth.
const FEW_DAYS: i64 = 10 * DAY;
const TENTH: i64 = 10;
/// After an instant at which one text is still valid, the next one is.
const INSTANT: SignedDuration = SignedDuration::from_millis(1);

/// When it is told, and in which words.
pub trait Present {
    fn now(&self) -> Timestamp;

    /// Whether it is spoken: `2 minutes`, where an eye reads `2 min`.
    fn is_spoken(&self) -> bool;
}

/// On a screen.
impl Present for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }

    fn is_spoken(&self) -> bool {
        false
    }
}

/// So many of a unit, which is given in short: `7 d`, where it is spoken `7 days`.
pub fn length(number: i64, unit: &str, present: &impl Present) -> String {
    let word = match unit {
        _ if !present.is_spoken() => return format!("{number} {unit}"),
        "s" => "second",
        "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "mo" => "month",
        "y" => "year",
        other => other,
    };
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}

/// In the largest unit that it has.
pub(super) fn span(seconds: i64, present: &impl Present) -> String {
    let (number, unit) = match seconds {
        seconds @ ..HOUR => (seconds / MINUTE, "min"),
        seconds @ ..DAY => (seconds / HOUR, "h"),
        _ if seconds < 60 * DAY => (seconds / DAY, "d"),
        _ if seconds < 2 * YEAR => (seconds / (30 * DAY), "mo"),
        _ => (seconds / YEAR, "y"),
    };
    length(number, unit, present)
}

/// `12 d`, `1 d 23 h`, `5 h 20 min`, `under 1 min`: how long it still is. Never more than it is, and less by a tenth at
/// most where it is some minutes.
pub fn left(until: Timestamp, present: &impl Present) -> String {
    match told(seconds_left(until, present.now())) {
        0 => format!("under {}", length(1, "min", present)),
        seconds @ HOUR..DAY => parted(seconds, (HOUR, "h"), (MINUTE, "min"), present),
        seconds @ DAY..FEW_DAYS => parted(seconds, (DAY, "d"), (HOUR, "h"), present),
        seconds => span(seconds, present),
    }
}

/// In a unit, and what is left over in the next one.
fn parted(
    seconds: i64,
    (unit, name): (i64, &str),
    (smaller, smaller_name): (i64, &str),
    present: &impl Present,
) -> String {
    let whole = length(seconds / unit, name, present);
    match seconds % unit / smaller {
        0 => whole,
        rest => format!("{whole} {}", length(rest, smaller_name, present)),
    }
}

/// So much of it is told: whole units, and of the next smaller one what is more than a tenth.
fn told(seconds: i64) -> i64 {
    let (unit, smaller) = match seconds {
        ..HOUR => (MINUTE, MINUTE),
        HOUR..DAY => (HOUR, MINUTE),
        DAY..FEW_DAYS => (DAY, HOUR),
        _ => (DAY, DAY),
    };
    let rest = seconds % unit;
    match rest * TENTH > seconds {
        true => seconds / smaller * smaller,
        false => seconds - rest,
    }
}

/// When that is said in other words; nothing once it has passed.
pub fn left_changes(until: Timestamp, now: Timestamp) -> Option<Timestamp> {
    if until <= now {
        return None;
    }
    let still = SignedDuration::from_secs(told(seconds_left(until, now)));
    until
        .checked_sub(still)
        .and_then(|at| at.checked_add(INSTANT))
        .ok()
}

/// Whole ones.
fn seconds_left(until: Timestamp, now: Timestamp) -> i64 {
    until.duration_since(now).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spoken.
    struct Spoken(Timestamp);

    impl Present for Spoken {
        fn now(&self) -> Timestamp {
            self.0
        }

        fn is_spoken(&self) -> bool {
            true
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
            (7_199, "1 h 59 min", 7_140),
            (7_560, "2 h", 7_200),
            (18_000, "5 h", 18_000),
            (35_999, "9 h", 32_400),
            (36_000, "10 h", 36_000),
            (86_399, "23 h", 82_800),
            (86_400, "1 d", 86_400),
            (2 * 86_400 - 1, "1 d 23 h", 2 * 86_400 - 3_600),
            (2 * 86_400, "2 d", 2 * 86_400),
            (2 * 86_400 + 4 * 3_600, "2 d", 2 * 86_400),
            (2 * 86_400 + 6 * 3_600, "2 d 6 h", 2 * 86_400 + 6 * 3_600),
            (7 * 86_400 - 1, "6 d 23 h", 7 * 86_400 - 3_600),
            (10 * 86_400 - 1, "9 d", 9 * 86_400),
            (10 * 86_400 + 7_200, "10 d", 10 * 86_400),
            (30 * 86_400 - 1, "29 d", 29 * 86_400),
            (400 * 86_400, "13 mo", 400 * 86_400),
        ] {
            let now = end - SignedDuration::from_secs(seconds);
            assert_eq!(left(end, &now), words, "{seconds}");
            let changes = left_changes(end, now).expect("it lies ahead");
            assert_eq!(
                changes,
                end - SignedDuration::from_secs(changes_at) + INSTANT,
                "{seconds}"
            );
        }
        assert_eq!(left_changes(end, end), None);
        assert_eq!(left(end, &(end + SignedDuration::from_secs(5))), "under 1 min");
    }

    #[test]
    fn what_is_left_is_told_as_nine_tenths_of_it_at_least() {
        let end: Timestamp = "2026-11-23T12:00:00Z".parse().expect("valid");
        let units = [("d", DAY), ("h", HOUR), ("min", MINUTE)];
        for seconds in (10 * MINUTE..40 * DAY).step_by(997) {
            let told = left(end, &(end - SignedDuration::from_secs(seconds)));
            let words: Vec<&str> = told.split(' ').collect();
            let told: i64 = words
                .chunks(2)
                .map(|pair| {
                    let number: i64 = pair[0].parse().expect("a number");
                    let unit = units.iter().find(|(name, _)| *name == pair[1]);
                    number * unit.expect("a unit").1
                })
                .sum();
            assert!(
                told <= seconds && told * 10 >= seconds * 9,
                "{seconds}: {words:?}"
            );
        }
    }

    #[test]
    fn what_is_spoken_has_whole_words() {
        let end: Timestamp = "2026-11-23T12:00:00Z".parse().expect("valid");
        for (seconds, words) in [
            (1, "under 1 minute"),
            (60, "1 minute"),
            (3_599, "59 minutes"),
            (2 * 86_400 - 1, "1 day 23 hours"),
            (100_000_000, "3 years"),
        ] {
            assert_eq!(
                left(end, &Spoken(end - SignedDuration::from_secs(seconds))),
                words
            );
        }
        let now = Spoken(end);
        assert_eq!(
            (length(7, "d", &end), length(7, "d", &now)),
            ("7 d".into(), "7 days".into())
        );
    }
}

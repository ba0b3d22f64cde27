//! Times as people read them, in the terminal's time zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;

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

/// `3 min ago`; `never` when it was never.
pub fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let Some(at) = at else {
        return "never".into();
    };
    match now.as_second().saturating_sub(at.as_second()) {
        ..MINUTE => "just now".into(),
        seconds @ ..HOUR => format!("{} min ago", seconds / MINUTE),
        seconds @ ..DAY => format!("{} h ago", seconds / HOUR),
        seconds if seconds < 60 * DAY => format!("{} d ago", seconds / DAY),
        seconds if seconds < 730 * DAY => format!("{} mo ago", seconds / (30 * DAY)),
        seconds => format!("{} y ago", seconds / (365 * DAY)),
    }
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
        assert_eq!(ago("2026-11-23T12:00:09Z"), "just now");
    }
}

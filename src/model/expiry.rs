//! When a key ends: an instant before which it is valid, and from which on it is not. People give a length of time, a
//! date or an instant; the wire has instants alone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use super::Scope;

/// An end is at least so far away: what is nearer has passed before it is used.
pub const LEAST: SignedDuration = SignedDuration::from_mins(1);
/// How far the clocks of two machines may differ where a length of time is the longest that is allowed.
pub const TOLERATED: SignedDuration = SignedDuration::from_mins(1);
/// A key that ends within so many days is warned of.
pub const WARNED_DAYS: u32 = 30;
/// The most days that may be asked or allowed.
pub const MAX_DAYS: u32 = 3650;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How the forms that people may give are described.
pub struct Wording {
    pub forms: &'static str,
    pub too_far: &'static str,
}

const OF_A_KEY: Wording = Wording {
    forms: FORMS,
    too_far: TOO_FAR,
};

const FORMS: &str = "Write a length of time like 90d or 12h, a date like 2027-03-31 (the key is valid through that day), an \
    instant like 2027-03-31T18:00:00Z, or never.";
const INSTANT: &str = "Send an instant of RFC 3339, such as 2027-03-31T18:00:00Z.";
const TOO_FAR: &str = "That is too far ahead: a key ends before 9999-12-30, or never.";

/// An instant as the wire has it (RFC 3339), with milliseconds at most: finer ones are cut off, so that the key ends no
/// later than was asked for.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    sent(text, &OF_A_KEY)
}

/// The same of something else that ends.
pub fn sent(text: &str, wording: &Wording) -> Result<Timestamp, String> {
    match digits_of_year(text) {
        Some(4) if is_instant(text) => parsed(text, wording),
        Some(5..) => Err(wording.too_far.into()),
        _ => Err(INSTANT.into()),
    }
}

/// What a person gives: `90d`, `12h`, a date (through that day, where the person is), an instant, or `never`.
pub fn typed(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Option<Timestamp>, String> {
    read(text, now, zone, &OF_A_KEY)
}

/// The same of something else that ends.
pub fn read(
    text: &str,
    now: Timestamp,
    zone: &TimeZone,
    wording: &Wording,
) -> Result<Option<Timestamp>, String> {
    let Wording { forms, too_far } = wording;
    let text = text.trim();
    if text.eq_ignore_ascii_case("never") {
        return Ok(None);
    }
    if let Some(length) = length(text, wording) {
        return whole_second(now)
            .checked_add(length?)
            .map(Some)
            .map_err(|_| (*too_far).into());
    }
    match digits_of_year(text) {
        Some(4) if is_instant(text) => parsed(text, wording).map(Some),
        Some(4) if text.len() == 10 => {
            let date: Date = text
                .parse()
                .map_err(|_| format!("There is no such day. {forms}"))?;
            end_of(date, zone).map(Some).ok_or_else(|| (*too_far).into())
        }
        Some(5..) => Err((*too_far).into()),
        _ => Err((*forms).into()),
    }
}

/// Where the next day begins.
fn end_of(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let next = date.tomorrow().and_then(|next| next.to_zoned(zone.clone()));
    next.map(|next| next.timestamp()).ok()
}

/// Days are of 24 hours each, whatever is done to clocks meanwhile.
fn length(text: &str, wording: &Wording) -> Option<Result<SignedDuration, String>> {
    let Wording { forms, too_far } = wording;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let hours = match unit {
        "h" | "H" => 1,
        "d" | "D" => 24,
        "w" | "W" => 7 * 24,
        _ => return None,
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(
        match number
            .parse::<i64>()
            .ok()
            .and_then(|number| number.checked_mul(hours))
        {
            Some(0) => Err(format!("That is no time at all. {forms}")),
            Some(hours) => SignedDuration::try_from_hours(hours).ok_or_else(|| (*too_far).into()),
            None => Err((*too_far).into()),
        },
    )
}

fn parsed(text: &str, wording: &Wording) -> Result<Timestamp, String> {
    let at: Timestamp = text.parse().map_err(|_| match text.starts_with("9999-12-3") {
        true => wording.too_far.to_owned(),
        false => format!("There is no such instant. {INSTANT}"),
    })?;
    Ok(Timestamp::from_millisecond(at.as_microsecond().div_euclid(1_000)).unwrap_or(at))
}

pub fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_microsecond().div_euclid(1_000_000)).unwrap_or(at)
}

/// How many digits stand before the first dash, if nothing else does.
fn digits_of_year(text: &str) -> Option<usize> {
    let (year, _) = text.split_once('-')?;
    (year.len() >= 4 && year.bytes().all(|byte| byte.is_ascii_digit())).then_some(year.len())
}

/// `YYYY-MM-DDTHH:MM:SS`, perhaps a fraction, then `Z` or an offset.
fn is_instant(text: &str) -> bool {
    let Some((day, rest)) = text.split_at_checked(19) else {
        return false;
    };
    let as_pattern: String = day
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if !(1..=9).contains(&(fraction.len() - offset.len())) {
                return false;
            }
            offset
        }
    };
    let offset: String = rest
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    as_pattern.eq_ignore_ascii_case("0000-00-00T00:00:00")
        && matches!(offset.as_str(), "Z" | "z" | "+00:00" | "-00:00")
}

/// As people read it, in their zone and in UTC: `2027-04-01 00:00:00 +02:00 (2027-03-31T22:00:00Z)`.
pub fn told(at: Timestamp, zone: &TimeZone) -> String {
    let local = Zoned::new(at, zone.clone());
    match zone.to_offset(at).is_zero() {
        true => at.to_string(),
        false => format!("{} ({at})", local.strftime("%Y-%m-%d %H:%M:%S %:z")),
    }
}

/// The latest instant at which a key may end that is given at most so many days now.
pub fn latest(now: Timestamp, days: u32) -> Timestamp {
    now.saturating_add(DAY * i32::try_from(days).unwrap_or(i32::MAX))
        .unwrap_or(Timestamp::MAX)
}

/// Why a key of this scope can't end then, where it is to be set `now` and the organisation allows so many days.
pub fn refusal(
    ends: Option<Timestamp>,
    scope: Scope,
    now: Timestamp,
    longest: Option<u32>,
) -> Option<String> {
    if let Some(ends) = ends {
        if ends <= now {
            return Some("This instant has passed; choose a later one.".into());
        }
        if ends.duration_since(now) < LEAST {
            return Some("A key is valid for a minute at least; choose a later instant.".into());
        }
    }
    let days = longest?;
    let latest = latest(now, days);
    let is_within = ends.is_some_and(|ends| ends.duration_since(latest) <= TOLERATED);
    (!is_within).then(|| {
        format!(
            "{scope} keys of this organisation are given {days} days at most: let it end by {}.",
            whole_second(latest)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// 9:00 in the morning, in Berlin 10:00; summer time begins on 28 March 2027.
    const NOW: &str = "2027-03-01T09:00:00.5Z";

    #[test]
    fn every_form_that_people_give_is_an_instant() {
        for (text, zone, expected) in [
            ("90d", "Europe/Berlin", Some("2027-05-30T09:00:00Z")),
            (" 12h ", "Europe/Berlin", Some("2027-03-01T21:00:00Z")),
            ("2W", "UTC", Some("2027-03-15T09:00:00Z")),
            ("2027-03-31", "UTC", Some("2027-04-01T00:00:00Z")),
            ("2027-03-31", "Europe/Berlin", Some("2027-03-31T22:00:00Z")),
            ("2027-03-28", "Europe/Berlin", Some("2027-03-28T22:00:00Z")),
            ("2027-03-01", "Pacific/Auckland", Some("2027-03-01T11:00:00Z")),
            // There midnight is left out on some days.
            ("2018-11-03", "America/Sao_Paulo", Some("2018-11-04T03:00:00Z")),
            ("2027-03-31T18:00:00Z", "Asia/Tokyo", Some("2027-03-31T18:00:00Z")),
            (
                "2027-03-31T18:00:00+02:00",
                "Asia/Tokyo",
                Some("2027-03-31T16:00:00Z"),
            ),
            (
                "2027-03-31t18:00:00.1239z",
                "Asia/Tokyo",
                Some("2027-03-31T18:00:00.123Z"),
            ),
            ("never", "UTC", None),
            ("NEVER", "UTC", None),
        ] {
            let zone = TimeZone::get(zone).expect("a zone");
            assert_eq!(typed(text, at(NOW), &zone), Ok(expected.map(at)), "{text}");
        }
    }

    #[test]
    fn what_is_no_end_of_a_key_is_told_in_a_sentence() {
        for (text, part) in [
            ("", "90d"),
            ("90", "90d"),
            ("90m", "90d"),
            ("d", "90d"),
            ("-90d", "90d"),
            ("+90d", "90d"),
            ("9.5d", "90d"),
            ("0d", "no time at all"),
            ("00h", "no time at all"),
            ("99999999999d", "too far"),
            ("99999999999999999999d", "too far"),
            ("3000000d", "too far"),
            ("10000-01-01", "too far"),
            ("10000-01-01T00:00:00Z", "too far"),
            ("9999-12-31", "too far"),
            ("9999-12-31T23:59:59Z", "too far"),
            ("2027-02-29", "no such day"),
            ("2027-13-01", "no such day"),
            ("2027-02-29T00:00:00Z", "no such instant"),
            ("2027-03-31T18:00:00", "90d"),
            ("2027-03-31T18:00Z", "90d"),
            ("2027-03-31 18:00", "90d"),
            ("31.03.2027", "90d"),
            ("tomorrow", "90d"),
            ("2027-03-31T18:00:00Z[Europe/Paris]", "90d"),
            ("９０d", "90d"),
        ] {
            let said = typed(text, at(NOW), &TimeZone::UTC).expect_err(text);
            assert!(said.contains(part), "{text}: {said}");
        }
    }

    #[test]
    fn the_wire_has_instants_alone() {
        assert_eq!(
            instant("2027-03-31T18:00:00.9999Z"),
            Ok(at("2027-03-31T18:00:00.999Z"))
        );
        for text in [
            "90d",
            "never",
            "2027-03-31",
            "2027-03-31T18:00:00",
            "2027-03-31T18:00:00 Z",
            "",
            "1806516000",
            "10000-01-01T00:00:00Z",
            "-000001-01-01T00:00:00Z",
            "+010000-01-01T00:00:00Z",
            "2027-02-30T18:00:00Z",
            "9999-12-31T23:59:59Z",
            "2027-03-31T18:00:00.Z",
        ] {
            assert!(instant(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_lives_a_minute_at_least_and_as_long_as_is_allowed() {
        let now = at(NOW);
        let refused = |ends: Option<&str>, longest| refusal(ends.map(at), Scope::Web, now, longest);
        for (ends, longest, is_refused) in [
            (None, None, false),
            (None, Some(90), true),
            (Some("1970-01-01T00:00:00Z"), None, true),
            (Some("2027-03-01T09:00:00.5Z"), None, true),
            (Some("2027-03-01T09:01:00.499Z"), None, true),
            (Some("2027-03-01T09:01:00.5Z"), None, false),
            (Some("2127-03-01T09:00:00Z"), None, false),
            (Some("2027-05-30T09:00:00Z"), Some(90), false),
            // Of a machine whose clock is a little ahead.
            (Some("2027-05-30T09:01:00.5Z"), Some(90), false),
            (Some("2027-05-30T09:01:00.6Z"), Some(90), true),
        ] {
            assert_eq!(
                refused(ends, longest).is_some(),
                is_refused,
                "{ends:?} {longest:?}"
            );
        }
        let said = refused(None, Some(90)).expect("refused");
        assert!(
            said.contains("90 days") && said.contains("2027-05-30T09:00:00Z"),
            "{said}"
        );
    }

    #[test]
    fn an_end_is_told_where_the_person_is_and_in_utc() {
        let ends = at("2027-03-31T22:00:00Z");
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        assert_eq!(
            told(ends, &berlin),
            "2027-04-01 00:00:00 +02:00 (2027-03-31T22:00:00Z)"
        );
        assert_eq!(told(ends, &TimeZone::UTC), "2027-03-31T22:00:00Z");
    }
}

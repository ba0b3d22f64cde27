//! When local development ends: by itself, 8 hours after it was turned on unless somebody says otherwise, and 30 days
//! ahead at most. What earlier versions turned on has no end until somebody edits it.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::expiry::{self, LEAST, TOLERATED, Wording, latest, whole_second};
use super::{FieldErrors, KeyField, Scope, Settings};

/// What a person is offered, and what a request without an end is given.
pub const PRESET: &str = "8h";
const PRESET_LENGTH: SignedDuration = SignedDuration::from_hours(8);
const MAX_DAYS: u32 = 30;

const ALWAYS: &str =
    "Local development always ends: give an instant of at most 30 days ahead, or turn it off.";
const OFF: &str = "Local development is off: turn it on to give it an end.";
const NOT_OF_SCOPE: &str = "Only a Web key has local development.";
pub const WORDING: Wording = Wording {
    forms: "Write a length of time like 8h or 2d, a date like 2027-03-31 (local development is on through that day), or an \
            instant like 2027-03-31T18:00:00Z.",
    too_far: "Local development lasts 30 days at most; choose an earlier end.",
};

/// What a person gives: `8h`, a date (through that day, where the person is) or an instant.
pub fn typed(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let ends = expiry::read(text, now, zone, &WORDING)?.ok_or(ALWAYS)?;
    refusal(ends, now).map_or(Ok(ends), Err)
}

/// Why local development can't end then, where that is set `now`.
pub fn refusal(ends: Timestamp, now: Timestamp) -> Option<String> {
    if ends <= now {
        return Some("This instant has passed; choose a later one.".into());
    }
    if ends.duration_since(now) < LEAST {
        return Some("Local development lasts for a minute at least; choose a later instant.".into());
    }
    let latest = latest(now, MAX_DAYS);
    (ends.duration_since(latest) > TOLERATED).then(|| {
        format!(
            "Local development lasts 30 days at most: let it end by {}.",
            whole_second(latest)
        )
    })
}

/// As far as that needs no clock: there is an end only of what is on, and none of what is on is taken away. `given` is
/// what somebody asks for, `Some(None)` to have none.
pub fn check(scope: Scope, settings: &mut Settings, given: Option<Option<&str>>, errors: &mut FieldErrors) {
    let field = KeyField::LocalDevelopmentEndsAt.wire_name();
    let is_on = settings.local_development.is_some();
    if !is_on {
        settings.local_development_ends_at = None;
    }
    // What is wrong with the instant is said already, or with the address that it belongs to.
    if errors.about(field).is_some() || errors.about(KeyField::LocalDevelopment.wire_name()).is_some() {
        return;
    }
    match given {
        Some(Some(_)) if !scope.has_local_development() => errors.push(field, NOT_OF_SCOPE),
        Some(Some(_)) if !is_on => errors.push(field, OFF),
        Some(None) if is_on => errors.push(field, ALWAYS),
        _ => {}
    }
}

/// Of a key that is created, or edited `before`: refuses an end that is not ahead, or too far, and gives one where local
/// development `is_named` without an end that lies ahead. What nobody edits stays as it is.
pub fn settle(
    settings: &mut Settings,
    before: &Settings,
    is_named: bool,
    now: Timestamp,
) -> Result<(), FieldErrors> {
    if settings.local_development.is_none() {
        return Ok(());
    }
    let ends = settings.local_development_ends_at;
    if ends != before.local_development_ends_at {
        let refused = ends.and_then(|ends| refusal(ends, now));
        let field = KeyField::LocalDevelopmentEndsAt.wire_name();
        return refused.map_or(Ok(()), |sentence| Err(FieldErrors::one(field, sentence)));
    }
    if is_named && ends.is_none_or(|ends| ends <= now) {
        settings.local_development_ends_at = whole_second(now).checked_add(PRESET_LENGTH).ok();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{KeyEdit, KeyFields, LocalAddress};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// In Berlin 10:00 in the morning; summer time begins on 28 March 2027.
    const NOW: &str = "2027-03-01T09:00:00.5Z";

    #[test]
    fn every_form_that_people_give_is_an_instant_within_30_days() {
        for (text, zone, expected) in [
            ("8h", "Europe/Berlin", "2027-03-01T17:00:00Z"),
            (" 1H ", "UTC", "2027-03-01T10:00:00Z"),
            ("30d", "UTC", "2027-03-31T09:00:00Z"),
            ("4w", "UTC", "2027-03-29T09:00:00Z"),
            ("2027-03-01", "Europe/Berlin", "2027-03-01T23:00:00Z"),
            ("2027-03-30", "Europe/Berlin", "2027-03-30T22:00:00Z"),
            ("2027-03-01T10:30:00+01:00", "Asia/Tokyo", "2027-03-01T09:30:00Z"),
            ("2027-03-01T09:01:00.5Z", "UTC", "2027-03-01T09:01:00.5Z"),
            // Of a machine whose clock is a little ahead.
            ("2027-03-31T09:01:00.5Z", "UTC", "2027-03-31T09:01:00.5Z"),
        ] {
            let zone = TimeZone::get(zone).expect("a zone");
            assert_eq!(typed(text, at(NOW), &zone), Ok(at(expected)), "{text}");
        }
        for (text, part) in [
            ("", "8h"),
            ("8", "8h"),
            ("90m", "8h"),
            ("soon", "8h"),
            ("never", "always ends"),
            ("NEVER", "always ends"),
            ("0h", "no time at all"),
            ("31d", "2027-03-31T09:00:00Z"),
            ("5w", "30 days at most"),
            ("99999999999d", "30 days at most"),
            ("2027-03-31", "30 days at most"),
            ("10000-01-01", "30 days at most"),
            ("9999-12-31T23:59:59Z", "30 days at most"),
            ("2027-02-29", "no such day"),
            ("2027-02-28", "passed"),
            ("2027-03-01T09:00:00.5Z", "passed"),
            ("2027-03-01T09:01:00.499Z", "a minute at least"),
            ("2027-03-31T09:01:00.501Z", "30 days at most"),
        ] {
            let said = typed(text, at(NOW), &TimeZone::UTC).expect_err(text);
            assert!(said.contains(part), "{text}: {said}");
            assert!(!said.contains("or never") && !said.contains("a key"), "{said}");
        }
    }

    fn settings(address: Option<&str>, ends: Option<&str>) -> Settings {
        Settings {
            ui_domains: vec![crate::model::UiDomain::trusted("http://localhost:8000".into())],
            local_development: address.map(|text| LocalAddress::parse(text).expect(text)),
            local_development_ends_at: ends.map(at),
            ..Settings::default()
        }
    }

    const HERE: &str = "203.0.113.7";
    const THERE: &str = "198.51.100.7";
    const AHEAD: &str = "2027-03-02T09:00:00Z";
    const LATER: &str = "2027-03-03T09:00:00Z";
    const PAST: &str = "2027-03-01T09:00:00Z";
    const PRESET: &str = "2027-03-01T17:00:00Z";

    /// Turned on, off, extended, left alone: each edit of each state has one outcome.
    #[test]
    fn whoever_turns_it_on_or_edits_it_gives_it_an_end() {
        let (off, no_end) = (settings(None, None), settings(Some(HERE), None));
        let (runs, over) = (
            settings(Some(HERE), Some(AHEAD)),
            settings(Some(HERE), Some(PAST)),
        );
        let edit = |json: &str| -> KeyEdit { serde_json::from_str(json).expect(json) };
        let here = format!(r#"{{"local_development": "{HERE}"}}"#);
        let there = format!(r#"{{"local_development": "{THERE}"}}"#);
        let until = |ends: &str| format!(r#"{{"local_development_ends_at": "{ends}"}}"#);
        let on_until = |ends: &str| {
            format!(r#"{{"local_development": "{THERE}", "local_development_ends_at": "{ends}"}}"#)
        };
        let turned_off = r#"{"local_development": null}"#;
        let without = r#"{"local_development_ends_at": null}"#;
        let both_off = r#"{"local_development": null, "local_development_ends_at": null}"#;
        let other = r#"{"note": "Mine"}"#;
        for (before, asked, expected) in [
            (&off, here.as_str(), Ok(Some(PRESET))),
            (&off, &on_until(AHEAD), Ok(Some(AHEAD))),
            (&off, &on_until(PAST), Err("passed")),
            (&off, &on_until("2027-04-01T09:00:00Z"), Err("30 days")),
            (&off, &until(AHEAD), Err("is off")),
            (&off, without, Ok(None)),
            (&off, other, Ok(None)),
            (&no_end, other, Ok(None)),
            (&no_end, without, Err("always ends")),
            (&no_end, &there, Ok(Some(PRESET))),
            (&no_end, &here, Ok(Some(PRESET))),
            (&no_end, &until(AHEAD), Ok(Some(AHEAD))),
            (&no_end, turned_off, Ok(None)),
            (&runs, other, Ok(Some(AHEAD))),
            (&runs, &there, Ok(Some(AHEAD))),
            (&runs, &until(LATER), Ok(Some(LATER))),
            (&runs, &until("soon"), Err("RFC 3339")),
            (&runs, without, Err("always ends")),
            (&runs, turned_off, Ok(None)),
            (&runs, both_off, Ok(None)),
            (&over, other, Ok(Some(PAST))),
            (&over, &here, Ok(Some(PRESET))),
            (&over, &there, Ok(Some(PRESET))),
            (&over, &until(PAST), Ok(Some(PAST))),
            (&over, &until(LATER), Ok(Some(LATER))),
        ] {
            let edit = edit(asked);
            let applied = edit.apply(Scope::Web, "Checkout", before);
            let settled = applied.and_then(|(_, mut settings)| {
                settle(&mut settings, before, edit.names_local_development(), at(NOW))?;
                Ok(settings.local_development_ends_at)
            });
            match (settled, expected) {
                (Ok(ends), Ok(expected)) => assert_eq!(ends, expected.map(at), "{before:?} {asked}"),
                (Err(errors), Err(part)) => {
                    let said = errors.about("local_development_ends_at").expect(asked);
                    assert!(said.contains(part), "{asked}: {said}");
                }
                (settled, _) => panic!("{before:?} {asked}: {settled:?}"),
            }
        }
    }

    #[test]
    fn a_new_key_has_an_end_where_it_has_local_development() {
        let fields = |address: Option<&str>, ends: Option<&str>| KeyFields {
            name: "Checkout".into(),
            project: Some(uuid::Uuid::nil()),
            ui_domains: Some(vec!["http://localhost:8000".into()]),
            local_development: address.map(str::to_owned),
            local_development_ends_at: ends.map(str::to_owned),
            ..KeyFields::blank(Scope::Web)
        };
        let ends = |address, ends| {
            let mut settings = fields(address, ends).validate()?.settings;
            settle(&mut settings, &Settings::default(), true, at(NOW))?;
            Ok::<_, FieldErrors>(settings.local_development_ends_at)
        };
        let here = Some("203.0.113.7");
        assert_eq!(ends(None, None).ok(), Some(None));
        assert_eq!(ends(here, None).ok(), Some(Some(at("2027-03-01T17:00:00Z"))));
        let asked = "2027-03-02T09:00:00Z";
        assert_eq!(ends(here, Some(asked)).ok(), Some(Some(at(asked))));
        for (address, end) in [
            (None, asked),
            (here, "8h"),
            (here, "2027-02-01T00:00:00Z"),
            (here, "2027-05-01T00:00:00Z"),
        ] {
            let refused = ends(address, Some(end)).expect_err(end);
            assert!(refused.about("local_development_ends_at").is_some(), "{end}");
        }
    }
}

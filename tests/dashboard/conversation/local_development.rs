//! Local development ends by itself: in the form, which reads no clock, and on the screen, which counts down and is drawn
//! anew when what it says changes.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use keydeck::api::Key;
use keydeck::model::{KeyEdit, LocalAddress, Scope, UiDomain};
use keydeck::tui::message::Effect;
use keydeck::tui::state::moment::Moment;
use keydeck::tui::view;

use crate::common::draw::{details, drawn, look};
use crate::common::talk::{Talk, key, some_keys};

const NOW: &str = "2027-03-01T09:00:00.5Z";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// With `http://localhost:8000` among its domains; local development is on where there is an address.
fn till(address: Option<&str>, ends: Option<Timestamp>) -> Key {
    let mut till = key(0, "Till", Scope::Web);
    till.settings
        .ui_domains
        .push(UiDomain::trusted("http://localhost:8000".into()));
    till.settings.local_development = address.map(|text| LocalAddress::parse(text).expect(text));
    till.settings.local_development_ends_at = ends;
    till
}

/// What is sent when these keys are pressed in the form of the key, which opens on its name.
fn sent(till: &Key, keys: &str) -> Option<KeyEdit> {
    let mut talk = Talk::with_keys(vec![till.clone()]);
    talk.app.tell_time(Moment {
        now: at(NOW),
        zone: TimeZone::get("Europe/Berlin").expect("a zone"),
    });
    talk.press(&format!("e{keys}<C-s>"));
    talk.effects.iter().find_map(|effect| match effect {
        Effect::Edit { edit, .. } => Some(edit.clone()),
        _ => None,
    })
}

#[test]
fn an_origin_that_is_refused_without_it_says_so_until_it_is_on() {
    let mut talk = Talk::with_keys(vec![till(None, None)]);
    talk.press("e<Tab>");
    let says_so = |talk: &Talk| drawn(talk).contains("is the developer's own machine");
    assert!(says_so(&talk), "{}", drawn(&talk));
    talk.press("<Tab> ");
    assert!(!says_so(&talk), "{}", drawn(&talk));
}

#[test]
fn whoever_turns_it_on_is_offered_8_hours() {
    const TOGGLE: &str = "<Tab><Tab>";
    let off = till(None, None);
    let on = |typed: &str| sent(&off, &format!("{TOGGLE} <Tab>203.0.113.7{typed}"));
    let ends = |typed| {
        on(typed)
            .and_then(|edit| edit.local_development_ends_at)
            .flatten()
    };
    assert_eq!(ends("").as_deref(), Some("2027-03-01T17:00:00Z"));
    assert_eq!(ends("<Tab><C-u>1h").as_deref(), Some("2027-03-01T10:00:00Z"));
    assert_eq!(
        ends("<Tab><C-u>2027-03-03").as_deref(),
        Some("2027-03-03T23:00:00Z")
    );
    for wrong in ["never", "31d", "soon", "2027-02-28"] {
        assert_eq!(on(&format!("<Tab><C-u>{wrong}")), None, "{wrong}");
    }
    // Turned on and off again, nothing was changed.
    assert_eq!(sent(&off, &format!("{TOGGLE}  ")), None);
    let here = Some("203.0.113.7");
    let running = till(here, Some(at("2027-03-02T09:00:00Z")));
    let turned_off = sent(&running, &format!("{TOGGLE} ")).expect("an edit");
    assert_eq!(turned_off.local_development, Some(None));
    assert_eq!(
        sent(&running, &format!("{TOGGLE}<Tab><Tab><C-u>")),
        None,
        "it always ends"
    );
    let extended = sent(&running, &format!("{TOGGLE}<Tab><Tab><C-u>2d")).expect("an edit");
    assert_eq!(
        extended,
        KeyEdit {
            local_development_ends_at: Some(Some("2027-03-03T09:00:00Z".into())),
            ..KeyEdit::default()
        }
    );
    // What has no end keeps none while nobody edits it.
    let renamed = sent(&till(here, None), " two").expect("an edit");
    assert_eq!(
        (renamed.local_development, renamed.local_development_ends_at),
        (None, None)
    );
    let ended = till(here, Some(at("2027-02-01T09:00:00Z")));
    let renamed = sent(&ended, " two").expect("an edit");
    assert_eq!(
        (renamed.local_development, renamed.local_development_ends_at),
        (None, None)
    );
    // Off and on again, it begins once more.
    let again = sent(&ended, &format!("{TOGGLE}  ")).expect("an edit");
    assert_eq!(
        again.local_development_ends_at.flatten().as_deref(),
        Some("2027-03-01T17:00:00Z")
    );
}

fn in_hours(hours: i64) -> Timestamp {
    look().now + SignedDuration::from_hours(hours)
}

#[test]
fn the_table_and_the_details_count_down() {
    let here = Some("203.0.113.7");
    for (ends, in_table, in_details) in [
        (
            Some(in_hours(3)),
            "local dev, 3 h left",
            "on, from 203.0.113.7, ends in 3 h",
        ),
        (
            Some(in_hours(24 * 6)),
            "local dev, 6 d left",
            "on, from 203.0.113.7, ends in 6 d",
        ),
        (
            Some(in_hours(-1)),
            "local dev ended",
            "it was on from 203.0.113.7",
        ),
        (None, "Till ", "on, from 203.0.113.7, no end"),
    ] {
        let talk = Talk::sized(160, 36, vec![till(here, ends)]);
        let screen = drawn(&talk);
        assert!(screen.contains(in_table), "{in_table}\n{screen}");
        let told = details(&talk);
        assert!(
            told.contains(&in_details.replace(' ', "")),
            "{in_details}\n{screen}"
        );
    }
}

#[test]
fn it_is_drawn_anew_when_what_it_says_changes_and_not_before() {
    let here = Some("203.0.113.7");
    let next = |keys: Vec<Key>| view::next_change(&Talk::with_keys(keys).app, &look()).map(|next| next.at);
    let after = |seconds: i64| look().now + SignedDuration::from_secs(seconds);
    let just_after = |seconds: i64| Some(after(seconds) + SignedDuration::from_millis(1));
    assert_eq!(next(some_keys(60)), None);
    assert_eq!(next(vec![till(here, None)]), None);
    assert_eq!(next(vec![till(here, Some(in_hours(-1)))]), None);
    // 2 h are left until two hours are, and then 1 h 59 min.
    let later = till(here, Some(after(7_500)));
    assert_eq!(next(vec![later.clone()]), just_after(300));
    // Of several the first, and only of those on the screen.
    let mut sooner = till(here, Some(after(90)));
    sooner.id = uuid::Uuid::from_u128(9_999);
    assert_eq!(next(vec![later.clone(), sooner.clone()]), just_after(30));
    let below = [vec![later], some_keys(60), vec![sooner]].concat();
    assert_eq!(next(below.clone()), just_after(300));
    let mut talk = Talk::with_keys(below);
    talk.press("U");
    assert!(view::next_change(&talk.app, &look()).is_none());
}

//! When the screen changes though nothing happens: what it tells the time until comes nearer. Nothing is drawn for that
//! before its text is another one, so that an idle dashboard sleeps until then.

use jiff::{SignedDuration, Timestamp};

use super::{Look, standing, time};
use crate::tui::state::{App, Screen};

/// After an end the server is asked how things stand; its clock may be a little behind.
const AFTER_END: SignedDuration = SignedDuration::from_secs(1);

/// The next time at which the screen is another one by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextChange {
    pub at: Timestamp,
    /// An end that was shown has passed by then: the server knows what follows from it.
    pub has_ended: bool,
}

/// As of the frame that was drawn last.
pub fn next_change(app: &App, look: &Look) -> Option<NextChange> {
    let is_shown = app.screen == Screen::Keys;
    let rows = app.browse.rows.visible().filter(|_| is_shown);
    let ends = rows.flat_map(|(_, row)| standing::ends_of(&row.key));
    let ends = ends.filter_map(|end| of_end(end, look.now));
    ends.chain(of_next_try(app, look.now)).min_by_key(|next| next.at)
}

/// The header tells in how many seconds the connection is tried again.
fn of_next_try(app: &App, now: Timestamp) -> Option<NextChange> {
    let at = app.outage?.next_try?;
    let at = time::seconds_until_changes(at, now)?;
    Some(NextChange { at, has_ended: false })
}

fn of_end(end: Timestamp, now: Timestamp) -> Option<NextChange> {
    if let Some(at) = time::left_changes(end, now) {
        return Some(NextChange { at, has_ended: false });
    }
    let at = end.saturating_add(AFTER_END).ok()?;
    (at > now).then_some(NextChange { at, has_ended: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_drawn_when_its_text_changes_and_asked_about_once_it_has_passed() {
        let end: Timestamp = "2026-11-18T12:00:00Z".parse().expect("a time");
        let mut now = end - SignedDuration::from_secs(2 * 3_600 + 30);
        let mut seen = Vec::new();
        while let Some(next) = of_end(end, now) {
            assert!(next.at > now, "{next:?}");
            now = next.at;
            let text = match now >= end {
                true => "ended".to_owned(),
                false => time::left(end, &now),
            };
            assert!(seen.last() != Some(&text) || next.has_ended, "{text} again");
            assert_eq!(
                next.has_ended,
                now > end + SignedDuration::from_millis(1),
                "{text}"
            );
            seen.push(text);
        }
        // Through hours and minutes, and to the end.
        assert_eq!(seen.first().map(String::as_str), Some("1 h 59 min"));
        let hour = seen.iter().position(|text| text == "1 h");
        let after = hour.and_then(|hour| seen.get(hour + 1));
        assert_eq!(after.map(String::as_str), Some("59 min"));
        // The last minutes over an hour are less than a tenth of it.
        assert_eq!(seen.len(), 55 + 59 + 1 + 1 + 1);
        assert!(of_end(end, now).is_none());
    }
}

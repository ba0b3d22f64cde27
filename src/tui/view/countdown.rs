//! When local development ends, as it is told in the table and in the details, and how long what is told stays so: the
//! dashboard is drawn anew when that is over, and not before.

use std::time::Duration;

use super::{Look, time};
use crate::api::Key;
use crate::tui::state::{App, Body, Screen};

/// Of a key that has an end: `local, 3 h left`.
pub fn in_table(key: &Key, look: &Look) -> Option<String> {
    let ends = key.local_development_ends_at?;
    Some(match time::left(ends, look.now) {
        Some(left) => format!("local, {left} left"),
        None => "local ended".into(),
    })
}

/// `on, from 203.0.113.7, ends in 3 h (2 Nov 2026, 14:05)`
pub fn in_details(key: &Key, address: &str, look: &Look) -> String {
    let Some(ends) = key.local_development_ends_at else {
        return format!("on, from {address}, no end");
    };
    let at = time::long_date(ends, &look.zone);
    match time::left(ends, look.now) {
        Some(left) => format!("on, from {address}, ends in {left} ({at})"),
        None => format!("ended {at}; it was on from {address}"),
    }
}

/// After how long a countdown that is on the screen says something else.
pub fn next_change(app: &App, look: &Look) -> Option<Duration> {
    if app.screen != Screen::Keys || !matches!(app.browse.body(), Body::Rows) {
        return None;
    }
    let ends = app
        .browse
        .rows
        .visible()
        .map(|(_, row)| &row.key)
        .chain(app.selected());
    let changes = ends.filter_map(|key| time::left_until(key.local_development_ends_at?, look.now));
    let change = changes.min()?.duration_since(look.now);
    Some(Duration::try_from(change).unwrap_or_default())
}

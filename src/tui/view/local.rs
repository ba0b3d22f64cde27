//! When local development ends, as the details tell it; the table says it among the states of a key.

use super::{Look, time};
use crate::api::Key;

/// `on, from 203.0.113.7, ends in 3 h (2 Nov 2026, 14:05)`
pub fn in_details(key: &Key, address: &str, look: &Look) -> String {
    let Some(ends) = key.settings.local_development_ends_at else {
        return format!("on, from {address}, no end");
    };
    let at = time::long_date(ends, &look.zone);
    match ends > look.now {
        true => format!("on, from {address}, ends in {} ({at})", time::left(ends, look)),
        false => format!("ended {at}; it was on from {address}"),
    }
}

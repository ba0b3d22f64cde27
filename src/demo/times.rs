//! Times of the sample, which it has as ages; and what is wrong with it, if something is.

use std::collections::HashMap;

use jiff::{Span, SpanRelativeTo, Timestamp};
use uuid::Uuid;

use crate::failure::Failure;

/// The id of a person or project of the sample.
pub fn known(ids: &HashMap<String, Uuid>, name: &str) -> Result<Uuid, Failure> {
    ids.get(name)
        .copied()
        .ok_or_else(|| broken(format!("nothing is called {name}")))
}

pub fn before(now: Timestamp, age: Span) -> Result<Timestamp, Failure> {
    let age = age
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(broken)?;
    now.checked_sub(age).map_err(broken)
}

/// In whole seconds, as people give it.
pub fn after(now: Timestamp, span: Span) -> Result<String, Failure> {
    let at = before(now, span.negate())?;
    let at = Timestamp::from_second(at.as_second()).map_err(broken)?;
    Ok(at.to_string())
}

pub fn broken(why: impl std::fmt::Display) -> Failure {
    Failure::Failed(format!("the sample data is broken: {why}"))
}

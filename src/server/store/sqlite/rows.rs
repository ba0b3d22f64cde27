//! How the model lies in columns.

use jiff::Timestamp;

use crate::model::Scope;

/// Microseconds since the epoch.
pub fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The rank of a scope, which is its place in the `scope` sort.
pub fn rank(scope: Scope) -> i64 {
    scope as i64
}

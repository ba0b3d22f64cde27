//! No server answers: since when, and when it is tried again.

use jiff::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    pub since: Timestamp,
    /// When the stream of events is opened again; `None` while that is being tried.
    pub next_try: Option<Timestamp>,
    /// A request was answered all the same: only the stream of events is away.
    pub is_answered: bool,
}

impl Outage {
    pub fn begun(now: Timestamp) -> Self {
        Self {
            since: now,
            next_try: None,
            is_answered: false,
        }
    }
}

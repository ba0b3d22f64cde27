//! How late it is where the person is: told to the state before each message, as it reads no clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;

#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    pub now: Timestamp,
    pub zone: TimeZone,
}

impl Default for Moment {
    fn default() -> Self {
        Self {
            now: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
        }
    }
}

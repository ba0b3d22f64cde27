//! The one way a presented key comes to an outcome, at the exchange as at a gateway: what is decided is
//! counted before it is answered.

use jiff::Timestamp;

use super::error::ApiError;
use super::state::ServerState;
use super::store::CheckedKey;
use crate::api::{PresentedAt, ProblemType};
use crate::model::connection::{Caller, Origin};
use crate::model::{Grant, Rule};

impl ServerState {
    /// The key lets the request through.
    pub(super) fn allowed(&self, at: PresentedAt, key: &CheckedKey, caller: &Caller, grant: &Grant) {
        self.metrics.checked(at, Ok(grant));
        let origin = match caller.origin {
            Origin::Page(origin) => Some(origin),
            Origin::Opaque | Origin::Absent => caller.bundle,
        };
        self.usage
            .allowed(key.number, Timestamp::now(), caller.address, origin);
    }

    /// A rule refuses; of `key`, as far as it is known which one was presented.
    pub(super) fn refused(&self, at: PresentedAt, key: Option<&CheckedKey>, rule: Rule) -> ApiError {
        self.metrics.checked(at, Err(rule));
        if let Some(key) = key {
            self.usage.refused(key.number, Timestamp::now(), rule);
        }
        rule.into()
    }
}

impl From<Rule> for ApiError {
    fn from(rule: Rule) -> Self {
        let kind = match rule.says_who_is_unknown() {
            true => ProblemType::UnknownKey,
            false => ProblemType::NotByThisKey,
        };
        Self::new(kind, rule.to_string()).by_rule(rule.as_str())
    }
}

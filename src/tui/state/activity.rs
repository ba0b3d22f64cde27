//! The screen of the activity log: who did what, newest first.

use super::list::{List, Listed};
use crate::api::{Activity, ActivityAction, ActivityQuery, PersonRef};
use crate::tui::message::NamedId;

/// Rows of a page.
pub(super) const PAGE: u32 = 100;

#[derive(Debug, Default)]
pub struct ActivityLog {
    pub list: List<Activity>,
    pub only: Only,
}

/// Which rows are shown: all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Only {
    pub key: Option<NamedId>,
    pub person: Option<PersonRef>,
    pub action: Option<ActivityAction>,
}

impl Only {
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn query(&self) -> ActivityQuery {
        ActivityQuery {
            key: self.key.as_ref().map(|key| key.id),
            actor: self.person.as_ref().map(|person| person.id.to_string()),
            action: self.action,
            limit: Some(PAGE),
            before: None,
        }
    }

    /// `by mira@acme.example  ·  key revoked`.
    pub fn words(&self) -> String {
        let key = self.key.as_ref().map(|key| format!("of key {}", key.name));
        let person = self.person.as_ref().map(|person| format!("by {}", person.email));
        let action = self.action.map(ActivityAction::name_in_words);
        let parts: Vec<String> = [key, person, action].into_iter().flatten().collect();
        parts.join("  ·  ")
    }
}

impl Listed for Activity {
    type Id = u64;

    fn id(&self) -> u64 {
        self.seq
    }
}

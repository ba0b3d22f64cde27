//! The screen of the activity log: who did what, newest first.

use super::list::{List, Listed};
use super::moment::Moment;
use crate::api::{Activity, ActivityAction, ActivityPage, ActivityQuery, PersonRef};
use crate::model::LogWords;
use crate::tui::message::NamedId;
use crate::tui::state::list::Fetch;

/// Rows of a page.
pub(super) const PAGE: u32 = 100;

#[derive(Debug, Default)]
pub struct ActivityLog {
    pub list: List<Activity>,
    pub only: Only,
    /// What stands in the filter.
    pub typed: String,
    /// Why what stands there can't be read.
    pub unread: Option<String>,
    /// Where the rows go on behind those that are here.
    next: Option<u64>,
}

/// A filter that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFilter {
    Key,
    Person,
    Action,
    Typed,
}

/// Which rows are shown: all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Only {
    pub key: Option<NamedId>,
    pub person: Option<PersonRef>,
    pub action: Option<ActivityAction>,
    /// What was typed, as far as it could be read.
    pub words: LogWords,
}

impl Only {
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

impl ActivityLog {
    /// Reads what stands in the filter; `false` where that changes nothing.
    pub(super) fn read(&mut self, moment: &Moment) -> bool {
        match LogWords::parse(&self.typed, moment.now, &moment.zone) {
            Ok(words) => {
                self.unread = None;
                let is_new = self.only.words != words;
                self.only.words = words;
                is_new
            }
            Err(why) => {
                self.unread = Some(why);
                false
            }
        }
    }

    /// The filters that are on, each with its words.
    pub fn filters(&self) -> Vec<(LogFilter, String)> {
        let only = &self.only;
        let key = only.key.as_ref().map(|key| format!("of key {}", key.name));
        let person = only.person.as_ref().map(|person| format!("by {}", person.email));
        let action = only.action.map(ActivityAction::name_in_words);
        let typed = Some(self.typed.trim()).filter(|typed| !typed.is_empty());
        let all = [
            (LogFilter::Key, key),
            (LogFilter::Person, person),
            (LogFilter::Action, action),
            (LogFilter::Typed, typed.map(str::to_owned)),
        ];
        let are_on = all
            .into_iter()
            .filter_map(|(filter, words)| Some((filter, words?)));
        are_on.collect()
    }

    /// `by mira@acme.example  ·  key revoked`.
    pub fn words(&self) -> String {
        let filters: Vec<String> = self.filters().into_iter().map(|(_, words)| words).collect();
        filters.join("  ·  ")
    }

    pub fn is_filtered(&self) -> bool {
        !self.only.is_all() || !self.typed.trim().is_empty()
    }

    /// Takes one of the filters away.
    pub(super) fn drop_filter(&mut self, filter: LogFilter) {
        match filter {
            LogFilter::Key => self.only.key = None,
            LogFilter::Person => self.only.person = None,
            LogFilter::Action => self.only.action = None,
            LogFilter::Typed => {
                self.typed.clear();
                self.unread = None;
                self.only.words = LogWords::default();
            }
        }
    }

    /// Everything is to be shown; `false` when it is.
    pub(super) fn drop_all(&mut self) -> bool {
        let was_filtered = self.is_filtered();
        self.only = Only::default();
        self.typed.clear();
        self.unread = None;
        was_filtered
    }

    pub(super) fn query(&self, fetch: Fetch) -> ActivityQuery {
        let only = &self.only;
        let last = || self.list.last().map(|row| row.seq);
        let before = self.next.or_else(last);
        ActivityQuery {
            key: only.key.as_ref().map(|key| key.id),
            actor: only.person.as_ref().map(|person| person.id.to_string()),
            action: only.action,
            since: only.words.since,
            until: only.words.until,
            q: only.words.text.clone(),
            limit: Some(PAGE),
            before: before.filter(|_| fetch == Fetch::More),
        }
    }

    /// Notes where the rows go on, once a page was added to them; `last` was the last row before.
    pub(super) fn note_next(&mut self, fetch: Fetch, next: Option<u64>, last: Option<u64>) {
        let is_as_long = self.list.last().map(|row| row.seq) == last && last.is_some();
        if fetch != Fetch::Refresh || !is_as_long {
            self.next = next;
        }
    }

    pub(super) fn last_seq(&self) -> Option<u64> {
        self.list.last().map(|row| row.seq)
    }
}

/// How a page joins the rows: whether it is the last one, and where the next one begins.
pub(super) fn parts(page: ActivityPage) -> ((Vec<Activity>, bool), Option<u64>) {
    let complete = page.next.is_none();
    ((page.items, complete), page.next)
}

impl Listed for Activity {
    type Id = u64;

    fn id(&self) -> u64 {
        self.seq
    }
}

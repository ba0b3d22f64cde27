//! The screen of the activity log: who did what, newest first.

use super::list::{Fetch, List, Listed};
use super::notice::sentence;
use super::{App, Tone};
use crate::api::{Activity, ActivityQuery};
use crate::tui::keymap::Action;
use crate::tui::message::{ActivityReply, ActivityRequest, Effect};

/// Rows of a page.
const PAGE: u32 = 100;

#[derive(Debug, Default)]
pub struct ActivityLog {
    pub list: List<Activity>,
}

impl Listed for Activity {
    type Id = u64;

    fn id(&self) -> u64 {
        self.seq
    }
}

impl App {
    /// Asks for the newest rows.
    pub(super) fn load_activity(&mut self) -> Vec<Effect> {
        self.fetch_activity(Fetch::Start)
    }

    fn fetch_activity(&mut self, fetch: Fetch) -> Vec<Effect> {
        let last = self.activity.list.last().map(|row| row.seq);
        let query = ActivityQuery {
            limit: Some(PAGE),
            before: last.filter(|_| fetch == Fetch::More),
            ..ActivityQuery::default()
        };
        let generation = self.activity.list.ask();
        vec![Effect::Activity(ActivityRequest::Load {
            generation,
            fetch,
            query,
        })]
    }

    pub(super) fn load_more_activity(&mut self) -> Vec<Effect> {
        match self.activity.list.wants_more() {
            true => self.fetch_activity(Fetch::More),
            false => Vec::new(),
        }
    }

    pub(super) fn perform_in_activity(&mut self, action: Action) -> Vec<Effect> {
        if let Some(effects) = self.perform_in_any_list(action) {
            return effects;
        }
        if self.activity.list.moves(action) {
            return self.load_more_activity();
        }
        match action {
            Action::Refresh => self.load_activity(),
            _ => Vec::new(),
        }
    }

    pub(super) fn activity_replied(&mut self, reply: ActivityReply) -> Vec<Effect> {
        match reply {
            ActivityReply::Loaded {
                generation,
                fetch,
                result,
            } => {
                let failed = result.as_ref().err().map(sentence);
                let result = result.map(|page| {
                    let complete = page.next.is_none();
                    (page.items, complete)
                });
                self.activity.list.loaded(generation, fetch, result);
                match failed.filter(|_| !self.activity.list.is_empty()) {
                    Some(why) => self.say(Tone::Failed, why),
                    None => Vec::new(),
                }
            }
        }
    }
}

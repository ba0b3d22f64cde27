//! The screen of people, for Owners: who may sign in, and as what.

use super::list::{Fetch, List, Listed};
use super::notice::sentence;
use super::{App, Tone};
use crate::api::{Person, UserQuery};
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, PeopleReply, PeopleRequest};

/// Rows of a page.
const PAGE: u32 = 100;

/// What a sheet of this screen is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonTask {
    Add,
}

#[derive(Debug, Default)]
pub struct People {
    pub list: List<Person>,
    /// Part of the email address.
    pub filter: String,
}

impl Listed for Person {
    type Id = uuid::Uuid;

    fn id(&self) -> Self::Id {
        self.user.id
    }
}

impl App {
    /// Asks for the list from its start.
    pub(super) fn load_people(&mut self) -> Vec<Effect> {
        self.fetch_people(Fetch::Start)
    }

    fn fetch_people(&mut self, fetch: Fetch) -> Vec<Effect> {
        let text = self.people.filter.trim();
        let last = self.people.list.last().map(|person| person.user.id);
        let query = UserQuery {
            q: (!text.is_empty()).then(|| text.to_owned()),
            limit: Some(PAGE),
            after: last.filter(|_| fetch == Fetch::More),
        };
        let generation = self.people.list.ask();
        vec![Effect::People(PeopleRequest::Load {
            generation,
            fetch,
            query,
        })]
    }

    pub(super) fn load_more_people(&mut self) -> Vec<Effect> {
        match self.people.list.wants_more() {
            true => self.fetch_people(Fetch::More),
            false => Vec::new(),
        }
    }

    pub(super) fn perform_in_people(&mut self, action: Action) -> Vec<Effect> {
        if let Some(effects) = self.perform_in_any_list(action) {
            return effects;
        }
        if self.people.list.moves(action) {
            return self.load_more_people();
        }
        match action {
            Action::Refresh => self.load_people(),
            _ => Vec::new(),
        }
    }

    pub(super) fn send_person(&mut self, _task: PersonTask) -> Vec<Effect> {
        Vec::new()
    }

    pub(super) fn people_replied(&mut self, reply: PeopleReply) -> Vec<Effect> {
        match reply {
            PeopleReply::Loaded {
                generation,
                fetch,
                result,
            } => {
                let failed = result.as_ref().err().map(sentence);
                let result = result.map(|people| {
                    let complete = people.len() < PAGE as usize;
                    (people, complete)
                });
                self.people.list.loaded(generation, fetch, result);
                match failed.filter(|_| !self.people.list.is_empty()) {
                    Some(why) => self.say(Tone::Failed, why),
                    None => Vec::new(),
                }
            }
        }
    }
}

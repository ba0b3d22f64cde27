//! What is done on the screen of the activity log.

use strum::IntoEnumIterator;
use uuid::Uuid;

use super::App;
use crate::api::{ActivityAction, ActivityPage, PersonRef};
use crate::client::Error;
use crate::tui::dialogs::{Palette, PaletteCommand};
use crate::tui::keymap::Action;
use crate::tui::message::{ActivityReply, ActivityRequest, Effect, NamedId};
use crate::tui::state::Screen;
use crate::tui::state::activity::{LogFilter, Only, parts};
use crate::tui::state::list::Fetch;

impl App {
    /// What one person did.
    pub(super) fn activity_of_person(&mut self, person: &PersonRef) {
        self.go(Screen::Activity);
        self.activity.drop_all();
        self.show_only(Only {
            person: Some(person.clone()),
            ..Only::default()
        });
    }

    /// What was done to one key.
    pub(super) fn activity_of_key(&mut self, id: Uuid, name: String) {
        self.go(Screen::Activity);
        self.activity.drop_all();
        self.show_only(Only {
            key: Some(NamedId { id, name }),
            ..Only::default()
        });
    }

    pub(super) fn show_activity_of_selected(&mut self) {
        if let Some((id, name)) = self.selected().map(|key| (key.id, key.name.clone())) {
            self.activity_of_key(id, name);
        }
    }

    pub(super) fn show_only(&mut self, only: Only) {
        if only != self.activity.only {
            self.activity.only = only;
            self.activity.list.clear();
        }
        self.fetch_activity(Fetch::Start)
    }

    /// The whole log, whatever was left out of it.
    pub(super) fn show_all_activity(&mut self) {
        match self.activity.drop_all() {
            true => self.show_anew(),
            false => self.fetch_activity(Fetch::Refresh),
        }
    }

    /// What the filters are about has changed.
    fn show_anew(&mut self) {
        self.activity.list.clear();
        self.fetch_activity(Fetch::Start)
    }

    pub(super) fn drop_log_filter(&mut self, filter: LogFilter) {
        self.activity.drop_filter(filter);
        self.show_anew();
    }

    /// What stands in the filter has changed.
    pub(super) fn activity_filtered(&mut self) {
        if self.activity.read(&self.moment) {
            self.fetch_activity(Fetch::Start);
        }
    }

    pub(super) fn fetch_activity(&mut self, fetch: Fetch) {
        let Some((generation, fetch)) = self.activity.list.begin(fetch) else {
            return;
        };
        let query = self.activity.query(fetch);
        self.effects.push(Effect::Activity(ActivityRequest::Load {
            generation,
            fetch,
            query,
        }))
    }

    pub(super) fn perform_in_activity(&mut self, action: Action) {
        if action == Action::Back && !self.details_focused && self.activity.drop_all() {
            return self.show_anew();
        }
        if self.perform_in_any_list(action) {
            return;
        }
        if self.activity.list.moves(action) {
            return self.load_more();
        }
        match action {
            Action::SamePerson => self.toggle_same_person(),
            Action::ChooseAction => self.open_actions(),
            Action::DropFilter => {
                if let Some((filter, _)) = self.activity.filters().pop() {
                    self.drop_log_filter(filter);
                }
            }
            _ => {}
        }
    }

    /// Only what the one of the selected row did; once more: what everybody did.
    fn toggle_same_person(&mut self) {
        let only = self.activity.only.clone();
        let row = self.activity.list.selected();
        let person = match only.person {
            Some(_) => None,
            None => row.and_then(|row| row.actor.clone()),
        };
        self.show_only(Only { person, ..only })
    }

    fn open_actions(&mut self) {
        let each = ActivityAction::iter().map(Some);
        let all = std::iter::once(None).chain(each).map(PaletteCommand::OnlyAction);
        self.open(Palette::new("Only this action", all.collect()))
    }

    pub(super) fn only_action(&mut self, action: Option<ActivityAction>) {
        let only = self.activity.only.clone();
        self.show_only(Only { action, ..only })
    }

    pub(super) fn activity_replied(&mut self, reply: ActivityReply) {
        match reply {
            ActivityReply::Loaded {
                generation,
                fetch,
                result,
            } => self.activity_loaded(generation, fetch, result),
            ActivityReply::OfKey { number, result } => {
                self.key_activity.loaded(number, result);
            }
        }
    }

    fn activity_loaded(&mut self, generation: u64, fetch: Fetch, result: Result<ActivityPage, Error>) {
        let last = self.activity.last_seq();
        let (result, next) = match result.map(parts) {
            Ok((page, next)) => (Ok(page), Some(next)),
            Err(error) => (Err(error), None),
        };
        let loaded = self.activity.list.loaded(generation, fetch, result);
        if let Some(next) = next.filter(|_| loaded.is_some()) {
            self.activity.note_next(fetch, next, last);
        }
        self.list_loaded(Screen::Activity, loaded)
    }
}

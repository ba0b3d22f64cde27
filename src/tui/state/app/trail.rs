//! Jumps from a key to the other keys of its project or of the person who created it, and back.

use super::App;
use crate::tui::state::Screen;
use crate::tui::state::query::Query;
use crate::tui::state::trail::LeftPlace;

impl App {
    /// Goes to the keys of a project or a person, all of them; one comes back to where one is now.
    pub(super) fn show_keys_of(&mut self, narrow: impl FnOnce(&mut Query)) {
        let place = match self.screen {
            Screen::Keys => LeftPlace::Keys(Box::new(self.browse.leave())),
            list => LeftPlace::List(list),
        };
        self.trail.leave(place);
        self.go(Screen::Keys);
        self.browse.turn_back();
        self.browse.clear_filter();
        narrow(&mut self.browse.query);
        self.browse.requery(&mut self.effects);
    }

    pub(super) fn show_keys_of_its_project(&mut self) {
        if let Some(project) = self.selected().and_then(|key| key.project.clone()) {
            self.show_keys_of(|query| query.project = Some(project));
        }
    }

    pub(super) fn show_keys_of_its_person(&mut self) {
        if let Some(creator) = self.selected().map(|key| key.creator.clone()) {
            self.show_keys_of(|query| query.creator = Some(creator));
        }
    }

    /// Whether one has jumped here.
    pub fn can_go_back(&self) -> bool {
        !self.trail.is_empty()
    }

    /// Back to where one was before the last jump; `false` when there was none.
    pub(super) fn go_back(&mut self) -> bool {
        match self.trail.back() {
            None => return false,
            Some(LeftPlace::Keys(table)) => {
                self.go(Screen::Keys);
                self.browse.come_back(*table, &mut self.effects);
            }
            Some(LeftPlace::List(screen)) => {
                // The filter of the jump is not that of the table.
                self.browse.clear_filter();
                self.browse.requery(&mut self.effects);
                self.go(screen);
                self.refresh_list();
            }
        }
        true
    }
}

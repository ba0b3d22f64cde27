//! Who gets the keys of the person who is removed: found and chosen.

use crate::api::{Person, UserQuery};
use crate::client::Error;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::state::{App, Modal};

impl App {
    pub(super) fn heirs_found(
        &mut self,
        query: &UserQuery,
        result: Result<Vec<Person>, Error>,
    ) -> Vec<Effect> {
        let heirs = self.over.iter_mut().find_map(|over| match over {
            Modal::Heirs(heirs) => Some(heirs),
            _ => None,
        });
        if let Some(heirs) = heirs {
            heirs.found(query, result);
        }
        Vec::new()
    }

    pub(in crate::tui::state) fn perform_among_heirs(&mut self, action: Action) -> Vec<Effect> {
        let Some(Modal::Heirs(heirs)) = self.over.last_mut() else {
            return Vec::new();
        };
        match action {
            Action::Back => {
                self.over.pop();
            }
            Action::Accept => {
                if let Some(heir) = heirs.list.selected().cloned() {
                    self.confirm_heir(&heir);
                }
            }
            _ => {
                heirs.list.moves(action);
            }
        }
        Vec::new()
    }
}

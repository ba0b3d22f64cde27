//! The table as it is left for other keys, and as one comes back to it.

use super::Browse;
use crate::tui::message::{Effect, Load};
use crate::tui::state::trail::LeftTable;

impl Browse {
    /// As it is now; other keys are shown in its place.
    pub fn leave(&mut self) -> LeftTable {
        LeftTable {
            query: self.query.clone(),
            typed: self.typed.clone(),
            selected: self.selected_id(),
            before_ended: self.left.take(),
        }
    }

    /// As it was, and the key that was selected in it selected.
    pub fn come_back(&mut self, table: LeftTable, effects: &mut Vec<Effect>) {
        self.query = table.query;
        self.typed = table.typed;
        self.left = table.before_ended;
        let load = table.selected.map_or(Load::Start, Load::Around);
        self.ask_for_both(load, effects);
    }
}

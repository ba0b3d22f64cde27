//! Sheets: opened, sent and closed.

use super::App;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::state::About;
use crate::tui::state::Modal;
use crate::tui::state::sheet::{Sheet, SheetOutcome, Task};

impl App {
    pub(super) fn open_sheet(&mut self, sheet: Sheet) -> Vec<Effect> {
        self.over.push(Modal::Sheet(Box::new(sheet)));
        Vec::new()
    }

    pub(super) fn sheet_mut(&mut self) -> Option<&mut Sheet> {
        self.over.iter_mut().rev().find_map(|over| match over {
            Modal::Sheet(sheet) => Some(sheet.as_mut()),
            _ => None,
        })
    }

    /// Takes the sheet away when it is of this task: what it was for has been done.
    pub(super) fn close_sheet(&mut self, task: Task) {
        self.take_away(|over| matches!(over, Modal::Sheet(sheet) if sheet.task == task));
    }

    pub(super) fn perform_in_sheet(&mut self, action: Action) -> Vec<Effect> {
        let Some(Modal::Sheet(sheet)) = self.over.last_mut() else {
            return Vec::new();
        };
        match sheet.perform(action) {
            SheetOutcome::Stay => Vec::new(),
            SheetOutcome::Submit => match sheet.task {
                Task::Person(task) => self.send_person(task),
                Task::Project(task) => self.send_project(task),
            },
            SheetOutcome::Cancel if sheet.is_dirty() => {
                self.ask(
                    About::DiscardForm,
                    "What you typed has not been saved.",
                    "Keep editing",
                    "Discard",
                );
                Vec::new()
            }
            SheetOutcome::Cancel => {
                self.over.pop();
                Vec::new()
            }
        }
    }
}

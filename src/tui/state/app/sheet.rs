//! Sheets: opened, sent and closed.

use super::App;
use crate::tui::message::Effect;
use crate::tui::state::{Modal, Sheet, Task};

impl App {
    pub(super) fn open_sheet(&mut self, sheet: Sheet) -> Vec<Effect> {
        self.open(Modal::Sheet(Box::new(sheet)))
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

    /// What was typed goes to the server, when it is valid.
    pub(super) fn send_sheet(&mut self, task: Task) -> Vec<Effect> {
        match task {
            Task::Person(task) => self.send_person(task),
            Task::Project(task) => self.send_project(task),
        }
    }
}

//! Asking whether a key would be allowed.

use super::{App, Modal};
use crate::api::Verdict;
use crate::client::Error;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::state::explain::Explaining;

impl App {
    /// Where there is nothing to type, the verdict is asked for at once.
    pub(super) fn open_explain(&mut self) -> Vec<Effect> {
        let Some(key) = self.selected().cloned() else {
            return Vec::new();
        };
        let explaining = Explaining::new(key);
        let asks = explaining.fields.list.is_empty();
        self.over.push(Modal::Explain(Box::new(explaining)));
        if asks { self.ask_verdict() } else { Vec::new() }
    }

    fn ask_verdict(&mut self) -> Vec<Effect> {
        let number = self.next_number();
        match self.over.last_mut() {
            Some(Modal::Explain(explaining)) => explaining.ask(number).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn perform_explaining(&mut self, action: Action) -> Vec<Effect> {
        let Some(Modal::Explain(explaining)) = self.over.last_mut() else {
            return Vec::new();
        };
        let stops = explaining.fields.list.len();
        match action {
            Action::Submit => return self.ask_verdict(),
            Action::NextField => explaining.fields.move_focus(1, stops),
            Action::PreviousField => explaining.fields.move_focus(-1, stops),
            Action::Back => {
                self.over.pop();
                return Vec::new();
            }
            _ => return Vec::new(),
        }
        if explaining.has_news() {
            self.ask_verdict()
        } else {
            Vec::new()
        }
    }

    pub(super) fn explained(&mut self, number: u64, result: Result<Verdict, Error>) -> Vec<Effect> {
        let explaining = self.over.iter_mut().find_map(|over| match over {
            Modal::Explain(explaining) if explaining.number == number => Some(explaining),
            _ => None,
        });
        if let Some(explaining) = explaining {
            explaining.waiting = false;
            match result {
                Ok(verdict) => explaining.verdict = Some(verdict),
                Err(error) => explaining.refused(&error),
            }
        }
        Vec::new()
    }
}

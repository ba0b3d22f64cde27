//! Some of the marked keys are not shown, so that nothing is done before they are shown or no longer marked.

mod view;

use crate::api::PlanAction;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::MarkedKey;
use crate::tui::state::buttons::ButtonRow;
use crate::tui::state::command::{DialogCommand, MarksCommand};
use crate::tui::state::dialog::{Context, Dialog, scrolls};

/// The most keys that are named.
const NAMED: usize = 10;

/// What a button means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HiddenChoice {
    Cancel,
    Show,
    Drop,
}

#[derive(Debug)]
pub struct NotShown {
    /// What was to be done.
    action: PlanAction,
    pub marked: usize,
    pub hidden: usize,
    /// The first of them.
    pub names: Vec<String>,
    pub buttons: ButtonRow<HiddenChoice>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
}

impl NotShown {
    pub(in crate::tui) fn new(action: PlanAction, marked: usize, hidden: &[&MarkedKey]) -> Self {
        let buttons = ButtonRow::default()
            .button(HiddenChoice::Cancel, "Cancel")
            .button(HiddenChoice::Show, "Show them");
        // Where none is left, there is nothing to go on with.
        let drop = match hidden.len() == marked {
            true => "Drop their marks",
            false => "Drop their marks and go on",
        };
        Self {
            action,
            marked,
            hidden: hidden.len(),
            names: hidden.iter().take(NAMED).map(|key| key.name.clone()).collect(),
            buttons: buttons.with(HiddenChoice::Drop, drop, "Drop them", false),
            scroll: 0,
        }
    }
}

impl Dialog for NotShown {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn title(&self) -> &'static str {
        "marked keys that are not shown"
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match action {
            _ if scrolls(action) => self.scroll = cx.scrolled(self.scroll, action),
            Action::Left => self.buttons.move_by(-1),
            Action::Right => self.buttons.move_by(1),
            Action::Back => cx.close(),
            Action::Accept => {
                cx.close();
                let commands: &[MarksCommand] = match self.buttons.focused() {
                    Some(HiddenChoice::Show) => &[MarksCommand::Show],
                    Some(HiddenChoice::Drop) => &[MarksCommand::DropHidden, MarksCommand::Plan(self.action)],
                    Some(HiddenChoice::Cancel) | None => &[],
                };
                for command in commands {
                    cx.command(DialogCommand::Marks(command.clone()));
                }
            }
            _ => {}
        }
    }
}

//! A key that was reported leaked: where it was found, what was done at once, whether it is in use, and what can be
//! decided. Close has the focus. What is decided goes on in the dialog that does it to any key; the report is decided
//! about by that.

mod view;

use crate::api::Leak;
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{LifecycleReply, Message};
use crate::tui::state::buttons::ButtonRow;
use crate::tui::state::command::DialogCommand;
use crate::tui::state::dialog::{Context, Dialog, scrolls};

/// A button of the dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeakChoice {
    Close,
    Next,
    Dismiss,
    Rotate,
    Revoke,
}

#[derive(Debug)]
pub struct LeakDialog {
    /// Those that nobody has decided about; there is one at least.
    reports: Vec<Leak>,
    at: usize,
    read_only: bool,
    buttons: ButtonRow<LeakChoice>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
}

impl LeakDialog {
    pub(in crate::tui) fn new(reports: Vec<Leak>, read_only: bool) -> Option<Self> {
        let mut dialog = Self {
            reports,
            at: 0,
            read_only,
            buttons: ButtonRow::default(),
            scroll: 0,
        };
        dialog.turn_to(0);
        dialog.shown().is_some().then_some(dialog)
    }

    /// The report that is shown, and which one of how many.
    fn shown(&self) -> Option<(&Leak, usize, usize)> {
        let leak = self.reports.get(self.at)?;
        Some((leak, self.at + 1, self.reports.len()))
    }

    fn turn_to(&mut self, at: usize) {
        self.at = at;
        self.scroll = 0;
        let buttons = ButtonRow::default().button(LeakChoice::Close, "Close");
        let buttons = match self.reports.len() {
            0 | 1 => buttons,
            _ => buttons.button(LeakChoice::Next, "Next"),
        };
        let may = self.shown().map(|(leak, ..)| leak.key.may).unwrap_or_default();
        self.buttons = match may.revoke && !self.read_only {
            false => buttons,
            true => {
                let buttons = buttons.with(LeakChoice::Dismiss, "Keep it…", "Keep", false);
                let buttons = match may.rotate {
                    true => buttons.with(LeakChoice::Rotate, "Rotate…", "Rotate", false),
                    false => buttons,
                };
                buttons.with(LeakChoice::Revoke, "Revoke…", "Revoke", true)
            }
        };
    }

    /// The same report stays, where it is undecided.
    fn take(&mut self, reports: &[Leak], cx: &mut Context) {
        let shown = self.shown().map(|(leak, ..)| leak.id);
        let focused = self.buttons.focus();
        let at = reports.iter().position(|leak| Some(leak.id) == shown);
        self.reports = reports.to_vec();
        match (at, reports.is_empty()) {
            (_, true) => cx.close(),
            (Some(at), _) => {
                let scroll = self.scroll;
                self.turn_to(at);
                self.scroll = scroll;
                self.buttons.focus_on(focused);
            }
            // Somebody has decided: the next one.
            (None, _) => self.turn_to(self.at.min(reports.len() - 1)),
        }
    }

    fn press(&mut self, choice: LeakChoice, cx: &mut Context) {
        let Some((leak, at, count)) = self.shown() else {
            return cx.close();
        };
        let key = Box::new(leak.key.clone());
        match choice {
            LeakChoice::Close => cx.close(),
            LeakChoice::Next => {
                self.turn_to(at % count);
                self.buttons.focus_on(Some(1));
            }
            LeakChoice::Dismiss => cx.command(DialogCommand::DismissLeak(Box::new(leak.clone()))),
            LeakChoice::Rotate => cx.command(DialogCommand::RotateLeaked(key)),
            LeakChoice::Revoke => cx.command(DialogCommand::RevokeKey(key)),
        }
    }
}

impl Dialog for LeakDialog {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn title(&self) -> &'static str {
        "leaked key"
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match (action, self.buttons.focused()) {
            _ if scrolls(action) => self.scroll = cx.scrolled(self.scroll, action),
            (Action::Left, _) => self.buttons.move_by(-1),
            (Action::Right, _) => self.buttons.move_by(1),
            (Action::Accept, Some(choice)) => self.press(choice, cx),
            (Action::Accept | Action::Back, _) => cx.close(),
            _ => {}
        }
    }

    /// The screen shows them, too.
    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        if let Message::OfLifecycle(LifecycleReply::LeaksRead {
            result: Ok(reports), ..
        }) = &reply
        {
            self.take(reports, cx);
        }
        Some(reply)
    }
}

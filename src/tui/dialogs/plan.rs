//! What would be done to the marked keys, and then what was done. Nothing is done but exactly what was shown: where a key
//! is no longer as it was, the server does nothing and says so. Cancel has the focus; of more than ten keys their number
//! is typed first.

mod view;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::api::{FEW_KEYS, NewPlan, Plan, PlanAction, PlanDifference, PlanProgress, ProblemType};
use crate::client::Error;
use crate::model::name::{MAX_REASON, paragraph};
use crate::tui::keymap::{Action, Layer};
use crate::tui::message::{Effect, MarksReply, MarksRequest, Message};
use crate::tui::state::buttons::ButtonRow;
use crate::tui::state::command::{DialogCommand, MarksCommand};
use crate::tui::state::dialog::{Context, Dialog, scrolls};
use crate::tui::state::notice::{Tone, sentence};
use crate::tui::state::number::number;
use crate::tui::state::reason::Reason;
use crate::tui::state::text::TextField;

const REASON_HELP: &str = "{left} leads to the reason, and {accept} back to Cancel.";

/// What a button means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanButton {
    Cancel,
    Commit,
    /// Makes the plan, once more or again.
    Plan,
}

/// How far it has come.
#[derive(Debug)]
pub enum PlanStage {
    /// The plan is on its way.
    Planning,
    /// It could not be made.
    Unplanned,
    Planned(Box<Plan>),
    /// It is being carried out; with how much is done, where that takes long.
    Committing(Box<Plan>, Option<Box<PlanProgress>>),
    /// Nothing was done: keys are not as it showed them.
    Changed(Box<PlanDifference>),
    /// Nothing was done: it is too old, or unknown.
    Outdated,
    /// It was carried out, but not all of it.
    Done(Box<PlanProgress>),
}

#[derive(Debug)]
pub struct PlanDialog {
    /// What the plan is asked for with.
    pub new: NewPlan,
    /// The selected key, when it is not one of them.
    pub beside: Option<String>,
    pub stage: PlanStage,
    /// The number of keys, as far as it was typed.
    pub typed: String,
    /// Why they are revoked, as far as it was typed. Of the plan it is a part once it is left.
    pub reason: TextField,
    /// None of them has the focus while the reason is typed.
    pub buttons: ButtonRow<PlanButton>,
    /// The first line that is shown, where not all fit.
    pub scroll: u16,
    pub error: Option<String>,
    /// Of the question that is open.
    number: u64,
}

impl PlanDialog {
    /// Asks for the plan when it is opened.
    pub(in crate::tui) fn of(new: NewPlan, beside: Option<String>) -> Self {
        Self {
            new,
            beside,
            stage: PlanStage::Planning,
            typed: String::new(),
            reason: TextField::limited("", MAX_REASON),
            buttons: ButtonRow::default().button(PlanButton::Cancel, "Cancel"),
            scroll: 0,
            error: None,
            number: 0,
        }
    }

    /// With the plan that was made already.
    pub(in crate::tui) fn made(new: NewPlan, plan: Plan, beside: Option<String>) -> Self {
        let mut dialog = Self::of(new, beside);
        dialog.turn_to(PlanStage::Planned(Box::new(plan)));
        dialog
    }

    /// Whether why they end can be written here. Of keys that are disabled it is asked before the plan is made.
    pub fn takes_reason(&self) -> bool {
        let is_planned = matches!(&self.stage, PlanStage::Planned(plan) if plan.count > 0);
        self.new.action == PlanAction::Revoke && is_planned
    }

    pub fn is_in_reason(&self) -> bool {
        self.takes_reason() && self.buttons.focus().is_none()
    }

    fn move_focus(&mut self, step: isize, cx: &mut Context) {
        if !self.takes_reason() {
            return self.buttons.move_by(step);
        }
        let was_in_reason = self.is_in_reason();
        self.buttons.move_with_field(step);
        if was_in_reason {
            self.leave_reason(cx);
        }
    }

    /// The plan says why: with another reason it is another plan, which is shown before it can be carried out.
    fn leave_reason(&mut self, cx: &mut Context) {
        match paragraph(self.reason.value(), MAX_REASON) {
            Ok(reason) if reason == self.new.reason => {}
            Ok(reason) => {
                self.new.reason = reason;
                self.ask_for_plan(cx);
            }
            Err(message) => {
                self.error = Some(format!("The reason: {message}"));
                self.buttons.focus_on(None);
            }
        }
    }

    /// How many keys are to be typed before the plan can be carried out; `None`: it can be without that.
    pub fn number_to_type(&self) -> Option<u64> {
        match &self.stage {
            PlanStage::Planned(plan) | PlanStage::Committing(plan, _) => {
                Some(plan.count).filter(|count| *count > FEW_KEYS)
            }
            _ => None,
        }
    }

    /// Whether keys that work now may be refused after it.
    pub fn may_stop_them(&self) -> bool {
        match self.new.action {
            PlanAction::Revoke | PlanAction::Disable => true,
            PlanAction::SetExpiry => self.new.expires_at.iter().any(Option::is_some),
            PlanAction::Enable | PlanAction::Label => false,
        }
    }

    /// Whether the number that is to be typed is still missing.
    pub fn lacks_number(&self) -> bool {
        let wanted = self.number_to_type();
        wanted.is_some_and(|wanted| self.typed != wanted.to_string())
    }

    /// The button that carries it out, as far as there is anything to do.
    pub fn commit_label(&self) -> Option<&'static str> {
        match &self.stage {
            PlanStage::Planned(plan) if plan.count > 0 => Some(match plan.action {
                PlanAction::Revoke => "Yes, Delete them",
                PlanAction::Disable => "Yes, Disable them",
                PlanAction::Enable => "Enable them",
                PlanAction::SetExpiry => "Set their expiry",
                PlanAction::Label => "Label them",
            }),
            _ => None,
        }
    }

    fn turn_to(&mut self, stage: PlanStage) {
        self.stage = stage;
        self.scroll = 0;
        self.show_buttons();
    }

    /// The first has the focus, which changes nothing.
    fn show_buttons(&mut self) {
        let cancel = match &self.stage {
            PlanStage::Planned(plan) if plan.count == 0 => "Close",
            PlanStage::Done(_) => "Close",
            _ => "Cancel",
        };
        let row = ButtonRow::default().button(PlanButton::Cancel, cancel);
        self.buttons = match &self.stage {
            PlanStage::Planned(_) => match self.commit_label().filter(|_| !self.lacks_number()) {
                Some(label) => row.with(PlanButton::Commit, label, label, self.may_stop_them()),
                None => row,
            },
            PlanStage::Unplanned => row.button(PlanButton::Plan, "Try again"),
            PlanStage::Changed(_) => row.button(PlanButton::Plan, "Show the new plan"),
            PlanStage::Outdated => row.button(PlanButton::Plan, "Make a new plan"),
            PlanStage::Planning | PlanStage::Committing(..) | PlanStage::Done(_) => row,
        };
    }

    fn ask_for_plan(&mut self, cx: &mut Context) {
        self.number = cx.number();
        self.error = None;
        self.typed.clear();
        self.turn_to(PlanStage::Planning);
        cx.effect(Effect::Marks(MarksRequest::Plan {
            number: self.number,
            new: Box::new(self.new.clone()),
        }));
    }

    fn planned(&mut self, result: Result<Box<Plan>, Error>) {
        match result {
            Ok(plan) => self.turn_to(PlanStage::Planned(plan)),
            Err(error) => {
                self.error = Some(sentence(&error));
                self.turn_to(PlanStage::Unplanned);
            }
        }
    }

    fn commit(&mut self, cx: &mut Context) {
        let PlanStage::Planned(plan) = &self.stage else {
            return;
        };
        self.number = cx.number();
        self.error = None;
        cx.effect(Effect::Marks(MarksRequest::Commit {
            number: self.number,
            plan: plan.plan.clone(),
        }));
        self.stage = PlanStage::Committing(plan.clone(), None);
    }

    fn committed(&mut self, result: Result<Box<PlanProgress>, Error>, cx: &mut Context) {
        let progress = match result {
            Ok(progress) => progress,
            Err(error) => return self.refused(error),
        };
        let left_alone = progress.left_alone_keys.iter().map(|key| key.id).collect();
        cx.command(DialogCommand::Marks(MarksCommand::Keep(left_alone)));
        if progress.left_alone > 0 || !progress.is_finished() {
            return self.turn_to(PlanStage::Done(progress));
        }
        cx.close();
        cx.say(Tone::Done, self.told(&progress));
    }

    /// Nothing was done, or nobody knows; what was typed stays where the same plan can be tried again.
    fn refused(&mut self, error: Error) {
        let kind = error.problem().map(|problem| problem.kind);
        let difference = match &error {
            Error::Refused(problem) => problem.plan.clone(),
            _ => None,
        };
        match (kind, difference) {
            (Some(ProblemType::PlanChanged), Some(difference)) => {
                self.turn_to(PlanStage::Changed(difference))
            }
            (Some(ProblemType::PlanChanged | ProblemType::PlanExpired | ProblemType::NotFound), _) => {
                self.error = Some(sentence(&error));
                self.turn_to(PlanStage::Outdated);
            }
            _ => {
                self.error = Some(sentence(&error));
                if let PlanStage::Committing(plan, _) = &self.stage {
                    self.turn_to(PlanStage::Planned(plan.clone()));
                }
            }
        }
    }

    /// `Revoked 12 keys. They are refused from now on.`
    fn told(&self, progress: &PlanProgress) -> String {
        let keys = counted(progress.done);
        match progress.action {
            PlanAction::Revoke => format!("Revoked {keys}: refused from now on."),
            PlanAction::Disable => format!("Disabled {keys}: refused from now on, until enabled."),
            PlanAction::Enable => format!("Enabled {keys}."),
            PlanAction::SetExpiry => format!("Set the expiry of {keys}."),
            PlanAction::Label => format!("Changed the labels of {keys}."),
        }
    }
}

/// `1 key`, `1,284 keys`.
fn counted(keys: u64) -> String {
    match keys {
        1 => "1 key".into(),
        keys => format!("{} keys", number(keys)),
    }
}

impl Dialog for PlanDialog {
    fn layer(&self) -> Layer {
        Layer::Asking
    }

    fn title(&self) -> &'static str {
        "many keys"
    }

    fn help(&self) -> &'static [&'static str] {
        match (self.number_to_type(), self.takes_reason()) {
            (Some(_), true) => &[
                "Digits type the number of keys, Backspace takes one back.",
                REASON_HELP,
            ],
            (Some(_), false) => &["Digits type the number of keys, Backspace takes one back."],
            (None, true) => &[REASON_HELP],
            (None, false) => &[],
        }
    }

    /// What is sent can't be taken back; the dialog can still be read.
    fn available(&self, action: Action) -> Result<(), Reason> {
        let is_sent = matches!(self.stage, PlanStage::Committing(..));
        match is_sent && !scrolls(action) {
            true => Err(Reason::Unanswered),
            false => Ok(()),
        }
    }

    fn opened(&mut self, cx: &mut Context) {
        if matches!(self.stage, PlanStage::Planning) {
            self.ask_for_plan(cx);
        }
    }

    /// The reason, or else digits, which act nowhere else.
    fn typed(&mut self, key: KeyEvent, _cx: &mut Context) -> bool {
        if self.is_in_reason() {
            return self.reason.handle(key);
        }
        let Some(wanted) = self
            .number_to_type()
            .filter(|_| matches!(self.stage, PlanStage::Planned(_)))
        else {
            return false;
        };
        match key.code {
            _ if key
                .modifiers
                .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) =>
            {
                return false;
            }
            KeyCode::Char(digit @ '0'..='9') if self.typed.len() < wanted.to_string().len() => {
                self.typed.push(digit);
            }
            KeyCode::Char('0'..='9') => {}
            KeyCode::Backspace => drop(self.typed.pop()),
            _ => return false,
        }
        self.show_buttons();
        true
    }

    fn pasted(&mut self, text: &str, cx: &mut Context) {
        if self.is_in_reason() {
            cx.say_of_paste(self.reason.paste(text));
        }
    }

    fn perform(&mut self, action: Action, cx: &mut Context) {
        match (action, self.buttons.focused()) {
            _ if scrolls(action) => self.scroll = cx.scrolled(self.scroll, action),
            (Action::Left, _) => self.move_focus(-1, cx),
            (Action::Right, _) => self.move_focus(1, cx),
            // Enter after the reason leads to Cancel.
            (Action::Accept, None) if self.is_in_reason() => self.move_focus(1, cx),
            (Action::Accept, Some(PlanButton::Commit)) => self.commit(cx),
            (Action::Accept, Some(PlanButton::Plan)) => self.ask_for_plan(cx),
            (Action::Accept | Action::Back, _) => cx.close(),
            _ => {}
        }
    }

    fn replied(&mut self, reply: Message, cx: &mut Context) -> Option<Message> {
        match reply {
            Message::OfMarks(MarksReply::Planned { number, result, .. }) if number == self.number => {
                self.planned(result);
            }
            Message::OfMarks(MarksReply::Committing { number, progress }) if number == self.number => {
                if let PlanStage::Committing(_, so_far) = &mut self.stage {
                    *so_far = Some(progress);
                }
            }
            Message::OfMarks(MarksReply::Committed { number, result }) if number == self.number => {
                self.committed(result, cx);
            }
            other => return Some(other),
        }
        None
    }
}

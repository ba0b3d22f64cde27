//! The engine of every form: its fields, where the focus is, what is wrong and under which field that is shown. What a
//! form is for, and when it is valid, its dialog says.
//!
//! Nothing typed is ever lost: a refusal comes back to the field that it names, and the form stays.

mod errors;
mod field;
mod lines;
mod overlap;
mod project;
mod time;

use std::collections::HashSet;

use crossterm::event::KeyEvent;

pub use field::{FieldInput, FormField, Presence};
pub use lines::{LineList, LinesOf};
pub use overlap::{OverlapEnd, OverlapField};
pub use project::{ProjectChoice, ProjectPicker};
pub use time::TimeField;

use super::buttons::ButtonRow;
use super::dialog::Context;
use super::text::TextField;
use crate::model::{FieldError, FieldErrors, Secret};
use crate::tui::keymap::Action;

/// A button of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormButton {
    Submit,
    Cancel,
}

/// What an action asked for beside moving and editing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Nothing,
    Submit,
    Cancel,
}

#[derive(Debug)]
pub struct Form {
    pub fields: Vec<FormField>,
    /// The field that has the focus; the buttons come after the last one.
    pub focus: usize,
    /// Each with its label; none where the form is never submitted.
    buttons: Vec<(FormButton, &'static str)>,
    /// What is wrong, by the validation here or by the server.
    pub errors: FieldErrors,
    /// What the server said of fields, until they are changed.
    refusals: Vec<FieldError>,
    /// Wire names of fields that were left once: only their errors are shown before the form is submitted.
    visited: HashSet<&'static str>,
    /// What the server or the network said about the whole form.
    pub banner: Option<String>,
    /// The request is on its way.
    pub sending: bool,
}

impl Form {
    /// The first field that can be edited has the focus. `verb` is the label of the button that submits it, beside
    /// which each form has Cancel; `None`: it is never submitted.
    pub fn new(fields: Vec<FormField>, verb: Option<&'static str>) -> Self {
        let buttons = verb.map(|verb| [(FormButton::Submit, verb), (FormButton::Cancel, "Cancel")]);
        let buttons = buttons.into_iter().flatten().collect();
        Self {
            fields,
            focus: 0,
            buttons,
            errors: FieldErrors::default(),
            refusals: Vec::new(),
            visited: HashSet::new(),
            banner: None,
            sending: false,
        }
    }

    pub fn field(&self, name: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub fn field_mut(&mut self, name: &str) -> Option<&mut FormField> {
        self.fields.iter_mut().find(|field| field.name == name)
    }

    /// What was entered in the field of this name, trimmed.
    pub fn value(&self, name: &str) -> &str {
        self.field(name).map_or("", |field| field.value().trim())
    }

    /// What was typed unseen in the field of this name.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        match &self.field(name)?.input {
            FieldInput::Hidden(text) => text.secret(),
            _ => None,
        }
    }

    pub fn focused(&self) -> Option<&FormField> {
        self.fields.get(self.focus)
    }

    fn focused_mut(&mut self) -> Option<&mut FormField> {
        self.fields.get_mut(self.focus)
    }

    fn focused_button(&self) -> Option<FormButton> {
        let index = self.focus.checked_sub(self.fields.len())?;
        self.buttons.get(index).map(|(button, _)| *button)
    }

    /// The row of buttons as it is drawn.
    pub fn button_row(&self) -> ButtonRow<FormButton> {
        let mut row = ButtonRow::default();
        for (button, label) in &self.buttons {
            row = row.button(*button, label);
        }
        row.focused_at(self.focus.checked_sub(self.fields.len()))
    }

    pub fn is_dirty(&self) -> bool {
        self.fields.iter().any(FormField::is_dirty)
    }

    /// What can have the focus, in its order: fields by their index, then the buttons.
    fn stops(&self) -> Vec<usize> {
        let fields = self.fields.iter().enumerate();
        let fields = fields.filter(|(_, field)| field.presence == Presence::Editable);
        let buttons = self.fields.len()..self.fields.len() + self.buttons.len();
        fields.map(|(index, _)| index).chain(buttons).collect()
    }

    pub fn can_be_edited(&self) -> bool {
        !self.stops().is_empty()
    }

    /// Gives the focus to the first field that can have it.
    pub fn focus_first(&mut self) {
        self.focus = self.stops().first().copied().unwrap_or(0);
    }

    /// Gives the focus to the field of this name, where it can have it.
    pub fn focus_on(&mut self, name: &str) {
        let at = self.fields.iter().position(|field| field.name == name);
        if let Some(at) = at.filter(|at| self.fields[*at].presence == Presence::Editable) {
            self.focus = at;
        }
    }

    /// Gives the focused field its key first; `false` when the key means something else.
    pub fn typed(&mut self, key: KeyEvent, cx: &mut Context) -> bool {
        let taken = !self.sending && self.focused_mut().is_some_and(|field| field.typed(key, cx));
        if taken {
            self.changed();
        }
        taken
    }

    pub fn pasted(&mut self, text: &str, cx: &mut Context) {
        if self.sending {
            return;
        }
        if let Some(field) = self.focused_mut() {
            field.pasted(text, cx);
            self.changed();
        }
    }

    pub fn perform(&mut self, action: Action, cx: &mut Context) -> Asked {
        match action {
            Action::NextField => self.move_focus(1, cx),
            Action::PreviousField => self.move_focus(-1, cx),
            Action::Down => self.move_by(1, cx),
            Action::Up => self.move_by(-1, cx),
            Action::Left => self.move_sideways(-1),
            Action::Right => self.move_sideways(1),
            Action::Accept => return self.accept(cx),
            Action::Submit => return Asked::Submit,
            Action::Back => return Asked::Cancel,
            _ => {}
        }
        Asked::Nothing
    }

    /// Enter: presses, toggles, chooses, or goes on.
    fn accept(&mut self, cx: &mut Context) -> Asked {
        match self.focused_button() {
            Some(FormButton::Submit) => return Asked::Submit,
            Some(FormButton::Cancel) => return Asked::Cancel,
            None => {}
        }
        let stays = match self.focused_mut().map(|field| &mut field.input) {
            Some(FieldInput::Lines(list)) => list.next_line(),
            Some(FieldInput::Project(picker)) => !picker.accept(cx),
            Some(FieldInput::Toggle { on, .. }) => {
                *on = !*on;
                true
            }
            _ => false,
        };
        match stays {
            true => self.visit_lines(),
            false => self.move_focus(1, cx),
        }
        Asked::Nothing
    }

    /// Up and down: within a field of several lines, and then to the next field.
    fn move_by(&mut self, step: isize, cx: &mut Context) {
        match self.focused_mut().is_some_and(|field| field.move_within(step)) {
            true => self.visit_lines(),
            false => self.move_focus(step, cx),
        }
    }

    /// One of several lines was left: its error shows immediately.
    fn visit_lines(&mut self) {
        if let Some(field) = self.focused()
            && matches!(field.input, FieldInput::Lines(_))
        {
            self.visited.insert(field.wire_name);
        }
    }

    /// Left and right: the other option, or the other button.
    fn move_sideways(&mut self, step: isize) {
        let (first, count) = (self.fields.len(), self.buttons.len());
        match self.focused_mut() {
            Some(field) => {
                let _ = field.choose(step) || field.switch();
            }
            None if count > 0 => {
                let next = (self.focus - first) as isize + step;
                self.focus = first + next.rem_euclid(count as isize) as usize;
            }
            None => {}
        }
    }

    fn stop_next_to_focus(&self, step: isize) -> Option<usize> {
        let stops = self.stops();
        let at = match stops.iter().position(|stop| *stop == self.focus) {
            Some(at) => at as isize + step,
            // The field that had it is no longer there.
            None => stops.iter().position(|stop| *stop > self.focus).unwrap_or(0) as isize + step.min(0),
        };
        let next = at.checked_rem_euclid(stops.len() as isize)?;
        stops.get(next as usize).copied()
    }

    /// The field that the focus would go to with this step.
    pub fn next_to_focus(&self, step: isize) -> Option<&FormField> {
        self.fields.get(self.stop_next_to_focus(step)?)
    }

    pub fn move_focus(&mut self, step: isize, cx: &mut Context) {
        if let Some(FieldInput::Project(picker)) = self.focused_mut().map(|field| &mut field.input) {
            picker.leave();
        }
        self.leave();
        let Some(next) = self.stop_next_to_focus(step) else {
            return;
        };
        self.focus = next;
        match self.focused_mut().map(|field| &mut field.input) {
            Some(FieldInput::Lines(list)) => list.enter(step > 0),
            Some(FieldInput::Project(picker)) => picker.search_if_new(cx),
            _ => {}
        }
    }

    /// The field is left: it is tidied, and what is wrong with it may be shown.
    fn leave(&mut self) {
        if let Some(FieldInput::Lines(list)) = self.focused_mut().map(|field| &mut field.input) {
            list.tidy();
        }
        // What the rest of its value is made of comes later: it is not wrong before that was visited.
        if self.is_last_of_its_value(self.focus)
            && let Some(name) = self.focused().map(|field| field.wire_name)
        {
            self.visited.insert(name);
        }
    }

    /// It is to be submitted: whatever is wrong with it may be shown now.
    pub fn settle(&mut self) {
        self.leave();
        self.banner = None;
        self.refusals.clear();
        let shown = self
            .fields
            .iter()
            .filter(|field| field.presence != Presence::Absent);
        self.visited.extend(shown.map(|field| field.wire_name));
    }

    /// It is on its way to the server: nothing is wrong with it until the answer says so.
    pub fn sends(&mut self) {
        self.sending = true;
        self.banner = None;
    }
}

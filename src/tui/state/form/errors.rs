//! What is wrong with a form, by the validation here or by the server, and where it is shown.

use super::{Context, FieldInput, Form, Presence, TextField};
use crate::client::Error;
use crate::model::{FieldError, FieldErrors, field_error};
use crate::tui::state::notice::sentence;

impl Form {
    /// The error to show under a field. A list shows its own, line by line.
    pub fn error_under(&self, index: usize) -> Option<&str> {
        let field = self.fields.get(index)?;
        let is_list = matches!(field.input, FieldInput::Lines(_));
        let is_here = self.is_last_of_its_value(index) && !is_list;
        self.errors.about(field.wire_name).filter(|_| is_here)
    }

    /// Whether no field further down is part of the same value.
    pub(super) fn is_last_of_its_value(&self, index: usize) -> bool {
        let name = self.fields.get(index).map(|field| field.wire_name);
        let below = self.fields.iter().skip(index + 1);
        let mut below = below.filter(|field| field.presence != Presence::Absent);
        !below.any(|field| Some(field.wire_name) == name)
    }

    /// Shows what the server said of fields that were not changed since, what must not stand in any field, and of
    /// `wrong` what is about fields that were left once.
    pub fn show_errors(&mut self, wrong: FieldErrors) {
        let held: Vec<&str> = self.fields_with_secrets().collect();
        let is_shown = |error: &FieldError| {
            let name = field_error::base(&error.field);
            self.visited.contains(name) || held.contains(&name)
        };
        let mut errors = self.refusals.clone();
        errors.extend(wrong.0.into_iter().filter(is_shown));
        let mut errors = FieldErrors(errors);
        for field in &self.fields {
            if let Some(refusal) = field
                .refusal()
                .filter(|_| errors.about(field.wire_name).is_none())
            {
                errors.push(field.wire_name, refusal);
            }
        }
        self.errors = errors;
    }

    /// Where a secret is in the open, which is said before the field is left.
    fn fields_with_secrets(&self) -> impl Iterator<Item = &'static str> {
        let holds = |input: &FieldInput| match input {
            FieldInput::Text(text) => text.holds_secret(),
            FieldInput::Time(time) => time.text().holds_secret(),
            FieldInput::Overlap(overlap) => overlap.text().holds_secret(),
            FieldInput::Lines(list) => list.lines().iter().any(TextField::holds_secret),
            _ => false,
        };
        let held = self.fields.iter().filter(move |field| holds(&field.input));
        held.map(|field| field.wire_name)
    }

    /// The focused field was changed: what the server said of it is no longer valid.
    pub(super) fn changed(&mut self) {
        if let Some(name) = self.focused().map(|field| field.wire_name) {
            self.refusals
                .retain(|refusal| field_error::base(&refusal.field) != name);
        }
        self.show_errors(FieldErrors::default());
    }

    /// Drops what was refused; whether a field holds something that must not be sent.
    pub fn drop_refusals(&mut self) -> bool {
        self.refusals.clear();
        self.show_errors(FieldErrors::default());
        !self.errors.is_empty()
    }

    /// Puts what was refused at its fields; what is about none of them comes back.
    pub fn refuse(&mut self, errors: Vec<FieldError>) -> Option<String> {
        self.sending = false;
        let fields = self.fields.iter();
        let shown = fields.filter(|field| field.presence != Presence::Absent);
        let known: Vec<&str> = shown.map(|field| field.wire_name).collect();
        let (here, elsewhere): (Vec<_>, Vec<_>) = errors
            .into_iter()
            .partition(|error| known.contains(&field_error::base(&error.field)));
        self.refusals = here;
        self.show_errors(FieldErrors::default());
        elsewhere.into_iter().next().map(|error| error.message)
    }

    /// What the server answered instead of doing it; everything typed stays, and the first field that is wrong gets
    /// the focus.
    pub fn refused(&mut self, error: &Error, cx: &mut Context) {
        let errors = error.problem().map(|problem| problem.errors.clone());
        let errors = errors.unwrap_or_default();
        let is_about_fields = !errors.is_empty();
        let elsewhere = self.refuse(errors);
        self.banner = elsewhere.or_else(|| (!is_about_fields).then(|| sentence(error)));
        self.focus_first_error(cx);
    }

    pub fn focus_first_error(&mut self, cx: &mut Context) {
        let is_wrong = |index: usize| {
            let field = &self.fields[index];
            let is_here = field.presence == Presence::Editable && self.is_last_of_its_value(index);
            is_here && self.errors.about(field.wire_name).is_some()
        };
        let Some(first) = (0..self.fields.len()).find(|index| is_wrong(*index)) else {
            return;
        };
        self.focus = first;
        match &mut self.fields[first].input {
            FieldInput::Lines(list) => list.enter_first_error(&self.errors),
            FieldInput::Project(picker) => picker.search_if_new(cx),
            _ => {}
        }
    }
}

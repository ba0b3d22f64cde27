//! What is wrong with a form, by the validation here or by the server, and where it is shown.

use std::collections::HashSet;

use super::{DOMAINS, Field, Form, LOCAL, NAME};
use crate::model::{FieldError, FieldErrors, KeyField, field_error};
use crate::tui::state::text::TextField;

impl Form {
    /// The error to show under a field, when it is time to show it.
    pub fn error_under(&self, field: Field) -> Option<&str> {
        let hidden_behind_address = field == LOCAL && self.local;
        if hidden_behind_address || field == DOMAINS {
            return None;
        }
        self.errors
            .about(field.wire_name())
            .filter(|_| !field.wire_name().is_empty())
    }

    /// Shows what is wrong with the fields that were visited, and what the server said of those that
    /// were not changed since.
    pub(super) fn revalidate(&mut self) {
        let visited: HashSet<&str> = self.visited.iter().map(|field| field.wire_name()).collect();
        let local = self.all_errors().0.into_iter();
        let held = self.fields_with_secrets();
        let shown = local.filter(|error| {
            let name = field_error::base(&error.field);
            visited.contains(name) || held.contains(&name)
        });
        self.errors = FieldErrors(self.refusals.iter().cloned().chain(shown).collect());
    }

    /// Where a secret stands in the open, which is said before the field is left.
    fn fields_with_secrets(&self) -> Vec<&'static str> {
        let domains = self.domains.lines().iter().any(TextField::holds_secret);
        let held = [
            (NAME, self.name.holds_secret()),
            (DOMAINS, domains),
            (Field::LocalAddress, self.local_address.holds_secret()),
        ];
        let held = held.into_iter().filter(|(_, holds)| *holds);
        let held = held.map(|(field, _)| field.wire_name());
        held.chain(self.entries.with_secrets().map(KeyField::wire_name))
            .collect()
    }

    /// The focused field was changed: what the server said of it counts no longer, and what is
    /// already shown as wrong goes as soon as it is right.
    pub(super) fn changed(&mut self) {
        let name = self.focus.wire_name();
        self.refusals
            .retain(|refusal| field_error::base(&refusal.field) != name);
        self.revalidate();
    }

    pub(super) fn all_errors(&self) -> FieldErrors {
        match &self.editing {
            None => self.key_fields().validate().err().unwrap_or_default(),
            Some(key) => self
                .key_edit()
                .apply(key.scope, &key.name, &key.settings())
                .err()
                .unwrap_or_default(),
        }
    }

    /// The server refused; each refusal stands where it belongs.
    pub fn refused(&mut self, errors: Vec<FieldError>, detail: String) {
        self.sending = false;
        let known: Vec<&str> = self.fields().iter().map(|field| field.wire_name()).collect();
        let (here, elsewhere): (Vec<_>, Vec<_>) = errors
            .into_iter()
            .partition(|e| known.contains(&field_error::base(&e.field)));
        self.banner = match elsewhere.into_iter().next() {
            Some(error) => Some(error.message),
            None => here.is_empty().then_some(detail),
        };
        self.refusals = here;
        self.revalidate();
        self.focus_first_error();
    }

    pub(super) fn focus_first_error(&mut self) {
        let Some(first) = self
            .fields()
            .into_iter()
            .find(|field| !field.wire_name().is_empty() && self.errors.about(field.wire_name()).is_some())
        else {
            return;
        };
        self.focus = match first {
            LOCAL if self.local => Field::LocalAddress,
            other => other,
        };
        if self.focus == DOMAINS {
            self.domains.enter_first_error(&self.errors);
        }
    }
}

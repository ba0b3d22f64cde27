//! What a form would send, and under which idempotency key.

use strum::IntoEnumIterator;
use uuid::Uuid;

use super::{DomainList, Form};
use crate::api::Key;
use crate::model::field::Value;
use crate::model::{KeyEdit, KeyField, KeyFields, Settings};

impl Form {
    /// What stands in a field.
    pub fn value(&self, field: KeyField) -> Value {
        let trimmed = |text: &str| text.trim().to_owned();
        match field {
            KeyField::Name => Value::Text(trimmed(self.name.value())),
            KeyField::Project => self.project.chosen().map(|project| project.id.to_string()).into(),
            KeyField::UiDomains => Value::List(self.domains.values()),
            KeyField::LocalDevelopment => self.local.then(|| trimmed(self.local_address.value())).into(),
            other => self.entries.value(other),
        }
    }

    /// What stood in it when the form opened.
    fn value_before(&self, field: KeyField) -> Value {
        match (&self.editing, field) {
            (Some(key), _) => key.value(field),
            (None, KeyField::Name) => Value::Text(String::new()),
            (None, _) => Settings::default().value(field),
        }
    }

    /// Takes what stands in a field of another form.
    pub fn take(&mut self, field: KeyField, from: &Form) {
        match field {
            KeyField::Name => self.name.set(from.name.value()),
            KeyField::Project => {}
            KeyField::UiDomains => self.domains = DomainList::new(from.scope, &from.domains.values()),
            KeyField::LocalDevelopment => {
                self.local = from.local;
                self.local_address.set(from.local_address.value());
            }
            other => self.entries.take(other, &from.entries),
        }
    }

    /// Everything as it would be sent to create a key.
    pub fn key_fields(&self) -> KeyFields {
        let mut fields = KeyFields::blank(self.scope);
        for field in KeyField::of(self.scope) {
            fields.set(field, self.value(field));
        }
        fields
    }

    /// What an edit changes; only that is sent.
    pub fn key_edit(&self) -> KeyEdit {
        let mut edit = KeyEdit::default();
        if let Some(key) = &self.editing {
            for field in self.changed_fields(key) {
                edit.set(field, self.value(field));
            }
        }
        edit
    }

    fn changed_fields(&self, key: &Key) -> impl Iterator<Item = KeyField> {
        KeyField::editable(key.scope).filter(|field| self.value(*field) != self.value_before(*field))
    }

    /// Whether something would be lost by leaving.
    pub fn is_dirty(&self) -> bool {
        match &self.editing {
            Some(key) => self.changed_fields(key).next().is_some(),
            None => {
                let mut typed = KeyField::iter().filter(|field| *field != KeyField::Project);
                self.project.is_dirty() || typed.any(|field| self.value(field) != self.value_before(field))
            }
        }
    }

    /// The idempotency key for what is about to be sent: the same as before when nothing changed.
    pub fn idempotency_key(&mut self, fresh: Uuid) -> Uuid {
        let fields = self.key_fields();
        match &self.attempt {
            Some((sent, key)) if *sent == fields => *key,
            _ => {
                self.attempt = Some((fields, fresh));
                fresh
            }
        }
    }
}

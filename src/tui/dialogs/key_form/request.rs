//! What is in the form, what is wrong with it, and what of it would be sent under which idempotency key.

use strum::IntoEnumIterator;
use uuid::Uuid;

use super::local::LOCAL_ADDRESS;
use super::{FieldErrors, FieldInput, FormField, KeyForm};
use crate::api::Key;
use crate::model::field::{FieldValue, Widget};
use crate::model::{KeyEdit, KeyField, KeyFields, Settings, local};
use crate::tui::state::moment::Moment;

impl KeyForm {
    /// What is in a field.
    pub fn value(&self, field: KeyField) -> FieldValue {
        let Some(of) = self.form.field(field.wire_name()) else {
            return FieldValue::None;
        };
        match (&of.input, field) {
            (FieldInput::Text(text), KeyField::Name) => FieldValue::Text(text.value().trim().to_owned()),
            (FieldInput::Toggle { on, .. }, KeyField::LocalDevelopment) => {
                on.then(|| self.form.value(LOCAL_ADDRESS).to_owned()).into()
            }
            (FieldInput::Project(picker), _) => picker.chosen().map(|project| project.id.to_string()).into(),
            (FieldInput::Time(_), KeyField::LocalDevelopmentEndsAt) if !self.is_local() => FieldValue::None,
            (FieldInput::Time(time), _) => time.value(),
            (FieldInput::Lines(list), KeyField::UiDomains) => FieldValue::List(list.values()),
            (FieldInput::Lines(list), _) => FieldValue::List(field.kept_list(list.values())),
            (FieldInput::Toggle { on, .. }, _) => FieldValue::Flag(*on),
            _ if matches!(field.widget(), Widget::List { .. }) => {
                FieldValue::List(KeyField::parted(of.value()))
            }
            _ => match of.value().trim() {
                "" => FieldValue::None,
                text => FieldValue::Text(text.to_owned()),
            },
        }
    }

    pub(super) fn is_local(&self) -> bool {
        let toggle = self.form.field(KeyField::LocalDevelopment.wire_name());
        toggle.is_some_and(FormField::is_on)
    }

    /// Once it is turned on: an end is offered, which begins with that, where none lies ahead.
    pub(super) fn offer_end(&mut self, was_local: bool, moment: &Moment) {
        if was_local || !self.is_local() {
            return;
        }
        let ends = self.form.field_mut(KeyField::LocalDevelopmentEndsAt.wire_name());
        if let Some(FieldInput::Time(time)) = ends.map(|field| &mut field.input)
            && time.is_open(moment)
        {
            time.edit(moment, |text| text.set(local::PRESET));
        }
        self.follow();
    }

    /// What stood in it when the form opened.
    fn value_before(&self, field: KeyField) -> FieldValue {
        match (&self.editing, field) {
            (Some(key), _) => key.value(field),
            (None, KeyField::Name) => FieldValue::Text(String::new()),
            (None, _) => Settings::default().value(field),
        }
    }

    /// Takes what is in a field of another form.
    pub(super) fn take(&mut self, field: KeyField, from: &KeyForm) {
        let is_of_it = |of: &&FormField| of.wire_name == field.wire_name();
        for taken in from.form.fields.iter().filter(is_of_it) {
            if let Some(of) = self.form.field_mut(taken.name) {
                of.take(taken);
            }
        }
        self.follow();
    }

    /// Everything as it would be sent to create a key.
    pub fn key_fields(&self) -> KeyFields {
        let mut fields = KeyFields::blank(self.scope());
        for field in KeyField::of(self.scope()) {
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

    pub(super) fn all_errors(&self) -> FieldErrors {
        let checked = match &self.editing {
            None => self.key_fields().validate().err(),
            Some(key) => self.key_edit().apply(key.scope, &key.name, &key.settings).err(),
        };
        let mut errors = checked.unwrap_or_default();
        if self.is_project_open() {
            errors
                .0
                .retain(|error| error.field != KeyField::Project.wire_name());
        }
        // Where there is none to choose, what to do instead.
        if let Some(words) = self.project().and_then(|project| project.none_found()) {
            let wrong = errors.0.iter_mut();
            let wrong = wrong.filter(|error| error.field == KeyField::Project.wire_name());
            wrong.for_each(|error| error.message = words.to_owned());
        }
        // People write what the server doesn't take.
        for field in &self.form.fields {
            if let FieldInput::Time(time) = &field.input
                && let Some(why) = time.unread()
            {
                let told = errors.0.iter_mut().filter(|error| error.field == field.wire_name);
                told.for_each(|error| error.message = why.to_owned());
            }
        }
        errors
    }

    /// Whether something would be lost by leaving.
    pub fn is_dirty(&self) -> bool {
        match &self.editing {
            Some(key) => self.changed_fields(key).next().is_some(),
            None => {
                let fields = KeyField::iter();
                let mut typed = fields.filter(|field| *field != KeyField::Project);
                let has_project = self.project().is_some_and(|project| project.is_dirty());
                has_project || typed.any(|field| self.value(field) != self.value_before(field))
            }
        }
    }

    /// The idempotency key for what is about to be sent: the same as before when nothing changed.
    pub(super) fn idempotency_key(&mut self, fresh: Uuid) -> Uuid {
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

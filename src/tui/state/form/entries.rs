//! What stands in those fields of a form of which the declaration says all.

use strum::IntoEnumIterator;

use crate::model::field::{Value, Widget};
use crate::model::{KeyField, Settings};
use crate::tui::state::text::TextField;

#[derive(Debug, Clone)]
pub enum Entry {
    Text(TextField),
    Toggle(bool),
}

/// In the order of the declaration.
#[derive(Debug)]
pub struct Entries(Vec<(KeyField, Entry)>);

impl Entries {
    pub fn of(settings: &Settings) -> Self {
        let entry = |field: KeyField| match field.widget() {
            Widget::Custom => None,
            Widget::Text { .. } => {
                let text = settings.value(field).text().unwrap_or_default();
                Some((field, Entry::Text(TextField::new(&text))))
            }
            Widget::Toggle { .. } => {
                let on = settings.value(field).flag().unwrap_or_default();
                Some((field, Entry::Toggle(on)))
            }
        };
        Self(KeyField::iter().filter_map(entry).collect())
    }

    pub fn get(&self, field: KeyField) -> Option<&Entry> {
        let found = self.0.iter().find(|(of, _)| *of == field);
        found.map(|(_, entry)| entry)
    }

    pub fn get_mut(&mut self, field: KeyField) -> Option<&mut Entry> {
        let found = self.0.iter_mut().find(|(of, _)| *of == field);
        found.map(|(_, entry)| entry)
    }

    pub fn toggle_mut(&mut self, field: KeyField) -> Option<&mut bool> {
        match self.get_mut(field)? {
            Entry::Toggle(on) => Some(on),
            Entry::Text(_) => None,
        }
    }

    pub fn text_mut(&mut self, field: KeyField) -> Option<&mut TextField> {
        match self.get_mut(field)? {
            Entry::Text(text) => Some(text),
            Entry::Toggle(_) => None,
        }
    }

    /// Those in which a secret stands in the open.
    pub fn with_secrets(&self) -> impl Iterator<Item = KeyField> {
        let holds = |entry: &Entry| matches!(entry, Entry::Text(text) if text.holds_secret());
        let held = self.0.iter().filter(move |(_, entry)| holds(entry));
        held.map(|(field, _)| *field)
    }

    pub fn value(&self, field: KeyField) -> Value {
        match self.get(field) {
            Some(Entry::Toggle(on)) => Value::Flag(*on),
            Some(Entry::Text(text)) => match text.value().trim() {
                "" => Value::None,
                text => Value::Text(text.to_owned()),
            },
            None => Value::None,
        }
    }

    /// Takes one field over from another form.
    pub fn take(&mut self, field: KeyField, from: &Entries) {
        if let (Some(entry), Some(taken)) = (self.get_mut(field), from.get(field)) {
            *entry = taken.clone();
        }
    }
}

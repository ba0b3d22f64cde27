//! What a declared field may hold, and how that reads.

use super::{FieldValue, KeyField, Widget};
use crate::model::{FieldErrors, compared, expiry, name};

impl KeyField {
    /// Of a field of which the declaration says all: what it holds, as it is kept. What is wrong goes to `errors`.
    pub fn valid(self, given: FieldValue, errors: &mut FieldErrors) -> FieldValue {
        match self.widget() {
            Widget::Custom => FieldValue::None,
            Widget::Toggle { .. } => given,
            Widget::Text { most, .. } => {
                let words = name::paragraph(&given.text().unwrap_or_default(), most);
                let refused = |message| errors.push(self.wire_name(), message);
                words.map_err(refused).ok().flatten().into()
            }
            Widget::List { most, longest, .. } => {
                FieldValue::List(self.items(given.list().unwrap_or_default(), most, longest, errors))
            }
            // Whether it lies ahead, and not too far, only the store knows.
            Widget::Time { .. } => {
                let at = given.text().map(|text| expiry::instant(&text)).transpose();
                let refused = |message| errors.push(self.wire_name(), message);
                let at = at.map_err(refused).ok().flatten();
                at.map(|at| at.to_string()).into()
            }
        }
    }

    fn items(self, given: Vec<String>, most: usize, longest: usize, errors: &mut FieldErrors) -> Vec<String> {
        let mut kept: Vec<String> = Vec::new();
        if given.len() > most {
            let many = format!("There are at most {most}; these are {}.", given.len());
            errors.push(self.wire_name(), many);
            return kept;
        }
        for (index, text) in given.iter().enumerate() {
            let place = format!("{}[{index}]", self.wire_name());
            match name::item(text, longest) {
                Ok(item) if kept.iter().any(|other| compared::are_alike(other, &item)) => {
                    errors.push(place, format!("{item} is there twice."));
                }
                Ok(item) => kept.push(item),
                Err(message) => errors.push(place, message),
            }
        }
        kept
    }

    /// What is typed into the line of a [`Widget::List`].
    pub fn parted(line: &str) -> Vec<String> {
        let items = line.split(',').map(str::trim);
        items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// A value as people read it.
    pub fn in_words(self, value: &FieldValue) -> String {
        match value {
            FieldValue::None => self.facts().absent.into(),
            FieldValue::Flag(true) => "on".into(),
            FieldValue::Flag(false) => "off".into(),
            FieldValue::Text(text) => text.clone(),
            FieldValue::List(items) => items.join("\n"),
        }
    }
}

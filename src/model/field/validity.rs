//! What a declared field may hold, and how that reads.

use super::{FieldValue, Items, KeyField, Widget, networks};
use crate::model::{FieldErrors, compared, expiry, local, name};

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
            Widget::List { most, of, .. } => {
                FieldValue::List(self.items(given.list().unwrap_or_default(), most, of, errors))
            }
            // Whether it lies ahead, and not too far, only the store knows.
            Widget::Time { always, .. } => {
                let read = |text: String| match always {
                    true => expiry::sent(&text, &local::WORDING),
                    false => expiry::instant(&text),
                };
                let at = given.text().map(read).transpose();
                let refused = |message| errors.push(self.wire_name(), message);
                let at = at.map_err(refused).ok().flatten();
                at.map(|at| at.to_string()).into()
            }
        }
    }

    fn items(self, given: Vec<String>, most: usize, of: Items, errors: &mut FieldErrors) -> Vec<String> {
        if given.len() > most {
            let many = format!("There are at most {most}; these are {}.", given.len());
            errors.push(self.wire_name(), many);
            return Vec::new();
        }
        let mut refused =
            |index: usize, message: String| errors.push(format!("{}[{index}]", self.wire_name()), message);
        match of {
            Items::Texts { longest } => texts(&given, longest, &mut refused),
            Items::Networks => networks::valid(&given, &mut refused),
        }
    }

    /// A list as it is kept; one that is not valid, as it was typed.
    pub fn kept_list(self, typed: Vec<String>) -> Vec<String> {
        let mut errors = FieldErrors::default();
        let valid = self.valid(FieldValue::List(typed.clone()), &mut errors);
        valid.list().filter(|_| errors.is_empty()).unwrap_or(typed)
    }

    /// The same of one item.
    pub fn kept_item(self, typed: &str) -> String {
        let kept = self.kept_list(vec![typed.to_owned()]).into_iter().next();
        kept.unwrap_or_else(|| typed.to_owned())
    }

    /// What is typed into the line of a [`Items::Texts`].
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

/// Those that are valid; what is wrong with another one goes to `refused`, with its place.
fn texts(given: &[String], longest: usize, refused: &mut impl FnMut(usize, String)) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for (index, text) in given.iter().enumerate() {
        match name::item(text, longest) {
            Ok(item) if kept.iter().any(|other| compared::are_alike(other, &item)) => {
                refused(index, format!("{item} is there twice."));
            }
            Ok(item) => kept.push(item),
            Err(message) => refused(index, message),
        }
    }
    kept
}

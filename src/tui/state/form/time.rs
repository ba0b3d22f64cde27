//! An instant as people say it, and which one that was when it was typed: a length of time begins then, and what is sent
//! once more is the same.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::expiry;
use crate::model::field::FieldValue;
use crate::tui::state::text::TextField;

#[derive(Debug, Clone)]
pub struct TimeField {
    text: TextField,
    read: Result<Option<Timestamp>, String>,
}

impl TimeField {
    pub fn new(text: &str) -> Self {
        let mut field = Self {
            text: TextField::new(text),
            read: Ok(None),
        };
        field.read();
        field
    }

    pub fn text(&self) -> &TextField {
        &self.text
    }

    /// Changes what stands there, and reads it.
    pub(super) fn edit<T>(&mut self, edit: impl FnOnce(&mut TextField) -> T) -> T {
        let before = self.text.value().to_owned();
        let result = edit(&mut self.text);
        if self.text.value() != before {
            self.read();
        }
        result
    }

    fn read(&mut self) {
        self.read = match self.text.value().trim() {
            "" => Ok(None),
            text => expiry::typed(text, Timestamp::now(), &TimeZone::system()),
        };
    }

    /// As it is sent; what can't be read, as it was typed.
    pub fn value(&self) -> FieldValue {
        match &self.read {
            Ok(at) => at.map(|at| at.to_string()).into(),
            Err(_) => FieldValue::Text(self.text.value().trim().to_owned()),
        }
    }

    /// Why what was typed is not an instant.
    pub fn unread(&self) -> Option<&str> {
        self.read.as_ref().err().map(String::as_str)
    }

    /// Which instant it is, unless that is what was typed.
    pub fn told(&self) -> Option<String> {
        let at = self.read.as_ref().ok().copied().flatten()?;
        let told = expiry::told(at, &TimeZone::system());
        Some(told).filter(|told| told != self.text.value())
    }
}

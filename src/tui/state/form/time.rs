//! An instant as people say it, and which one that was when it was typed: a length of time begins then, and what is sent
//! once more is the same.

use jiff::Timestamp;

use crate::model::field::FieldValue;
use crate::model::{expiry, local};
use crate::tui::state::moment::Moment;
use crate::tui::state::text::TextField;

#[derive(Debug, Clone)]
pub struct TimeField {
    text: TextField,
    read: Result<Option<Timestamp>, String>,
    /// Whether it is the end of local development, which always ends.
    always: bool,
}

impl TimeField {
    /// With the instant that the key has.
    pub fn new(at: Option<Timestamp>, always: bool) -> Self {
        Self {
            text: TextField::new(&at.map_or_else(String::new, |at| at.to_string())),
            read: Ok(at),
            always,
        }
    }

    pub fn text(&self) -> &TextField {
        &self.text
    }

    /// Whether it contains neither a future instant nor text that can't be read as one.
    pub fn is_open(&self, moment: &Moment) -> bool {
        matches!(&self.read, Ok(at) if at.is_none_or(|at| at <= moment.now))
    }

    pub fn always(&self) -> bool {
        self.always
    }

    /// Changes the text, and reads it.
    pub fn edit<T>(&mut self, moment: &Moment, edit: impl FnOnce(&mut TextField) -> T) -> T {
        let before = self.text.value().to_owned();
        let result = edit(&mut self.text);
        if self.text.value() != before {
            self.read(moment);
        }
        result
    }

    fn read(&mut self, Moment { now, zone }: &Moment) {
        self.read = match (self.text.value().trim(), self.always) {
            ("", _) => Ok(None),
            (text, true) => local::typed(text, *now, zone).map(Some),
            (text, false) => expiry::typed(text, *now, zone),
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

    /// Which instant it is, or that it is never; nothing where nothing was typed that can be read.
    pub fn read_as(&self) -> Option<Option<Timestamp>> {
        let is_blank = self.text.value().trim().is_empty();
        self.read.clone().ok().filter(|_| !is_blank)
    }
}

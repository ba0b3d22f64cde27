//! What there is to know of a field of a key: how it is called, entered and shown, and what it holds.

use jiff::Timestamp;
use serde::Serialize;
use strum::VariantArray;

use crate::model::Scope;

/// What there is to know of a field.
#[derive(Debug)]
pub struct Facts {
    /// As the column of an export or an import is called; absent: as in JSON.
    pub column: Option<&'static str>,
    /// The flag that gives it.
    pub flag: &'static str,
    pub label: &'static str,
    /// The label where there is little room, as beside a value in the details.
    pub short_label: &'static str,
    /// What is shown where nothing is; empty: no line at all.
    pub absent: &'static str,
    pub scopes: &'static [Scope],
    /// The scopes whose keys can be edited in it.
    pub edited_of: &'static [Scope],
    pub widget: Widget,
}

impl Facts {
    /// Those of a field that every key has, that may be edited of each, and that no line shows while it is empty. What it
    /// is called and how it is entered is still to be said.
    pub(super) const OF_EVERY_KEY: Self = Self {
        column: None,
        flag: "",
        label: "",
        short_label: "",
        absent: "",
        scopes: Scope::VARIANTS,
        edited_of: Scope::VARIANTS,
        widget: Widget::Custom,
    };
}

/// How a field is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// Form and flags of its own.
    Custom,
    /// One paragraph of plain text, which may be missing.
    Text {
        /// The most characters.
        most: usize,
        /// What may be entered.
        hint: &'static str,
        create_help: &'static str,
        edit_help: &'static str,
    },
    List {
        /// The most of them.
        most: usize,
        of: Items,
        hint: &'static str,
        /// Of the flag that gives one.
        create_help: &'static str,
        /// Of the flag that gives all.
        edit_help: &'static str,
        /// The flags that give one more and one less, and what they do.
        add: (&'static str, &'static str),
        remove: (&'static str, &'static str),
    },
    /// An instant, or never: entered as people say it, see [`crate::model::expiry::typed`].
    Time {
        /// It is there whenever what it ends is: never is no end, and it lies as near as [`crate::model::local`] says.
        always: bool,
        /// What may be entered.
        hint: &'static str,
        create_help: &'static str,
        edit_help: &'static str,
    },
    Toggle {
        /// The text before its box.
        label: &'static str,
        create_help: &'static str,
        edit_help: &'static str,
    },
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Items {
    /// Short texts, which are entered in one line, parted by commas, and shown as chips.
    Texts {
        /// The most characters of one.
        longest: usize,
    },
    /// Addresses and networks, which are entered one a line, and kept in their order.
    Networks,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    None,
    Flag(bool),
    Text(String),
    List(Vec<String>),
}

impl FieldValue {
    /// Nothing, or a list of nothing.
    pub fn is_absent(&self) -> bool {
        match self {
            FieldValue::None => true,
            FieldValue::List(items) => items.is_empty(),
            FieldValue::Flag(_) | FieldValue::Text(_) => false,
        }
    }

    pub fn flag(self) -> Option<bool> {
        match self {
            FieldValue::Flag(on) => Some(on),
            _ => None,
        }
    }

    pub fn text(self) -> Option<String> {
        match self {
            FieldValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A valid instant, as it is kept.
    pub fn instant(self) -> Option<Timestamp> {
        self.text().and_then(|at| at.parse().ok())
    }

    pub fn list(self) -> Option<Vec<String>> {
        match self {
            FieldValue::List(items) => Some(items),
            _ => None,
        }
    }
}

impl From<Option<String>> for FieldValue {
    fn from(text: Option<String>) -> Self {
        text.map_or(FieldValue::None, FieldValue::Text)
    }
}

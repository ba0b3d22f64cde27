//! An error that names the field it is about, so that a form can show it there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One field and what is wrong with it, as a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// The field's name on the wire; an element of a list is `ui_domains[2]`.
    #[schema(example = "ui_domains[0]")]
    pub field: String,
    pub message: String,
}

/// Every field that was wrong; never empty when it is returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.push(field, message);
        errors
    }

    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
    }

    /// The first message about `field` or one of its elements.
    pub fn about(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|e| base(&e.field) == field)
            .map(|e| e.message.as_str())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` when nothing was wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// `ui_domains` of `ui_domains[2]`.
pub fn base(field: &str) -> &str {
    field.split(['[', '.']).next().unwrap_or(field)
}

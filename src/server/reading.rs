//! What serde found wrong, as the field and a sentence. What was sent is not repeated: it may be a
//! secret in the wrong place.

use serde_path_to_error::Path;

use crate::model::FieldError;

/// `text` is serde's own message, with or without a place in the JSON behind it.
pub fn field_error(path: &Path, text: &str) -> FieldError {
    let text = text.split(" at line ").next().unwrap_or(text);
    match missing_field(text) {
        Some(field) => FieldError {
            field: match path.iter().next() {
                None => field.to_owned(),
                Some(_) => format!("{path}.{field}"),
            },
            message: "This field is missing.".into(),
        },
        None => FieldError {
            field: path.to_string(),
            message: sentence(text),
        },
    }
}

/// A missing field has no place of its own; serde names it in the message only.
fn missing_field(text: &str) -> Option<&str> {
    text.strip_prefix("missing field `")?.strip_suffix('`')
}

fn sentence(text: &str) -> String {
    let expected = text.rsplit_once(", expected ").map(|(_, expected)| expected);
    match (text.starts_with("unknown field"), expected) {
        (true, Some(known)) => format!(
            "There is no such field; {}.",
            known.replacen("one of", "there are", 1)
        ),
        (true, None) => "There is no such field.".into(),
        (false, Some(expected)) => format!("This must be {expected}."),
        (false, None) if text.starts_with("duplicate field") => "This field is there twice.".into(),
        (false, None) => "This can't be read as what it stands for; see /openapi.json.".into(),
    }
}

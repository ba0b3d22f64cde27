//! How far back, how long and how many: what may be asked for, typed or sent.

use crate::model::FieldErrors;
use crate::model::field::{FieldValue, KeyField};

/// The days and hours that may be asked for reach back as far as these.
pub const MAX_IDLE_DAYS: u32 = 3650;
pub const MAX_REFUSED_HOURS: u32 = 30 * 24;

/// The longest text that is looked for, and the longest name of a project.
pub const MAX_TEXT: usize = 100;

/// As they are kept, with commas between them.
pub fn valid_labels(labels: String) -> Result<String, FieldErrors> {
    let mut errors = FieldErrors::default();
    let labels = labels.split(',').map(str::to_owned).collect();
    let valid = KeyField::Labels.valid(FieldValue::List(labels), &mut errors);
    match errors.0.into_iter().next() {
        None => Ok(valid.list().unwrap_or_default().join(",")),
        Some(error) => Err(FieldErrors::one("label", error.message)),
    }
}

//! The settings of a key as one document, in which they wait until there is a key.

use serde_json::{Map, Value as Json};

use super::settings;
use crate::model::{Settings, compared};
use crate::server::store::tables::{Column, KEYS};
use crate::server::store::value::Value;
use crate::server::store::{StoreError, StoreResult};

/// The columns that hold the settings, as the table has them.
pub fn setting_columns() -> impl Iterator<Item = &'static Column> {
    let names: Vec<&str> = settings(&Settings::default())
        .iter()
        .map(|(name, _)| *name)
        .collect();
    KEYS.columns
        .iter()
        .filter(move |column| names.contains(&column.name))
}

/// What they hold as one document, for keys that wait to be made.
pub fn settings_document(of: &Settings) -> StoreResult<String> {
    let member = |(name, value): (&str, Value)| {
        let formless = || StoreError::Fault(format!("{name} can't wait in a document"));
        Ok((name.to_owned(), value.as_json().ok_or_else(formless)?))
    };
    let members = settings(of).into_iter().map(member);
    members
        .collect::<StoreResult<Map<_, _>>>()
        .map(|document| Json::Object(document).to_string())
}

/// As labels are looked for: each between two line breaks, so that one is not taken for a part of another. No label has a
/// line break, not even once it is compared.
pub fn between_lines(labels: &[String]) -> String {
    let mut lines = String::new();
    for label in labels {
        lines.extend([if lines.is_empty() { "\n" } else { "" }, &compared(label), "\n"]);
    }
    lines
}

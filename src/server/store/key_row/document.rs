//! The settings of a key on their way into columns, and as one document, in which they wait until there is a key.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::model::{Settings, UiDomain, compared};
use crate::server::store::db::columns;
use crate::server::store::tables::{Column, KEYS};
use crate::server::store::value::{NewRow, Value};
use crate::server::store::{StoreError, StoreResult};

/// Stands for the end of what never ends.
pub const NEVER: i64 = i64::MAX;

/// When a key ends, in microseconds.
pub fn end(settings: &Settings) -> i64 {
    settings.expires_at.map_or(NEVER, Timestamp::as_microsecond)
}

/// The columns that hold the settings.
pub fn settings(settings: &Settings) -> NewRow<'_> {
    let Settings {
        ui_domains,
        local_development,
        local_development_ends_at,
        cross_page_persistence,
        allowed_networks,
        note,
        labels,
        expires_at: _,
    } = settings;
    let networks: Vec<String> = allowed_networks.iter().map(ToString::to_string).collect();
    let lines: Vec<&str> = ui_domains.iter().map(UiDomain::as_str).collect();
    columns! {
        ui_domains: lines.join("\n"),
        local_development: local_development.map(|address| address.to_string()),
        local_development_ends_at: *local_development_ends_at,
        cross_page_persistence: *cross_page_persistence,
        allowed_networks: networks.join("\n"),
        note: note.as_deref().unwrap_or_default(),
        labels: labels.join("\n"),
        labels_key: between_lines(labels),
        expires_at: end(settings),
    }
}

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

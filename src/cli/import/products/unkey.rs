//! Unkey's keys: what its migration takes (`hash`, as a text or with its variant) and what its API lists.

use serde_json::Value;

use crate::cli::import::columns::ImportField;
use crate::cli::import::faults::{self, Faults, FileFault};
use crate::cli::import::names;
use crate::cli::import::record::{ImportCell, ImportFile, ImportRecord, JsonObject};
use crate::model::KeyField;

/// What is not taken over.
const LEFT_OUT: [&str; 17] = [
    "apiId",
    "workspaceId",
    "prefix",
    "updatedAt",
    "lastUsedAt",
    "roles",
    "permissions",
    "ratelimit",
    "ratelimits",
    "credits",
    "remaining",
    "refill",
    "identity",
    "environment",
    "recoverable",
    "migrationId",
    "start",
];
/// A note is no longer.
const MAX_META: usize = 500;

pub fn is_export(object: &JsonObject) -> bool {
    object.contains_key("hash") || object.contains_key("keyId") && object.contains_key("start")
}

pub fn read(objects: Vec<(u64, JsonObject)>) -> Result<ImportFile, Faults> {
    let mut left_out = Vec::new();
    let read = objects
        .iter()
        .map(|(line, object)| record(*line, object, &mut left_out));
    let records = faults::all(read)?;
    ImportFile::of(records.into_iter().map(Ok), left_out)
}

fn record(line: u64, object: &JsonObject, left_out: &mut Vec<String>) -> Result<ImportRecord, FileFault> {
    let mut record = ImportRecord::at(line);
    let wrong = |key: &str, message: String| FileFault::of_line(line, message).in_column(key);
    let mut name = None;
    let mut labels = Vec::new();
    for (key, value) in object {
        let field = match key.as_str() {
            "name" => {
                name = value.as_str().filter(|name| !name.trim().is_empty());
                continue;
            }
            "keyId" | "id" => continue,
            "hash" => {
                hash(&mut record, value).map_err(|message| wrong(key, message))?;
                continue;
            }
            "meta" => {
                record.add(
                    ImportField::Setting(KeyField::Note),
                    ImportCell::Text(meta(value).map_err(|message| wrong(key, message))?),
                );
                continue;
            }
            "externalId" | "ownerId" => {
                labels.extend(value.as_str().map(str::to_owned));
                continue;
            }
            "plaintext" | "key" => ImportField::Token,
            "expires" => ImportField::Setting(KeyField::ExpiresAt),
            "createdAt" => ImportField::Created,
            "enabled" => ImportField::Enabled,
            other if LEFT_OUT.contains(&other) => {
                if !value.is_null() && !left_out.iter().any(|name| name == other) {
                    left_out.push(other.to_owned());
                }
                continue;
            }
            other => {
                return Err(wrong(
                    other,
                    "This field is unknown; leave it out of the file.".into(),
                ));
            }
        };
        record
            .add_value(field, value)
            .map_err(|message| wrong(key, message))?;
    }
    // Keys there need no names.
    let name = name.or_else(|| object.get("keyId").and_then(Value::as_str));
    record.add(
        ImportField::Name,
        ImportCell::Text(name.unwrap_or_default().to_owned()),
    );
    record.add(ImportField::Setting(KeyField::Labels), ImportCell::List(labels));
    Ok(record)
}

/// A SHA-256 in base64, as a text; or with what it is.
fn hash(record: &mut ImportRecord, value: &Value) -> Result<(), String> {
    let (text, variant) = match value {
        Value::Object(hash) => (hash.get("value"), hash.get("variant")),
        text => (Some(text), None),
    };
    match variant.and_then(Value::as_str) {
        None | Some("sha256_base64" | "sha256_hex" | "sha256") => {}
        Some(other) => {
            return Err(format!(
                "this is of the variant {}, and only SHA-256 is taken",
                names::said(other)
            ));
        }
    }
    record.add_value(ImportField::Sha256, text.unwrap_or(&Value::Null))
}

fn meta(value: &Value) -> Result<String, String> {
    let is_nothing = value.is_null() || value.as_object().is_some_and(|meta| meta.is_empty());
    let text = if is_nothing {
        String::new()
    } else {
        value.to_string()
    };
    match text.chars().count() > MAX_META {
        true => Err(format!(
            "it becomes the note, which has {MAX_META} characters at most; shorten it"
        )),
        false => Ok(text),
    }
}

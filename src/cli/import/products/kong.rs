//! Kong's key-auth credentials: by consumer, as `deck gateway dump --format json` writes them, or one by one, as the Admin
//! API lists them at `/key-auths`.

use serde_json::Value;

use crate::cli::import::columns::ImportField;
use crate::cli::import::faults::{self, Faults, FileFault};
use crate::cli::import::record::{ImportCell, ImportFile, ImportRecord, JsonObject};
use crate::model::KeyField;

pub fn is_export(object: &JsonObject) -> bool {
    object.contains_key("keyauth_credentials")
        || object.contains_key("key") && object.contains_key("consumer")
        || object.contains_key("username") && !object.contains_key("name")
}

/// Of consumers each of their keys; the line is that of the key in the order of the file.
pub fn read(objects: Vec<(u64, JsonObject)>) -> Result<ImportFile, Faults> {
    let mut left_out = Vec::new();
    let keys = objects.iter().flat_map(|(_, object)| {
        let consumer = object
            .get("consumer")
            .and_then(Value::as_object)
            .unwrap_or(object);
        let keys = (1..).zip(credentials(object));
        keys.map(move |(number, credential)| (consumer, number, credential))
    });
    let read = (1..).zip(keys).map(|(place, (consumer, number, credential))| {
        record(place, consumer, credential, number, &mut left_out)
    });
    let records = faults::all(read)?;
    ImportFile::of(records.into_iter().map(Ok), left_out)
}

/// A key itself, or those of a consumer, which may have none.
fn credentials(object: &JsonObject) -> Vec<&JsonObject> {
    if object.contains_key("key") {
        return vec![object];
    }
    let listed = object.get("keyauth_credentials").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect()
}

fn record(
    line: u64,
    consumer: &JsonObject,
    credential: &JsonObject,
    number: u32,
    left_out: &mut Vec<String>,
) -> Result<ImportRecord, FileFault> {
    let mut record = ImportRecord::at(line);
    let wrong = |key: &str, message: String| FileFault::of_line(line, message).in_column(key);
    let named = ["username", "custom_id", "id"]
        .into_iter()
        .find_map(|name| consumer.get(name)?.as_str());
    let name = named.unwrap_or_default();
    let name = match number {
        1 => name.to_owned(),
        more => format!("{name} ({more})"),
    };
    record.add(ImportField::Name, ImportCell::Text(name));
    for (key, value) in credential {
        let field = match key.as_str() {
            "key" => ImportField::Token,
            "created_at" => ImportField::Created,
            "tags" => ImportField::Setting(KeyField::Labels),
            "id" | "consumer" => continue,
            "ttl" if value.is_null() || value.as_u64() == Some(0) => continue,
            "ttl" => {
                let ends = ends(credential, value).map_err(|message| wrong("ttl", message))?;
                record.add(ImportField::Setting(KeyField::ExpiresAt), ImportCell::Text(ends));
                continue;
            }
            other => {
                if !value.is_null() && !left_out.iter().any(|name| name == other) {
                    left_out.push(other.to_owned());
                }
                continue;
            }
        };
        record
            .add_value(field, value)
            .map_err(|message| wrong(key, message))?;
    }
    Ok(record)
}

/// So many seconds after it was created, in seconds since the epoch.
fn ends(credential: &JsonObject, ttl: &Value) -> Result<String, String> {
    let created = credential.get("created_at").and_then(Value::as_i64);
    match (created, ttl.as_i64()) {
        (Some(created), Some(ttl)) => Ok(created.saturating_add(ttl).to_string()),
        _ => Err("a key that ends needs created_at beside it; export it from the Admin API".into()),
    }
}

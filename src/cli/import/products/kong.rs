//! Kong's key-auth credentials: by consumer, as `deck gateway dump --format json` writes them, or one by one, as the Admin
//! API lists them at `/key-auths`.

use serde_json::Value;

use crate::cli::import::columns::ImportField;
use crate::cli::import::record::{ImportCell, ImportFile, ImportRecord, JsonObject};

pub fn is_export(object: &JsonObject) -> bool {
    object.contains_key("keyauth_credentials")
        || object.contains_key("key") && object.contains_key("consumer")
        || object.contains_key("username") && !object.contains_key("name")
}

/// Of consumers each of their keys; the line is that of the key in the order of the file.
pub fn read(objects: Vec<(u64, JsonObject)>) -> Result<ImportFile, Vec<String>> {
    let (mut file, mut wrong, mut place) = (ImportFile::default(), Vec::new(), 0);
    for (_, object) in &objects {
        let consumer = object
            .get("consumer")
            .and_then(Value::as_object)
            .unwrap_or(object);
        let credentials = match object.get("keyauth_credentials").and_then(Value::as_array) {
            Some(credentials) => credentials.iter().collect(),
            None if object.contains_key("key") => Vec::new(),
            // A consumer without keys.
            None => continue,
        };
        let owned: Vec<&JsonObject> = credentials.into_iter().filter_map(Value::as_object).collect();
        let all = if object.contains_key("key") {
            vec![object]
        } else {
            owned
        };
        for (number, credential) in (1..).zip(all) {
            place += 1;
            match record(place, consumer, credential, number, &mut file.left_out) {
                Ok(record) => file.records.push(record),
                Err(message) => wrong.push(format!("line {place}, {message}")),
            }
        }
    }
    match wrong.is_empty() {
        true => Ok(file),
        false => Err(wrong),
    }
}

fn record(
    line: u64,
    consumer: &JsonObject,
    credential: &JsonObject,
    number: u32,
    left_out: &mut Vec<String>,
) -> Result<ImportRecord, String> {
    let mut record = ImportRecord::at(line);
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
            "tags" => ImportField::Labels,
            "id" | "consumer" => continue,
            "ttl" if value.is_null() || value.as_u64() == Some(0) => continue,
            "ttl" => {
                record.add(ImportField::Expires, ImportCell::Text(ends(credential, value)?));
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
            .map_err(|message| format!("{key}: {message}"))?;
    }
    Ok(record)
}

/// So many seconds after it was created, in seconds since the epoch.
fn ends(credential: &JsonObject, ttl: &Value) -> Result<String, String> {
    let created = credential.get("created_at").and_then(Value::as_i64);
    match (created, ttl.as_i64()) {
        (Some(created), Some(ttl)) => Ok(created.saturating_add(ttl).to_string()),
        _ => Err("ttl: a key that ends needs created_at beside it; export it from the Admin API".into()),
    }
}

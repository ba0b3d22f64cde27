//! Keys in JSON: a line each, a list, or what another product exports.

use serde_json::Value;

use super::args::ImportSource;
use super::columns::{Mapping, fields};
use super::products::{self, kong, unkey};
use super::record::{ImportFile, ImportRecord, JsonObject};

pub fn read(text: &str, map: &[Mapping], from: Option<ImportSource>) -> Result<ImportFile, Vec<String>> {
    let objects = objects(text)?;
    let Some((_, first)) = objects.first() else {
        return Err(vec!["there are no keys in it".into()]);
    };
    let from = from.unwrap_or_else(|| match first {
        first if unkey::is_export(first) => ImportSource::Unkey,
        first if kong::is_export(first) => ImportSource::Kong,
        _ => ImportSource::Keydeck,
    });
    match from {
        ImportSource::Unkey => unkey::read(objects),
        ImportSource::Kong => kong::read(objects),
        ImportSource::Keydeck | ImportSource::Aws => own(objects, map),
    }
}

/// The objects of a file, each with its line, or of one document with its place in it.
fn objects(text: &str) -> Result<Vec<(u64, JsonObject)>, Vec<String>> {
    // One document may be on many lines; where it is not one, each line is.
    if let Ok(document) = serde_json::from_str::<Value>(text) {
        return listed(document).map_err(|message| vec![message]);
    }
    let (mut objects, mut wrong) = (Vec::new(), Vec::new());
    for (line, text) in (1_u64..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(object)) => objects.push((line, object)),
            Ok(_) => wrong.push(format!("line {line}: this is no JSON object")),
            Err(error) => wrong.push(format!(
                "line {line}: this is no JSON, from column {} on",
                error.column()
            )),
        }
    }
    match wrong.is_empty() {
        true => Ok(objects),
        false => Err(wrong),
    }
}

/// A list, or an object that has one under a name that products give it.
fn listed(document: Value) -> Result<Vec<(u64, JsonObject)>, String> {
    let items = match document {
        Value::Array(items) => items,
        Value::Object(mut object) => {
            let list = ["keys", "data", "consumers"]
                .into_iter()
                .find(|name| object.get(*name).is_some_and(Value::is_array));
            match list.and_then(|name| object.remove(name)) {
                Some(Value::Array(items)) => items,
                _ => vec![Value::Object(object)],
            }
        }
        _ => return Err("this is no JSON object".into()),
    };
    let object = |(place, item)| match item {
        Value::Object(object) => Ok((place, object)),
        _ => Err(format!("item {place}: this is no JSON object")),
    };
    (1_u64..).zip(items).map(object).collect()
}

/// In our own names.
fn own(objects: Vec<(u64, JsonObject)>, map: &[Mapping]) -> Result<ImportFile, Vec<String>> {
    let mut columns: Vec<String> = Vec::new();
    for (_, object) in &objects {
        columns.extend(
            object
                .keys()
                .filter(|name| !columns.contains(name))
                .cloned()
                .collect::<Vec<_>>(),
        );
    }
    let fields = fields(&columns, map)?;
    let field = |name: &String| {
        columns
            .iter()
            .position(|column| column == name)
            .map(|at| fields[at])
    };
    let records = objects.iter().map(|(line, object)| {
        let mut record = ImportRecord::at(*line);
        for (name, value) in object {
            if let Some(field) = field(name) {
                record
                    .add_value(field, value)
                    .map_err(|message| format!("line {line}, {name}: {message}"))?;
            }
        }
        Ok(record)
    });
    let (records, wrong): (Vec<_>, Vec<_>) = records.partition(Result::is_ok);
    let wrong: Vec<String> = wrong.into_iter().filter_map(Result::err).collect();
    match wrong.is_empty() {
        true => Ok(ImportFile {
            records: records.into_iter().filter_map(Result::ok).collect(),
            left_out: products::left_out(&columns),
        }),
        false => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::import::columns::ImportField;

    fn names(text: &str) -> Result<Vec<(u32, Option<String>)>, Vec<String>> {
        let file = read(text, &[], None)?;
        let name = |record: &ImportRecord| (record.line, record.text(ImportField::Name));
        Ok(file.records.iter().map(name).collect())
    }

    #[test]
    fn json_is_read_by_the_line_or_as_a_whole() {
        let two = Ok(vec![(1, Some("Till".to_owned())), (2, Some("Desk".to_owned()))]);
        for text in [
            "{\"name\": \"Till\"}\n{\"name\": \"Desk\", \"labels\": [\"a\"]}\n",
            "[{\"name\": \"Till\"},\n {\"name\": \"Desk\"}]",
            "{\"data\": [{\"name\": \"Till\"}, {\"name\": \"Desk\", \"note\": null}]}",
        ] {
            assert_eq!(names(text), two, "{text}");
        }
        for (text, named) in [
            ("", "no keys"),
            ("[]", "no keys"),
            ("{\"name\": \"Till\"}\n{\"name\": \"De\n", "line 2"),
            ("7", "no JSON object"),
            ("{\"name\": \"Till\"}\n[1]\n", "line 2"),
            ("{\"colour\": \"red\"}", "\"colour\" is unknown"),
            ("{\"name\": {\"a\": 1}}", "line 1, name"),
        ] {
            let wrong = names(text).expect_err(text);
            assert!(wrong[0].contains(named), "{text}: {wrong:?}");
        }
    }
}

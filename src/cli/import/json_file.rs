//! Keys in JSON: a line each, a list, or what another product exports.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::args::ImportSource;
use super::columns::{ImportField, Mapping, Naming, fields};
use super::faults::{self, Faults, FileFault};
use super::pages;
use super::products::{self, kong, unkey};
use super::record::{ImportFile, ImportRecord, JsonObject};
use super::strict_json::{self, NoJson};

pub fn read(text: &str, map: &[Mapping], from: Option<ImportSource>) -> Result<ImportFile, Faults> {
    let objects = objects(text)?;
    let Some((_, first)) = objects.first() else {
        return Err(FileFault::of_file("there are no keys in it").into());
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
fn objects(text: &str) -> Result<Vec<(u64, JsonObject)>, Faults> {
    // One document may be on many lines; where it is not one, each line is.
    match strict_json::read(text) {
        Ok(document) => return listed(document),
        Err(NoJson::Twice(message)) if !is_by_line(text) => return Err(FileFault::of_file(message).into()),
        Err(_) => {}
    }
    let lines = (1_u64..)
        .zip(text.lines())
        .filter(|(_, text)| !text.trim().is_empty());
    faults::all(lines.map(|(line, text)| match strict_json::read(text) {
        Ok(Value::Object(object)) => Ok((line, object)),
        Ok(_) => Err(FileFault::of_line(line, "this is no JSON object")),
        Err(NoJson::Twice(message)) => Err(FileFault::of_line(line, message)),
        Err(NoJson::From(column)) => Err(FileFault::of_line(
            line,
            format!("this is no JSON, from column {column} on"),
        )),
    }))
}

/// Whether the first line is an object by itself.
fn is_by_line(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| line.trim_start().starts_with('{') && line.trim_end().ends_with('}'))
}

/// A list, or an object that has one under a name that products give it.
fn listed(document: Value) -> Result<Vec<(u64, JsonObject)>, Faults> {
    let items = match document {
        Value::Array(items) => items,
        Value::Object(mut object) => {
            if let Some(message) = pages::refusal(&object) {
                return Err(FileFault::of_file(message).into());
            }
            let list = ["keys", "data", "consumers"]
                .into_iter()
                .find(|name| object.get(*name).is_some_and(Value::is_array));
            match list.and_then(|name| object.remove(name)) {
                Some(Value::Array(items)) => items,
                _ => vec![Value::Object(object)],
            }
        }
        _ => return Err(FileFault::of_file("this is no JSON object").into()),
    };
    let object = |(place, item)| match item {
        Value::Object(object) => Ok((place, object)),
        _ => Err(FileFault::of_line(place, "this is no JSON object")),
    };
    faults::all((1_u64..).zip(items).map(object))
}

/// In our own names.
fn own(objects: Vec<(u64, JsonObject)>, map: &[Mapping]) -> Result<ImportFile, Faults> {
    let (mut columns, mut seen) = (Vec::new(), HashSet::new());
    for name in objects.iter().flat_map(|(_, object)| object.keys()) {
        if seen.insert(name) {
            columns.push(name.clone());
        }
    }
    let fields: HashMap<&String, ImportField> = columns
        .iter()
        .zip(fields(&columns, map, Naming::Members)?)
        .collect();
    let records = objects.iter().map(|(line, object)| {
        let mut record = ImportRecord::at(*line);
        for (name, value) in object {
            if let Some(field) = fields.get(name) {
                let wrong = |message| FileFault::of_line(*line, message).in_column(field.name());
                record.add_value(*field, value).map_err(wrong)?;
            }
        }
        Ok(record)
    });
    ImportFile::of(records, products::left_out(&columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<(u32, Option<String>)>, String> {
        let file = read(text, &[], None).map_err(|wrong| wrong.failure("").to_string())?;
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
            ("{\"colour\": \"red\"}", "none of them is known"),
            ("{\"name\": \"a\", \"colour\": \"red\"}", "\"colour\" is unknown"),
            (
                "{\"keys\": [{\"name\": \"a\"}], \"next\": \"x\"}",
                "one page of several",
            ),
            (
                "{\"items\": [{\"name\": \"a\"}], \"position\": \"x\"}",
                "one page of several",
            ),
            ("{\"name\": {\"a\": 1}}", "line 1, name"),
            (
                "{\"name\": \"a\", \"name\": \"b\"}",
                "line 1: \"name\" is there twice",
            ),
            (
                "{\"name\": \"a\"}\n{\"name\": \"a\", \"name\": \"b\"}\n",
                "line 2: \"name\" is there twice",
            ),
            (
                "[\n{\"name\": \"a\", \"name\": \"b\"}]",
                "\"name\" is there twice",
            ),
        ] {
            let wrong = names(text).expect_err(text);
            assert!(wrong.contains(named), "{text}: {wrong}");
        }
    }
}

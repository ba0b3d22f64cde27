//! Amazon API Gateway's key file: `Name,key,description,Enabled,usageplanIds` in any order and case.

use crate::cli::import::columns::{ImportField, Mapping, Naming, fields as mapped};
use crate::cli::import::faults::Faults;

const COLUMNS: [(&str, &str); 5] = [
    ("name", "name"),
    ("key", "token"),
    ("description", "note"),
    ("enabled", "enabled"),
    ("usageplanids", "ignore"),
];

/// A name and a key, and nothing else than what such a file has.
pub fn is_header(columns: &[String]) -> bool {
    let has = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    let is_known = |column: &String| {
        column.is_empty() || COLUMNS.iter().any(|(name, _)| column.eq_ignore_ascii_case(name))
    };
    has("name") && has("key") && columns.iter().all(is_known)
}

/// What was said on the command line goes before.
pub fn fields(columns: &[String], map: &[Mapping]) -> Result<Vec<ImportField>, Faults> {
    let renamed: Vec<String> = columns
        .iter()
        .map(|column| {
            let known = COLUMNS.iter().find(|(name, _)| column.eq_ignore_ascii_case(name));
            let is_mapped = map.iter().any(|mapping| mapping.is_of(column));
            match known.filter(|_| !is_mapped) {
                Some((_, field)) => (*field).to_owned(),
                None => column.clone(),
            }
        })
        .collect();
    mapped(&renamed, map, Naming::Header)
}

pub fn left_out(columns: &[String]) -> Vec<String> {
    let is_left_out = |column: &&String| column.eq_ignore_ascii_case("usageplanIds");
    columns.iter().filter(is_left_out).cloned().collect()
}

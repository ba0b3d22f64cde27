//! What a line of a file holds, field by field.

use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::columns::ImportField;
use super::faults::{self, Faults, FileFault};
use super::names;
use crate::api::MAX_IMPORTED;

pub type JsonObject = Map<String, Value>;

/// The keys of a file, and what was left out of it, by name.
#[derive(Default)]
pub struct ImportFile {
    pub records: Vec<ImportRecord>,
    pub left_out: Vec<String>,
}

impl ImportFile {
    /// All of them, or what is wrong with which.
    pub fn of(
        records: impl IntoIterator<Item = Result<ImportRecord, FileFault>>,
        left_out: Vec<String>,
    ) -> Result<Self, Faults> {
        // What is beyond is not looked at: nobody may import it at once.
        let bounded = records.into_iter().take(MAX_IMPORTED + 1).enumerate();
        let records = bounded.map(|(n, record)| match n {
            MAX_IMPORTED => Err(FileFault::of_file(format!(
                "there are more than {MAX_IMPORTED} keys in it; import them in parts"
            ))),
            _ => record.and_then(named),
        });
        let records = faults::all(records)?;
        let left_out = left_out
            .iter()
            .map(|name| names::said(name).into_owned())
            .collect();
        Ok(Self { records, left_out })
    }
}

fn named(record: ImportRecord) -> Result<ImportRecord, FileFault> {
    match record.cell(ImportField::Unnamed) {
        None => Ok(record),
        Some(_) => {
            let message = "a column without a name has something in it; give it a name, or empty it";
            Err(FileFault::of_line(record.line.into(), message))
        }
    }
}

/// A key as a file has it.
#[derive(Default)]
pub struct ImportRecord {
    pub line: u32,
    fields: Vec<(ImportField, ImportCell)>,
}

pub enum ImportCell {
    Text(String),
    List(Vec<String>),
}

impl ImportCell {
    fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::List(items) => items.is_empty(),
        }
    }
}

impl ImportRecord {
    pub fn at(line: u64) -> Self {
        Self {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            fields: Vec::new(),
        }
    }

    /// What is blank is not there.
    pub fn add(&mut self, field: ImportField, cell: ImportCell) {
        if !cell.is_blank() && field != ImportField::Ignore {
            self.fields.push((field, cell));
        }
    }

    /// What a value is in a field.
    pub fn add_value(&mut self, field: ImportField, value: &Value) -> Result<(), String> {
        let cell = match value {
            Value::Null => return Ok(()),
            Value::String(text) => ImportCell::Text(text.clone()),
            Value::Bool(flag) => ImportCell::Text(flag.to_string()),
            Value::Number(number) => ImportCell::Text(number.to_string()),
            Value::Array(items) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
                let texts: Option<Vec<String>> = texts.collect();
                ImportCell::List(texts.ok_or_else(|| "a list has texts alone".to_owned())?)
            }
            Value::Object(_) if field == ImportField::Ignore => return Ok(()),
            Value::Object(_) => return Err("this must be a text".into()),
        };
        self.add(field, cell);
        Ok(())
    }

    pub fn text(&self, field: ImportField) -> Option<String> {
        self.cell(field).map(|cell| match cell {
            ImportCell::Text(text) => text.trim().to_owned(),
            ImportCell::List(items) => items.join(" "),
        })
    }

    /// A field that nobody needs to look at any closer.
    pub fn longer_than(&self, most: usize) -> Option<ImportField> {
        let length = |cell: &ImportCell| match cell {
            ImportCell::Text(text) => text.len(),
            ImportCell::List(items) => items.iter().map(String::len).sum(),
        };
        let mut fields = self.fields.iter();
        fields
            .find(|(_, cell)| length(cell) > most)
            .map(|(field, _)| *field)
    }

    /// Several in one cell are parted by one of these.
    pub fn list(&self, field: ImportField, parted: &[char]) -> Option<Vec<String>> {
        self.cell(field).map(|cell| match cell {
            ImportCell::List(items) => items.clone(),
            ImportCell::Text(text) => {
                let items = text.split(parted).map(str::trim).filter(|item| !item.is_empty());
                items.map(str::to_owned).collect()
            }
        })
    }

    fn cell(&self, field: ImportField) -> Option<&ImportCell> {
        self.fields
            .iter()
            .find(|(of, _)| *of == field)
            .map(|(_, cell)| cell)
    }
}

impl Drop for ImportRecord {
    fn drop(&mut self) {
        for (field, cell) in &mut self.fields {
            if let (ImportField::Token, ImportCell::Text(text)) = (field, cell) {
                text.zeroize();
            }
        }
    }
}

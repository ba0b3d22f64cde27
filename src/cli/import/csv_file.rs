//! Keys in CSV, as spreadsheets and other products write it.

use csv::{ReaderBuilder, StringRecord};

use super::columns::{ImportField, Mapping, Naming, fields};
use super::faults::{Faults, FileFault};
use super::products::{self, aws};
use super::record::{ImportCell, ImportFile, ImportRecord};
use crate::cli::export::cell;
use crate::cli::import::args::ImportSource;

/// What is between the cells, in the order in which it is taken when a header has as many of each.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

pub fn read(text: &str, map: &[Mapping], from: Option<ImportSource>) -> Result<ImportFile, Faults> {
    let (skipped, given, text) = declared(text);
    let header = text.lines().next().unwrap_or_default();
    let most = |a: &char, b: &char| header.matches(*a).count().cmp(&header.matches(*b).count());
    let delimiter = given.unwrap_or_else(|| DELIMITERS.into_iter().rev().max_by(most).unwrap_or(','));
    if let Some(line) = unclosed(text, delimiter) {
        let line = line + skipped;
        return Err(FileFault::of_line(line, "a quote is opened and never closed").into());
    }
    let mut reader = ReaderBuilder::new()
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .has_headers(true)
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns: Vec<String> = match reader.headers() {
        Ok(header) => header
            .iter()
            .map(|name| cell::plain(name.trim()).to_owned())
            .collect(),
        Err(error) => return Err(FileFault::of_file(format!("the header can't be read: {error}")).into()),
    };
    if columns.iter().all(String::is_empty) {
        let named =
            "there are no keys in it: the first line names the columns, such as name,scope,project,token";
        return Err(FileFault::of_file(named).into());
    }
    let (fields, left_out) =
        match from == Some(ImportSource::Aws) || from.is_none() && aws::is_header(&columns) {
            true => (aws::fields(&columns, map)?, aws::left_out(&columns)),
            false => (
                fields(&columns, map, Naming::Header)?,
                products::left_out(&columns),
            ),
        };
    let mut lines = Lines {
        text: text.as_bytes(),
        at: 0,
        line: skipped + 1,
    };
    let records = reader.records().filter_map(|row| match row {
        Ok(row) => {
            let line = lines.of(row.position().map_or(0, csv::Position::byte));
            record(&row, &fields, line).transpose()
        }
        Err(error) => Some(Err(FileFault::of_file(error.to_string()))),
    });
    ImportFile::of(records, left_out)
}

/// Excel's `sep=;` in a line of its own: how many lines that is, the delimiter, and the rest.
fn declared(text: &str) -> (u64, Option<char>, &str) {
    let rest = text.strip_prefix("sep=").or_else(|| text.strip_prefix("\"sep="));
    let Some((delimiter, rest)) = rest.and_then(|rest| Some((rest.chars().next()?, rest))) else {
        return (0, None, text);
    };
    match rest.split_once('\n') {
        Some((_, rest)) if delimiter.is_ascii() => (1, Some(delimiter), rest),
        _ => (0, None, text),
    }
}

/// The lines of a text. What is before a record belongs to it for the reader: the end of the line before, and empty lines.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that is read from here on, which is further on than the last one.
    fn of(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte)
            .unwrap_or(usize::MAX)
            .clamp(self.at, self.text.len());
        let blank = self.text[byte..]
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let to = byte + blank.count();
        let passed = self.text[self.at..to].iter().filter(|byte| **byte == b'\n');
        self.line += passed.count() as u64;
        self.at = to;
        self.line
    }
}

/// `None`: a line of nothing but delimiters.
fn record(row: &StringRecord, fields: &[ImportField], line: u64) -> Result<Option<ImportRecord>, FileFault> {
    if row.iter().all(|cell| cell.trim().is_empty()) {
        return Ok(None);
    }
    if row.len() != fields.len() {
        let (cells, columns) = (row.len(), fields.len());
        let message = format!(
            "there are {cells} cells, and the header has {columns}; is a cell with a comma not in quotes?"
        );
        return Err(FileFault::of_line(line, message));
    }
    let mut record = ImportRecord::at(line);
    for (field, text) in fields.iter().zip(row) {
        record.add(*field, ImportCell::Text(cell::plain(text).to_owned()));
    }
    Ok(Some(record))
}

/// The line in which a cell begins with a quote that nothing ends.
fn unclosed(text: &str, delimiter: char) -> Option<u64> {
    let (mut line, mut opened, mut begins) = (1_u64, None, true);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, opened) {
            ('"', None) if begins => opened = Some(line),
            ('"', Some(_)) if chars.peek() == Some(&'"') => {
                chars.next();
            }
            ('"', Some(_)) => opened = None,
            _ => {}
        }
        begins = opened.is_none() && (c == delimiter || c == '\n' || c == '\r');
        line += u64::from(c == '\n');
    }
    opened
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
    fn csv_is_read_as_spreadsheets_write_it() {
        let till = |line| Ok(vec![(line, Some("Till".to_owned()))]);
        for (text, line) in [
            ("name,token\nTill,x\n", 2),
            ("name,token\r\nTill,x\r\n", 2),
            ("name;token\nTill;x", 2),
            ("name\ttoken\nTill\tx", 2),
            ("sep=;\r\nname;token\r\nTill;x\r\n", 3),
            ("name,token\n\n,\nTill,x\n", 4),
            ("name,token\r\n\r\n\r\nTill,x\r\n", 4),
            ("\"name\",\"token\"\n\"Till\",\"x\"\n", 2),
            ("name,token,\nTill,x,\n", 2),
            ("name,,token,\nTill,,x, \n", 2),
            ("name,token\n'Till,x\n", 2),
        ] {
            match text.contains('\'') {
                // Only what we wrote is undone.
                true => assert_eq!(names(text), Ok(vec![(2, Some("'Till".into()))])),
                false => assert_eq!(names(text), till(line), "{text:?}"),
            }
        }
        assert_eq!(names("name,note\n'=1+1,x\n"), Ok(vec![(2, Some("=1+1".into()))]));
        assert_eq!(names("name,note\n\"a\nb\",x\nc,y\n").map(|all| all[1].0), Ok(4));
    }

    #[test]
    fn what_is_no_csv_is_told_by_its_line() {
        for (text, named) in [
            ("", "no keys"),
            ("\n\n", "no keys"),
            ("name,token\n\"Till,x\nDesk,y\n", "line 2: a quote"),
            ("name,token\nTill,x\nDesk\n", "line 3: there are 1 cells"),
            ("name,name\nTill,x\n", "two columns"),
            ("name,colour\nTill,x\n", "\"colour\" is unknown"),
            (
                "name,,token\nTill,,x\nDesk,y,z\n",
                "line 3: a column without a name",
            ),
            ("Till,x\nDesk,y\n", "does not look like a header"),
        ] {
            let wrong = names(text).expect_err(text);
            assert!(wrong.contains(named), "{wrong}");
        }
    }
}

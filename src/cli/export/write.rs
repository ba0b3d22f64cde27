//! Writes records one after the other, as CSV (RFC 4180: UTF-8, lines that end with CR LF, a header) or as JSON lines.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::args::{ExportFormat, ExportTo};
use super::cell;
use crate::cli::whole_file::WholeFile;
use crate::cli::{Failure, output};

/// A line of an export.
pub trait ExportRecord: Serialize {
    fn columns() -> Vec<&'static str>;

    /// As many as there are columns.
    fn cells(&self) -> Vec<String>;
}

/// What a cell holds.
pub trait ExportValue {
    fn cell(&self) -> String;
}

macro_rules! displayed {
    ($($kind:ty),*) => {
        $(impl ExportValue for $kind {
            fn cell(&self) -> String {
                self.to_string()
            }
        })*
    };
}

displayed!(
    String,
    &'static str,
    bool,
    u64,
    jiff::Timestamp,
    jiff::civil::Date,
    uuid::Uuid
);

impl<T: Display> ExportValue for Option<T> {
    fn cell(&self) -> String {
        self.as_ref().map_or_else(String::new, T::to_string)
    }
}

/// Where the records go.
pub struct ExportWriter {
    form: Form,
    file: Option<WholeFile>,
    count: u64,
}

enum Form {
    Csv(Box<csv::Writer<Sink>>),
    Lines(Sink),
}

type Sink = BufWriter<Box<dyn Write>>;

impl ExportWriter {
    /// The header is written at once, so that an export of nothing has one.
    pub fn new<R: ExportRecord>(to: &ExportTo) -> Result<Self, Failure> {
        let mut file = to.output.as_deref().map(WholeFile::new).transpose()?;
        let out: Box<dyn Write> = match &mut file {
            Some(file) => Box::new(file.file().try_clone()?),
            None => Box::new(io::stdout()),
        };
        let out = BufWriter::new(out);
        let form = match to.format() {
            ExportFormat::Jsonl => Form::Lines(out),
            ExportFormat::Csv => {
                let mut csv = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(out);
                csv.write_record(R::columns()).map_err(unwritten)?;
                Form::Csv(Box::new(csv))
            }
        };
        Ok(Self { form, file, count: 0 })
    }

    pub fn write<R: ExportRecord>(&mut self, record: &R) -> Result<(), Failure> {
        self.count += 1;
        match &mut self.form {
            Form::Lines(out) => Ok(writeln!(out, "{}", output::compact_json(record)?)?),
            Form::Csv(csv) => {
                let cells = record.cells();
                let cells = cells.iter().map(|text| cell::quoted(text));
                csv.write_record(cells.map(|text| text.into_owned()))
                    .map_err(unwritten)
            }
        }
    }

    /// Only now is the file at its place.
    pub fn finish(self) -> Result<u64, Failure> {
        match self.form {
            Form::Lines(mut out) => out.flush()?,
            Form::Csv(mut csv) => csv.flush()?,
        }
        self.file.map_or(Ok(()), WholeFile::keep)?;
        Ok(self.count)
    }
}

fn unwritten(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => Failure::Failed(format!("can't write the output: {other:?}")),
    }
}

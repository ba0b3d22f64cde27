//! `keydeck import`: keys of other products, all of them or none. They go on being valid as they are presented today.

pub mod args;
mod columns;
mod csv_file;
mod faults;
mod json_file;
mod key;
mod names;
mod pages;
mod products;
mod record;
mod send;
mod source;
mod strict_json;

use std::collections::HashMap;

use jiff::Timestamp;

use self::args::{ImportArgs, ImportSource};
use self::faults::{Faults, FileFault};
use self::record::ImportFile;
use super::export::args::ExportFormat;
use super::{Failure, output};
use crate::api::ImportKey;
use crate::client::Client;
use crate::deck::{self, Selection};
use crate::model::TokenHash;

const NOTHING: &str = "nothing was imported";

/// The file is read, and all that can be seen in it is said, before a server is asked.
pub fn run(selection: &Selection, args: ImportArgs) -> Result<(), Failure> {
    if args.file.as_os_str() == "-" {
        super::ask::possible(selection)?;
    }
    let file = read(&args)?;
    let keys = valid(&file, &args)?;
    if !file.left_out.is_empty() {
        output::notice(format!(
            "not taken over: {}",
            output::shown(&file.left_out.join(", "))
        ));
    }
    drop(file);
    deck::ask(selection, async |client| import(client, &args, keys).await)
}

fn read(args: &ImportArgs) -> Result<ImportFile, Failure> {
    let text = source::text(&args.file)?;
    let is_json = args
        .format
        .map(|format| format == ExportFormat::Jsonl)
        .unwrap_or_else(|| {
            text.trim_start().starts_with(['{', '['])
                || matches!(args.from, Some(ImportSource::Unkey | ImportSource::Kong))
        });
    let read = match is_json {
        true => json_file::read(&text, &args.map, args.from),
        false => csv_file::read(&text, &args.map, args.from),
    };
    let file = read.map_err(|faults| faults.failure(NOTHING))?;
    match file.records.is_empty() {
        true => Err(Failure::Failed("there are no keys in the file".into())),
        false => Ok(file),
    }
}

/// All of them, or what is wrong with which.
fn valid(file: &ImportFile, args: &ImportArgs) -> Result<Vec<ImportKey>, Failure> {
    let (now, mut faults) = (Timestamp::now(), Faults::default());
    let mut keys = Vec::with_capacity(file.records.len());
    let mut lines: HashMap<TokenHash, u32> = HashMap::new();
    for record in &file.records {
        match key::read(record, args, now) {
            Ok((key, hash)) => {
                let first = *lines.entry(hash).or_insert(record.line);
                if first != record.line {
                    let same =
                        FileFault::of_line(record.line.into(), format!("Line {first} has the same token."));
                    faults.add(same.in_column("token"));
                }
                keys.push(key);
            }
            Err(wrong) => faults.extend(wrong),
        }
    }
    match faults.is_empty() {
        true => Ok(keys),
        false => Err(faults.failure(NOTHING)),
    }
}

async fn import(client: &Client, args: &ImportArgs, keys: Vec<ImportKey>) -> Result<(), Failure> {
    let mut faults = Faults::default();
    let Some(outcome) = send::send(client, args, keys, &mut faults).await? else {
        return Err(faults.failure(NOTHING));
    };
    if args.json {
        return output::json(&outcome);
    }
    let skipped = match outcome.skipped {
        0 => String::new(),
        skipped => format!(", {} there already", output::counted(skipped, "key")),
    };
    let imported = output::counted(outcome.imported, "key");
    output::line(match outcome.dry_run {
        true => format!("{imported} would be imported{skipped}; nothing was done"),
        false => format!("{imported} imported{skipped}"),
    });
    Ok(())
}

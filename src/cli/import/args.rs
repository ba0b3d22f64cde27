//! `keydeck import`: the flags.

use std::path::PathBuf;

use clap::Args;
use strum::{EnumIter, IntoStaticStr};

use super::columns::{Mapping, MappingParser};
use crate::cli::export::args::ExportFormat;
use crate::cli::values;
use crate::model::Scope;

/// Whose format a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ImportSource {
    Keydeck,
    Aws,
    Unkey,
    Kong,
}

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// CSV, JSON or JSON lines with a key each; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Check everything and say what would be imported, but import nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Pass over keys that are there already, with the same name, scope, project and token
    #[arg(long)]
    pub skip_existing: bool,
    /// Take a column for a field, such as --map 'API key=token'; =ignore leaves it out
    #[arg(long = "map", value_name = "COLUMN=FIELD", value_parser = MappingParser)]
    pub map: Vec<Mapping>,
    /// The format [default: by the file's name and content]
    #[arg(long, value_parser = values::word::<ExportFormat>())]
    pub format: Option<ExportFormat>,
    /// The product that wrote the file [default: by what is in it]
    #[arg(long, value_name = "PRODUCT", value_parser = values::word::<ImportSource>())]
    pub from: Option<ImportSource>,
    /// The scope of keys for which the file has none
    #[arg(long, value_parser = values::word::<Scope>())]
    pub scope: Option<Scope>,
    /// The project of Web and Mobile keys for which the file has none, by id or exact name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Whose keys they are where the file does not say so: an email address or an id, for Owners [default: yours]
    #[arg(long, value_name = "USER")]
    pub creator: Option<String>,
    /// Print what came of it as JSON
    #[arg(long)]
    pub json: bool,
}

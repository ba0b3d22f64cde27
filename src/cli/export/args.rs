//! `keydeck export …`: the flags.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use strum::{EnumIter, IntoStaticStr};

use crate::cli::activity::args::WhichRowsArgs;
use crate::cli::key::args::WhichKeysArgs;
use crate::cli::values;

#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    pub command: ExportCommand,
}

#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Export keys, what is known of each but its secret
    ///
    /// All as they are at one moment; nothing is written before they are all there.
    Keys(ExportKeysArgs),
    /// Export the activity log, newest first, as it was when the command began
    Activity(ExportActivityArgs),
    /// Export how often each key was allowed and refused, on each of the last seven days of UTC
    Usage(ExportKeysArgs),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ExportFormat {
    #[default]
    Csv,
    Jsonl,
}

/// In which form, and where to.
#[derive(Debug, Args)]
pub struct ExportTo {
    /// The format [default: csv, or what the name of the file ends with]
    #[arg(long, value_parser = values::word::<ExportFormat>())]
    pub format: Option<ExportFormat>,
    /// A new file, that only you can read [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ExportKeysArgs {
    #[command(flatten)]
    pub to: ExportTo,
    #[command(flatten)]
    pub which: WhichKeysArgs,
}

#[derive(Debug, Args)]
pub struct ExportActivityArgs {
    #[command(flatten)]
    pub to: ExportTo,
    #[command(flatten)]
    pub which: WhichRowsArgs,
}

impl ExportTo {
    pub fn format(&self) -> ExportFormat {
        let extension = self.output.as_ref().and_then(|path| path.extension());
        let is_lines =
            extension.is_some_and(|it| ["jsonl", "ndjson"].iter().any(|end| it.eq_ignore_ascii_case(end)));
        self.format.unwrap_or(match is_lines {
            true => ExportFormat::Jsonl,
            false => ExportFormat::Csv,
        })
    }
}

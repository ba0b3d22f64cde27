//! `keydeck export …`: the flags.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use strum::{EnumIter, IntoStaticStr};

use crate::api::ActivityAction;
use crate::cli::activity::args::ActivityListArgs;
use crate::cli::key::args::KeyListArgs;
use crate::cli::values;
use crate::model::{FilterWords, Scope, StateFilter};

#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    pub command: ExportCommand,
}

#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Export keys, what is known of each but its secret
    ///
    /// Page after page: a key that is changed meanwhile is as it was before or after.
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
    /// Only keys of this scope
    #[arg(long, value_parser = values::word::<Scope>())]
    pub scope: Option<Scope>,
    /// Only keys of this project, by id or exact name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only keys that this person created: an id, an email address, or me
    #[arg(long = "created-by", alias = "creator", value_name = "USER")]
    pub creator: Option<String>,
    /// Only keys in this state [default: all but expired and revoked ones]
    #[arg(long, value_parser = values::word::<StateFilter>())]
    pub state: Option<StateFilter>,
    #[arg(long, value_name = "TEXT", value_parser = FilterWords::parse, help = FilterWords::help())]
    pub filter: Option<FilterWords>,
}

#[derive(Debug, Args)]
pub struct ExportActivityArgs {
    #[command(flatten)]
    pub to: ExportTo,
    /// Only what was done to this key: its id, also of a revoked key, or the name of an active one
    #[arg(long, value_name = "ID|NAME")]
    pub key: Option<String>,
    /// Only what this person did (removed people included): an email address, an id, or me
    #[arg(long, value_name = "EMAIL|ID")]
    pub person: Option<String>,
    /// Only this action
    #[arg(long, value_parser = values::word::<ActivityAction>())]
    pub action: Option<ActivityAction>,
    /// Only from this day on: today, yesterday, 7d, 6h or 2026-11-20
    #[arg(long, value_name = "DAY")]
    pub since: Option<String>,
    /// Only through this day
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// Only rows with these words in the action, the subject or the person's address
    #[arg(long, value_name = "WORDS")]
    pub text: Option<String>,
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

impl ExportKeysArgs {
    /// The list of all of them, which `key list` would show.
    pub fn split(self) -> (ExportTo, KeyListArgs) {
        let Self {
            to,
            scope,
            project,
            creator,
            state,
            filter,
        } = self;
        let list = KeyListArgs {
            sort: None,
            order: None,
            reverse: false,
            scope,
            project,
            creator,
            state,
            filter,
            limit: u64::MAX,
            all: true,
            after: None,
            json: false,
        };
        (to, list)
    }
}

impl ExportActivityArgs {
    /// The list of all of them, which `activity list` would show.
    pub fn split(self) -> (ExportTo, ActivityListArgs) {
        let Self {
            to,
            key,
            person,
            action,
            since,
            until,
            text,
        } = self;
        let list = ActivityListArgs {
            key,
            person,
            action,
            since,
            until,
            text,
            limit: u64::MAX,
            all: true,
            before: None,
            json: false,
        };
        (to, list)
    }
}

//! `keydeck activity …`: the flags.

use clap::{Args, Subcommand};

use crate::api::{ActivityAction, ActivityHead};
use crate::cli::values;

#[derive(Debug, Args)]
pub struct ActivityArgs {
    #[command(subcommand)]
    pub command: ActivityCommand,
}

#[derive(Debug, Subcommand)]
pub enum ActivityCommand {
    /// List the activity, newest first
    List(ActivityListArgs),
    /// Verify that no row of the log was changed or removed, or name the first that was
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
pub struct ActivityListArgs {
    #[command(flatten)]
    pub which: WhichRowsArgs,
    /// The maximum number of rows
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = values::limit)]
    pub limit: u64,
    /// List every row
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
    /// Only rows older than this one: the "next" of an earlier list
    #[arg(long, value_name = "SEQ")]
    pub before: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Which rows of the log are meant.
#[derive(Debug, Args)]
pub struct WhichRowsArgs {
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

#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A head that an earlier run printed: the log must still contain that row unchanged
    #[arg(long, value_name = "SEQ:HASH")]
    pub head: Option<ActivityHead>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

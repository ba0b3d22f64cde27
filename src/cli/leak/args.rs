//! `keydeck leak …`: the flags.

use clap::{ArgGroup, Args, Subcommand};
use uuid::Uuid;

use crate::cli::values;

#[derive(Debug, Args)]
pub struct LeakArgs {
    #[command(subcommand)]
    pub command: LeakCommand,
}

#[derive(Debug, Subcommand)]
pub enum LeakCommand {
    /// List the reports about which nobody has decided, the newest first
    List(LeakListArgs),
    /// Decide about a report: revoke the key, or leave it
    Decide(LeakDecideArgs),
}

#[derive(Debug, Args)]
pub struct LeakListArgs {
    /// Also those that were decided about
    #[arg(long)]
    pub all: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("decision").required(true).args(["revoke", "dismiss"]))]
pub struct LeakDecideArgs {
    /// The report's id
    #[arg(value_name = "ID", value_parser = values::id)]
    pub id: Uuid,
    /// Revoke the key: it stops working immediately and permanently
    #[arg(long)]
    pub revoke: bool,
    /// Leave the key, and enable it if this report disabled it
    #[arg(long)]
    pub dismiss: bool,
    /// Why, for the activity log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Don't ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: the report after the decision
    #[arg(long)]
    pub json: bool,
}

//! The flags of what is done to many keys at once.

use clap::Args;

use crate::cli::values;
use crate::model::{FilterWords, Scope};

/// What is given instead of one key.
pub const INSTEAD_OF_KEY: [&str; 6] = ["filter", "scope", "project", "creator", "all", "plan"];

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Many keys at once")]
pub struct ManyArgs {
    #[arg(long, value_name = "TEXT", value_parser = FilterWords::parse,
          help = format!("Instead of one key, all that match, 10,000 at most. {}", FilterWords::help()))]
    pub filter: Option<FilterWords>,
    /// Only keys of this scope
    #[arg(long, value_parser = values::word::<Scope>())]
    pub scope: Option<Scope>,
    /// Only keys of this project, by id or exact name
    #[arg(long, value_name = "PROJECT")]
    pub project: Option<String>,
    /// Only keys that this person created: an id, an email address, or me
    #[arg(long = "created-by", alias = "creator", value_name = "USER")]
    pub creator: Option<String>,
    /// All keys that have not expired; an empty filter needs it
    #[arg(long, conflicts_with_all = ["scope", "project", "creator"])]
    pub all: bool,
    /// Show what would be done, name every key that it would be done to, and do nothing
    #[arg(long, conflicts_with = "plan")]
    pub dry_run: bool,
    /// Carry out the plan that --dry-run printed, within ten minutes: exactly what it showed, or nothing
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["filter", "scope", "project", "creator", "all"])]
    pub plan: Option<String>,
    /// Do nothing unless there are exactly so many keys to change
    #[arg(long, value_name = "N", conflicts_with = "plan")]
    pub expect: Option<u64>,
}

impl ManyArgs {
    /// Whether it is said which keys, instead of one.
    pub fn are_meant(&self) -> bool {
        self.plan.is_some()
            || self.filter.is_some()
            || self.scope.is_some()
            || self.project.is_some()
            || self.creator.is_some()
            || self.all
    }

    /// Whether no condition is given.
    pub fn is_empty(&self) -> bool {
        let is_empty = |words: &FilterWords| *words == FilterWords::default();
        self.filter.as_ref().is_none_or(is_empty)
            && self.scope.is_none()
            && self.project.is_none()
            && self.creator.is_none()
    }
}

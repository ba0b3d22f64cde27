//! `keydeck scan`: the flags.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct ScanArgs {
    /// Files and directories to search, recursively; - is standard input, the default when it is piped
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Search every object of a git repository, also those that no branch leads to; . where none is named
    #[arg(long, value_name = "REPOSITORY", num_args = 0..=1, default_missing_value = ".")]
    pub git: Option<PathBuf>,
    /// Skip files that git ignores
    #[arg(long)]
    pub gitignore: bool,
    /// Don't ask the server; report every token as unchecked
    #[arg(long)]
    pub offline: bool,
    /// Report the keys that were found to the server as leaked; needs no sign-in
    #[arg(long, conflicts_with = "offline")]
    pub report: bool,
    /// Print JSON, one object per line, the summary last
    #[arg(long)]
    pub json: bool,
}

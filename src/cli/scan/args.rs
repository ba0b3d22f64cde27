//! `keydeck scan`: the flags.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct ScanArgs {
    /// Files, and directories with all that is in them; - is standard input, also without any path
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Leave out what git ignores
    #[arg(long)]
    pub gitignore: bool,
    /// Ask no server: go by the format alone
    #[arg(long)]
    pub offline: bool,
    /// Print JSON, an object a line, the summary last
    #[arg(long)]
    pub json: bool,
}

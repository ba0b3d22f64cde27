//! `keydeck seal …`: the flags. None of them takes a secret.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::database::DatabaseOrLocalArgs;

#[derive(Debug, Args)]
pub struct SealArgs {
    #[command(subcommand)]
    pub command: SealCommand,
}

#[derive(Debug, Subcommand)]
pub enum SealCommand {
    /// Replace the root key and the data key, even while the server runs
    ///
    /// Secrets that are sealed from then on can't be opened with the old root key, even with an older backup. The old
    /// root key is kept next to the new one, because earlier backups of the database need it. To finish an
    /// interrupted rotation, run the command again.
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
pub struct RotateArgs {
    #[command(flatten)]
    pub database: DatabaseOrLocalArgs,
    /// Write the new root key to this file; required when the old one is in KEYDECK_ROOT_KEY
    #[arg(long, value_name = "FILE", requires = "database")]
    pub new_root_key_file: Option<PathBuf>,
    /// Also reseal all existing secrets under the new data key
    ///
    /// The old root key then no longer opens anything in the current database. A backup from before, together with
    /// the old root key, still reveals the secrets of that time. To continue an interrupted run, run it again.
    #[arg(long)]
    pub reseal: bool,
}

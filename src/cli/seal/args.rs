//! `keydeck seal …`: the flags. None of them takes a secret.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct SealArgs {
    #[command(subcommand)]
    pub command: SealCommand,
}

#[derive(Debug, Subcommand)]
pub enum SealCommand {
    /// Put a new root key and a new data key in the place of the old ones, also while the server runs
    ///
    /// What is sealed from then on can't be opened with the old root key, whatever backup somebody has. The old root key
    /// is kept beside the new one, because backups of the database that were made before can only be opened with it. A
    /// rotation that was cut off is finished by running it again.
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
pub struct RotateArgs {
    /// The database, as sqlite:PATH or postgres://USER@HOST/DATABASE, instead of the local deck
    #[arg(long, env = "KEYDECK_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
    /// The file of the root key [default: PATH.root-key; or the key itself in KEYDECK_ROOT_KEY]
    #[arg(
        long,
        env = "KEYDECK_ROOT_KEY_FILE",
        hide_env_values = true,
        value_name = "FILE",
        requires = "database"
    )]
    pub root_key_file: Option<PathBuf>,
    /// Keep the new root key in this file instead; needed when the old one is in KEYDECK_ROOT_KEY
    #[arg(long, value_name = "FILE", requires = "database")]
    pub new_root_key_file: Option<PathBuf>,
    /// Also seal all secrets anew under the new data key
    ///
    /// Then the old root key opens nothing any more of the database as it is, whatever backup somebody has; a backup from
    /// before still shows the secrets of then to whoever has the old root key too. One that was cut off is continued
    /// by running it again.
    #[arg(long)]
    pub reseal: bool,
}

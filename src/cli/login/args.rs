//! `keydeck login`: the flags.

use std::path::PathBuf;

use clap::Args;

use crate::cli::values;
use crate::config::Colour;

#[derive(Debug, Args)]
pub struct LoginArgs {
    #[arg(
        value_name = "URL",
        help = "The server's URL, such as https://keys.acme.example; or several servers of one database",
        required = true,
        value_delimiter = ','
    )]
    pub urls: Vec<String>,
    /// The colour that marks the profile in the dashboard
    #[arg(long, value_parser = values::word::<Colour>())]
    pub colour: Option<Colour>,
    /// Make the profile read-only: no changes are offered or sent
    #[arg(long)]
    pub read_only: bool,
    /// A PEM file with certificate authorities to trust besides the system's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Store the token in a file that only you can read, not in the system's keyring
    #[arg(long)]
    pub no_keyring: bool,
}

//! `keydeck login`: the flags.

use std::path::PathBuf;

use clap::Args;

use crate::cli::values;
use crate::config::Colour;

#[derive(Debug, Args)]
pub struct LoginArgs {
    #[arg(
        value_name = "URL",
        help = "The server, such as https://keys.acme.example; or several over one database",
        required = true,
        value_delimiter = ','
    )]
    pub urls: Vec<String>,
    /// Mark the profile in the dashboard
    #[arg(long, value_parser = values::word::<Colour>())]
    pub colour: Option<Colour>,
    /// Offer and send nothing that changes anything
    #[arg(long)]
    pub read_only: bool,
    /// PEM certificates of authorities to trust besides the system's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Keep the token in a file that only you can read, not in the system's keyring
    #[arg(long)]
    pub no_keyring: bool,
}

//! `keydeck config …`: the commands.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Print the whole configuration file: each setting with what it is for and its default
    Default,
    /// Check the configuration file, and name each line that is wrong
    ///
    /// A wrong line about colours, keys or dates is passed over, and the rest applies. A wrong line about servers
    /// and signing in is refused by every command that needs them.
    Check,
    /// Print where the configuration file is
    Path,
}

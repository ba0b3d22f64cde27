//! The command line: the commands, and the help that explains them; the arguments of each are beside it.

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::activity::args::ActivityArgs;
use super::backup::BackupArgs;
use super::config::args::ConfigArgs;
use super::demo::DemoArgs;
use super::gateway::args::GatewayArgs;
use super::guide::GuideArgs;
use super::init::InitArgs;
use super::key::args::KeyArgs;
use super::login::args::LoginArgs;
use super::migrate::MigrateArgs;
use super::policy::args::PolicyArgs;
use super::project::args::ProjectArgs;
use super::restore::RestoreArgs;
use super::scan::args::ScanArgs;
use super::seal::args::SealArgs;
use super::serve::ServeArgs;
use super::user::args::UserArgs;
use super::whoami::WhoamiArgs;
use crate::deck::Selection;

/// A keyboard-driven dashboard for an organisation's API keys, and the key server behind it.
///
/// Without a command, keydeck opens the dashboard: for the chosen profile or server, with the token that
/// keydeck login stored, or else for the local deck, which it creates and serves by itself.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub selection: Selection,

    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// What this process was started with; `version` is what `--version` says.
    pub fn from_process(version: &'static str) -> Self {
        let command = Self::command().version(version);
        let matches = without_env_values(command).get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// No help shows the values of environment variables: they may be secrets.
fn without_env_values(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| arg.hide_env_values(true))
        .mut_subcommands(without_env_values)
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to a key server, and store the token
    ///
    /// The token is read from the terminal without echo, or from standard input, and checked with the
    /// server. It is stored in the system's keyring, or else in a file that only you can read. The
    /// profile is named by --profile, or after the first server's host; the first profile becomes the
    /// default.
    Login(LoginArgs),
    /// Remove the stored token of a profile
    Logout,
    /// Show who you are signed in as, on which server, with which token, and what you may do
    Whoami(WhoamiArgs),
    /// Manage API keys
    Key(KeyArgs),
    /// Find leaked keys in files, and show which of them are active
    ///
    /// Everything is searched: hidden files, binary files, and files that git ignores; links in directories are
    /// not followed. The keys stay on this machine; only their hashes are sent to the server. Exits with 0
    /// only if everything could be read and no token was found that may be valid.
    Scan(ScanArgs),
    /// Manage people
    User(UserArgs),
    /// Manage projects, which keys are assigned to
    Project(ProjectArgs),
    /// Manage gateways, which check keys in front of an API
    Gateway(GatewayArgs),
    /// Show and set how long keys of the organisation may be valid
    Policy(PolicyArgs),
    /// Show the activity log, and verify that it is complete and unchanged
    Activity(ActivityArgs),
    /// Show and check the configuration file: servers, keys, colours, dates
    Config(ConfigArgs),
    /// Open the dashboard with temporary sample data
    Demo(DemoArgs),
    /// Read the guide: how to use keydeck, run its server, and what it promises
    Guide(GuideArgs),
    /// Create the database of a new key server, and its Owner
    Init(InitArgs),
    /// Run a key server on a database that `init` created
    Serve(ServeArgs),
    /// Rotate the keys that seal the secrets in a database
    Seal(SealArgs),
    /// Move a deck from SQLite to PostgreSQL
    ///
    /// Stop the server of the SQLite file first. The PostgreSQL database must be empty; it stays empty if the
    /// move fails, and the file is not changed.
    Migrate(MigrateArgs),
    /// Back up a database to a file, even while it is served
    ///
    /// The backup is a consistent snapshot without any erased data. It is authenticated with the root key but
    /// doesn't contain it: store the root key elsewhere, because anyone who has both can read the secrets.
    Backup(BackupArgs),
    /// Restore a backup to a new database
    ///
    /// A backup that was changed or made with another root key is refused. Keys that were revoked after the
    /// backup are active again.
    Restore(RestoreArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, without_env_values};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_help_shows_a_value_of_the_environment() {
        fn check(command: &clap::Command) {
            for arg in command.get_arguments().filter(|arg| arg.get_env().is_some()) {
                assert!(arg.is_hide_env_values_set(), "{} {arg}", command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        check(&without_env_values(Cli::command()));
    }
}

//! The command line: the commands, and the help that explains them; the arguments of each are beside it.

use clap::{Parser, Subcommand};

use super::activity::args::ActivityArgs;
use super::backup::BackupArgs;
use super::colour::ColorWhen;
use super::completions::args::{CompleteArgs, CompletionsArgs};
use super::config::args::ConfigArgs;
use super::dashboard::ShownArgs;
use super::demo::DemoArgs;
use super::export::args::ExportArgs;
use super::gateway::args::GatewayArgs;
use super::guide::GuideArgs;
use super::import::args::ImportArgs;
use super::init::InitArgs;
use super::key::args::KeyArgs;
use super::leak::args::LeakArgs;
use super::login::args::LoginArgs;
use super::man::args::ManArgs;
use super::migrate::MigrateArgs;
use super::policy::args::PolicyArgs;
use super::project::args::ProjectArgs;
use super::restore::RestoreArgs;
use super::scan::args::ScanArgs;
use super::seal::args::SealArgs;
use super::serve::ServeArgs;
use super::user::args::UserArgs;
use super::values;
use super::webhook::args::WebhookArgs;
use super::whoami::WhoamiArgs;
use crate::deck::Selection;

/// A keyboard-driven dashboard for an organisation's API keys, and the key server behind it.
///
/// Without a command, keydeck opens the dashboard: for the chosen profile or server, with the token that
/// keydeck login stored, or else for the local deck, which it creates and serves by itself.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    /// Use colours: auto, which is on a terminal without NO_COLOR, always, or never
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true,
        value_parser = values::word::<ColorWhen>(),
        display_order = 903
    )]
    pub color: ColorWhen,

    #[command(flatten)]
    pub selection: Selection,

    #[command(flatten)]
    pub shown: ShownArgs,

    #[command(subcommand)]
    pub command: Option<Command>,
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
    /// Show who you are signed in as, where, and what you may do
    Whoami(WhoamiArgs),
    /// Manage API keys
    Key(KeyArgs),
    /// Find leaked keys in files, and show which of them are active
    ///
    /// Everything is searched: hidden files, binary files, and files that git ignores; links in directories are
    /// not followed. The keys stay on this machine; only their hashes are sent to the server. Exits with 0
    /// only if everything could be read and no token was found that may be valid.
    Scan(ScanArgs),
    /// Show keys that were reported leaked, and decide what becomes of them
    Leak(LeakArgs),
    /// Manage webhooks, which are told when something happens
    Webhook(WebhookArgs),
    /// Manage people
    User(UserArgs),
    /// Manage the projects that keys belong to
    Project(ProjectArgs),
    /// Manage gateways, which check keys in front of an API
    Gateway(GatewayArgs),
    /// Show and set how long keys may be valid
    Policy(PolicyArgs),
    /// Show the activity log, and verify that it is complete and unchanged
    Activity(ActivityArgs),
    /// Write keys, the activity log or usage to a file that other programs read
    ///
    /// As CSV or JSON lines, on standard output or in a new file. No secret and no hash of one is ever in it. Cells of CSV
    /// that a spreadsheet would run as a formula have an apostrophe before them.
    Export(ExportArgs),
    /// Import keys of another product, which go on being valid as they are
    ///
    /// By their tokens, or by the SHA-256 of these. Everything is checked first, and what is wrong is told by its line; then
    /// all keys are imported at once, or none. Keys of which only the hash is known can't be shown.
    Import(ImportArgs),
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
    /// Print the completions for a shell
    ///
    /// They also know your keys, projects, people, gateways, webhooks and profiles. What a server does not answer within 250 ms,
    /// or KEYDECK_COMPLETION_TIMEOUT in milliseconds, is not offered. Nothing is asked, a profile's token_command is not
    /// run, and secrets are never completed or sent.
    Completions(CompletionsArgs),
    /// What could be typed next, for the scripts that `completions` prints
    #[command(hide = true)]
    Complete(CompleteArgs),
    /// Write the man pages to a directory
    ///
    /// There is one for each command, and keydeck-config(5).
    Man(ManArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;
    use crate::cli::help;

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
        check(&help::command());
    }
}

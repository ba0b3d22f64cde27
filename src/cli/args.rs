//! The command line: the commands, and the help that explains them; the arguments of each are beside it.

use clap::{Parser, Subcommand};

use super::activity::args::ActivityArgs;
use super::backup::BackupArgs;
use super::demo::DemoArgs;
use super::gateway::args::GatewayArgs;
use super::init::InitArgs;
use super::key::args::KeyArgs;
use super::login::args::LoginArgs;
use super::migrate::MigrateArgs;
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
/// Without a command, keydeck opens the dashboard: on the profile or server that is named, signed in
/// as keydeck login did, or else on the local deck, which it makes and serves by itself.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub selection: Selection,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sign in to a key server, and keep the token
    ///
    /// The token is read from the terminal without echo, or from standard input, and checked with the
    /// server. It is kept in the system's keyring, or else in a file that only you can read. The
    /// profile goes by the name that --profile gives, or by the first server's host; the first one
    /// becomes the default.
    Login(LoginArgs),
    /// Take the kept token of a profile away
    Logout,
    /// Say who you are, where, by which token, and what you may do
    Whoami(WhoamiArgs),
    /// Look after keys from scripts
    Key(KeyArgs),
    /// Find leaked keys in files, and say which of them are active
    ///
    /// Everything is searched: hidden files, binary ones, and what git ignores; links in directories are
    /// not followed. The keys stay on this machine, the server is asked by their hashes. Ends with 0 only
    /// when no token was found that may count.
    Scan(ScanArgs),
    /// Look after the people of the organisation
    User(UserArgs),
    /// Look after the projects that keys are assigned to
    Project(ProjectArgs),
    /// Look after the gateways that ask whether a key is allowed through
    Gateway(GatewayArgs),
    /// See who did what, and prove that the log of it is whole
    Activity(ActivityArgs),
    /// Open the dashboard on a throw-away organisation with sample data
    Demo(DemoArgs),
    /// Make the database of a new key server, and its owner
    Init(InitArgs),
    /// Serve a database that `init` has made
    Serve(ServeArgs),
    /// Look after what seals the secrets in a database
    Seal(SealArgs),
    /// Move a deck that has outgrown its file to PostgreSQL
    ///
    /// The server of the file must be ended. The database must be empty; nothing is in it when the move fails,
    /// and the file stays as it is.
    Migrate(MigrateArgs),
    /// Copy a database into a file, also while it is served
    ///
    /// The copy holds the database as it is at one moment, and nothing of what was erased before. It is authenticated
    /// with the root key, and does not hold it: keep that elsewhere, since who has both has the secrets.
    Backup(BackupArgs),
    /// Make a database from a backup, where there is none
    ///
    /// A backup that was changed, or made under another root key, is refused. Keys that were revoked after it was
    /// made are active in it again.
    Restore(RestoreArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}

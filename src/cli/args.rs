//! The command line: what can be said, and the help that explains it.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ipnet::IpNet;

use super::activity::args::ActivityArgs;
use super::gateway::args::GatewayArgs;
use super::key::args::KeyArgs;
use super::migrate::MigrateArgs;
use super::project::args::ProjectArgs;
use super::scan::args::ScanArgs;
use super::seal::args::SealArgs;
use super::user::args::UserArgs;
use super::values;
use crate::config::Colour;
use crate::model::Role;
use crate::server::address::trusted_proxy;

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

/// What a command works on.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Which server (not for demo, init and serve)")]
pub struct Selection {
    /// Work on this key server instead of the default profile; repeatable, for several over one
    /// database [env: KEYDECK_SERVER, separated by commas]
    #[arg(
        long = "server",
        global = true,
        value_name = "URL",
        value_delimiter = ',',
        display_order = 900
    )]
    pub servers: Vec<String>,
    /// Work on this profile of config.toml; "local" is the local deck [env: KEYDECK_PROFILE]
    #[arg(long, global = true, value_name = "NAME", display_order = 901)]
    pub profile: Option<String>,
    /// Sign in with the token in this file, or - for standard input [env: the token itself in
    /// KEYDECK_TOKEN]
    #[arg(long, global = true, value_name = "FILE", display_order = 902)]
    pub token_file: Option<PathBuf>,
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
    #[arg(long, value_parser = values::colour())]
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

#[derive(Debug, Args)]
pub struct WhoamiArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Generate this many keys instead of the hand-written sample
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub keys: Option<u64>,
    /// Who to sign in as: owner, support, analytics or editor
    #[arg(long, default_value = "owner", value_parser = values::role())]
    pub role: Role,
}

#[derive(Debug, Args)]
pub struct DatabaseArgs {
    /// The database, as sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long, env = "KEYDECK_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: String,
    /// The file of the root key [default for sqlite: PATH.root-key; or the key itself in KEYDECK_ROOT_KEY]
    #[arg(
        long,
        env = "KEYDECK_ROOT_KEY_FILE",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub root_key_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Where the backup goes; the file must not exist yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The database, as sqlite:PATH, instead of the local deck
    #[arg(long, env = "KEYDECK_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
    /// The file of its root key, which is not copied; the backup is authenticated with it [default: PATH.root-key]
    #[arg(
        long,
        env = "KEYDECK_ROOT_KEY_FILE",
        hide_env_values = true,
        value_name = "FILE",
        requires = "database"
    )]
    pub root_key_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Take a backup of an earlier keydeck, which nothing authenticates: whoever could write to it may have made
    /// themselves an Owner
    #[arg(long)]
    pub unauthenticated: bool,
}

#[derive(Debug, Args)]
pub struct InitArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// What the organisation is called
    #[arg(long, value_name = "NAME")]
    pub organisation: String,
    /// The email address of its first Owner
    #[arg(long, value_name = "EMAIL")]
    pub owner: String,
}

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The address to listen on
    #[arg(
        long,
        env = "KEYDECK_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:7390"
    )]
    pub listen: SocketAddr,
    /// The URL that clients reach this server by; it becomes part of Web and Mobile secrets
    #[arg(long, env = "KEYDECK_PUBLIC_URL", hide_env_values = true, value_name = "URL")]
    pub public_url: String,
    /// Allow an address that others can reach, because a proxy in front of it speaks TLS
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key"])]
    pub behind_tls_proxy: bool,
    /// Serve HTTPS with this certificate, followed by its chain, as PEM; renewed files are taken without a restart
    #[arg(
        long,
        env = "KEYDECK_TLS_CERT",
        hide_env_values = true,
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key, as PEM
    #[arg(
        long,
        env = "KEYDECK_TLS_KEY",
        hide_env_values = true,
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,
    /// Serve the figures for Prometheus at an address of their own too, in plain HTTP to whoever reaches it
    #[arg(
        long,
        env = "KEYDECK_METRICS_LISTEN",
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// Answer /metrics to whoever presents the token in this file; without it, only to this machine
    #[arg(
        long,
        env = "KEYDECK_METRICS_TOKEN_FILE",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub metrics_token_file: Option<PathBuf>,
    /// Believe this proxy, or those of this network, who connected to it (X-Forwarded-For); repeatable
    /// [env: KEYDECK_TRUSTED_PROXIES, separated by commas]
    #[arg(
        long = "trusted-proxy",
        env = "KEYDECK_TRUSTED_PROXIES",
        hide_env = true,
        value_name = "ADDRESS|NETWORK",
        value_delimiter = ',',
        value_parser = trusted_proxy
    )]
    pub trusted_proxies: Vec<IpNet>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}

//! `keydeck project …`: the flags. None of them takes a private key.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

#[derive(Debug, Args)]
pub struct ProjectArgs {
    #[command(subcommand)]
    pub command: ProjectCommand,
}

#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// Create a project, deployed, and print its id
    #[command(alias = "add")]
    Create(ProjectCreateArgs),
    /// List the projects
    List(ProjectListArgs),
    /// Edit a project: its name, or the session server that its keys connect to
    Edit(ProjectEditArgs),
    /// Deploy a project: its keys may connect, and new ones can be created
    Deploy(OneProject),
    /// Undeploy a project: its keys are kept, but refuse to connect
    Undeploy(UndeployArgs),
    /// Issue or revoke the introspection token of a project's session server
    ///
    /// The session server uses it at /v1/introspect to ask whether a connection token is still valid. The new token
    /// is shown only once; the previous one is no longer valid.
    SessionToken(SessionTokenArgs),
    /// Remove a project whose keys were all revoked
    Remove(ProjectRemoveArgs),
}

#[derive(Debug, Args)]
pub struct ProjectCreateArgs {
    /// The project's name, unique among the projects that you can see
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Don't deploy the project yet: its keys refuse to connect until keydeck project deploy
    #[arg(long)]
    pub not_deployed: bool,
    /// What happens anyway; for scripts that say it
    #[arg(long, hide = true, conflicts_with = "not_deployed")]
    pub deployed: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ProjectListArgs {
    /// Only projects whose name contains, or whose id begins with, this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct OneProject {
    /// The project's id or name
    #[arg(value_name = "ID|NAME")]
    pub project: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct UndeployArgs {
    #[command(flatten)]
    pub project: OneProject,
    /// Don't ask for confirmation; without a terminal, nobody is asked
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
#[command(override_usage = "keydeck project edit <ID|NAME> [OPTIONS]")]
#[command(group = ArgGroup::new("change").required(true).multiple(true).args([
    "name", "session_url", "session_key_name", "session_key_file", "no_session_server",
]))]
pub struct ProjectEditArgs {
    /// The project's id or name
    #[arg(value_name = "ID|NAME")]
    pub project: String,
    /// A new name
    #[arg(long)]
    pub name: Option<String>,
    /// The URL that its keys connect to, such as https://sessions.acme.example
    #[arg(long, value_name = "URL")]
    pub session_url: Option<String>,
    /// The name of the private key at the session server
    #[arg(long, value_name = "NAME")]
    pub session_key_name: Option<String>,
    /// Read the private key from this file, or from standard input with -; it is never shown again
    #[arg(long, value_name = "FILE")]
    pub session_key_file: Option<PathBuf>,
    /// Remove the session server
    #[arg(long, conflicts_with_all = ["session_url", "session_key_name", "session_key_file"])]
    pub no_session_server: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct SessionTokenArgs {
    /// The project's id or exact name
    #[arg(value_name = "ID|NAME")]
    pub project: String,
    /// Revoke the token instead
    #[arg(long)]
    pub revoke: bool,
    /// Don't ask for confirmation
    #[arg(long, requires = "revoke")]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ProjectRemoveArgs {
    /// The project's id or name
    #[arg(value_name = "ID|NAME")]
    pub project: String,
    /// Don't ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: the project before it was removed
    #[arg(long)]
    pub json: bool,
}

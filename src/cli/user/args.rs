//! `keydeck user …`: the flags.

use clap::{Args, Subcommand};

use crate::cli::values;
use crate::model::Role;

#[derive(Debug, Args)]
pub struct UserArgs {
    #[command(subcommand)]
    pub command: UserCommand,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Create a person's account and print their sign-in token, which is shown only once
    #[command(alias = "add")]
    Create(UserCreateArgs),
    /// List the people
    List(UserListArgs),
    /// Edit a person's account: their role, effective from their next request
    Edit(UserEditArgs),
    /// As `user edit --role`
    #[command(hide = true)]
    SetRole(SetRoleArgs),
    /// Remove a person, and revoke or hand over their keys
    Remove(UserRemoveArgs),
    /// Print a new sign-in token for a person; the previous one becomes invalid immediately
    NewToken(NewTokenArgs),
}

#[derive(Debug, Args)]
pub struct UserCreateArgs {
    /// The person's email address
    #[arg(value_name = "EMAIL")]
    pub email: String,
    /// The person's role
    #[arg(long, value_parser = values::word::<Role>())]
    pub role: Role,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct UserListArgs {
    /// Only people with this text in their email address
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct UserEditArgs {
    /// The person's id or email address
    #[arg(value_name = "ID|EMAIL")]
    pub user: String,
    /// The new role
    #[arg(long, value_parser = values::word::<Role>())]
    pub role: Role,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct SetRoleArgs {
    /// The person's id or email address
    #[arg(value_name = "ID|EMAIL")]
    pub user: String,
    /// The new role
    #[arg(value_parser = values::word::<Role>())]
    pub role: Role,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct NewTokenArgs {
    /// The person's id or email address
    #[arg(value_name = "ID|EMAIL")]
    pub user: String,
    /// Don't ask for confirmation; without a terminal, nobody is asked
    #[arg(long)]
    pub yes: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct UserRemoveArgs {
    /// The person's id or email address
    #[arg(value_name = "ID|EMAIL")]
    pub user: String,
    /// Revoke their keys, immediately and permanently
    #[arg(long, conflicts_with = "hand_over_to")]
    pub revoke_keys: bool,
    /// Hand over their keys, which keep working, and their projects to this person
    #[arg(long, value_name = "ID|EMAIL")]
    pub hand_over_to: Option<String>,
    /// Don't ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: how many keys and projects were revoked or handed over
    #[arg(long)]
    pub json: bool,
}

//! `keydeck gateway …`: the flags.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct GatewayArgs {
    #[command(subcommand)]
    pub command: GatewayCommand,
}

#[derive(Debug, Subcommand)]
pub enum GatewayCommand {
    /// Create a gateway and print its token, which is shown only once
    ///
    /// The gateway sends the token in the header x-keydeck-gateway. The client's address and origin that it
    /// reports are trusted.
    #[command(alias = "add")]
    Create(GatewayCreateArgs),
    /// List the gateways
    List(GatewayListArgs),
    /// Remove a gateway: its requests are refused immediately
    Remove(GatewayRemoveArgs),
}

#[derive(Debug, Args)]
pub struct GatewayCreateArgs {
    /// The gateway's name, unique among gateways
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct GatewayListArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct GatewayRemoveArgs {
    /// The gateway's id or exact name
    #[arg(value_name = "ID|NAME")]
    pub gateway: String,
    /// Don't ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: the gateway before it was removed
    #[arg(long)]
    pub json: bool,
}

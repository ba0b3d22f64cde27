//! `keydeck gateway …`: the flags.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub struct GatewayArgs {
    #[command(subcommand)]
    pub command: GatewayCommand,
}

#[derive(Debug, Subcommand)]
pub enum GatewayCommand {
    /// Add a gateway and print its token, which is shown only this once
    ///
    /// The gateway sends it in the header x-keydeck-gateway. What it says of the client's address and
    /// origin counts from then on.
    Add(GatewayAddArgs),
    /// List the gateways
    List(GatewayListArgs),
    /// Remove a gateway: what it asks is refused at once
    Remove(GatewayRemoveArgs),
}

#[derive(Debug, Args)]
pub struct GatewayAddArgs {
    /// Its name, unique among gateways
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
    /// Don't ask
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: the gateway as it was
    #[arg(long)]
    pub json: bool,
}

//! `keydeck webhook …`: the flags.

use clap::{ArgGroup, Args, Subcommand};
use uuid::Uuid;

use crate::cli::values;
use crate::model::{WebhookEvent, rotation};

#[derive(Debug, Args)]
pub struct WebhookArgs {
    #[command(subcommand)]
    pub command: WebhookCommand,
}

#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// List the webhooks
    List(WebhookListArgs),
    /// Create a webhook and print the secret that what is sent to it is signed with
    ///
    /// What happens from now on is sent to its URL, until the receiver has taken it. keydeck guide webhooks says how to
    /// verify the signatures.
    Create(WebhookCreateArgs),
    /// Change the URL or the events of a webhook, or enable or disable it
    Edit(WebhookEditArgs),
    /// Remove a webhook, with its secret and what waits for it
    Remove(WebhookRemoveArgs),
    /// Sign with a new secret, and for a while with the old one, too
    RotateSecret(WebhookRotateArgs),
    /// Print the secret of a webhook
    Reveal(WebhookRevealArgs),
    /// List what was and will be sent to a webhook, the newest first
    Deliveries(WebhookDeliveriesArgs),
    /// Send an event that says nothing, and tell what became of it
    Test(WebhookTestArgs),
    /// Send a delivery again, with the same id
    Redeliver(WebhookRedeliverArgs),
}

#[derive(Debug, Args)]
pub struct WebhookListArgs {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct WebhookCreateArgs {
    /// Where events are posted to
    #[arg(value_name = "URL")]
    pub url: String,
    /// Only these events; repeatable, or separated by commas. Without it, all of them
    #[arg(long = "event", value_name = "EVENT", value_delimiter = ',', value_parser = values::word::<WebhookEvent>())]
    pub events: Vec<WebhookEvent>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true)
    .args(["url", "events", "all_events", "enable", "disable"]))]
pub struct WebhookEditArgs {
    /// The webhook's id or URL
    #[arg(value_name = "ID|URL")]
    pub webhook: String,
    /// Where events are posted to from now on
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Only these events; repeatable, or separated by commas
    #[arg(long = "event", value_name = "EVENT", value_delimiter = ',', value_parser = values::word::<WebhookEvent>())]
    pub events: Vec<WebhookEvent>,
    /// All events, also those of later versions
    #[arg(long, conflicts_with = "events")]
    pub all_events: bool,
    /// Send what happens from now on
    #[arg(long)]
    pub enable: bool,
    /// Send nothing, and give up what waits
    #[arg(long, conflicts_with = "enable")]
    pub disable: bool,
    /// Print JSON: the webhook after the change
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct WebhookRemoveArgs {
    /// The webhook's id or URL
    #[arg(value_name = "ID|URL")]
    pub webhook: String,
    /// Don't ask for confirmation
    #[arg(long)]
    pub yes: bool,
    /// Print JSON: the webhook before it was removed
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct WebhookRotateArgs {
    /// The webhook's id or URL
    #[arg(value_name = "ID|URL")]
    pub webhook: String,
    /// For how long both secrets sign, such as 24h; 0 to end the old one immediately, a week at most
    #[arg(long, value_name = "TIME", value_parser = rotation::overlap)]
    pub overlap: u32,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct WebhookRevealArgs {
    /// The webhook's id or URL
    #[arg(value_name = "ID|URL")]
    pub webhook: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct WebhookDeliveriesArgs {
    /// The webhook's id or URL
    #[arg(value_name = "ID|URL")]
    pub webhook: String,
    /// Show at most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub limit: u32,
    /// Only those before this one
    #[arg(long, value_name = "ID", value_parser = values::id)]
    pub before: Option<Uuid>,
    /// Print JSON, with what is sent
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct WebhookTestArgs {
    /// The webhook's id or URL
    #[arg(value_name = "ID|URL")]
    pub webhook: String,
    /// Print JSON: the delivery
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct WebhookRedeliverArgs {
    /// The delivery's id
    #[arg(value_name = "DELIVERY", value_parser = values::id)]
    pub delivery: Uuid,
    /// Print JSON: the delivery
    #[arg(long)]
    pub json: bool,
}

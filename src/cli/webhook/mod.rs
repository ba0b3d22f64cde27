//! `keydeck webhook …`: who is told when something happens. Owners only.

pub mod args;
mod deliveries;
pub mod sending;

use uuid::Uuid;

use self::args::{
    WebhookCommand, WebhookCreateArgs, WebhookEditArgs, WebhookListArgs, WebhookRemoveArgs,
    WebhookRevealArgs, WebhookRotateArgs,
};
use super::choose::{self, Candidate};
use super::table::{self, Cell, TableColumn};
use super::{Failure, confirm, flags, once, output, resolve};
use crate::api::{NewWebhook, NewWebhookSecret, Webhook, WebhookEdit};
use crate::client::Client;
use crate::deck::{self, Selection};
use crate::model::{WebhookEvent, pasted};

const COLUMNS: [TableColumn; 6] = [
    TableColumn::text("URL"),
    TableColumn::word("STATE"),
    TableColumn::number("WAITING"),
    TableColumn::word("LAST SUCCESS"),
    TableColumn::text("EVENTS"),
    TableColumn::word("ID"),
];

pub fn run(selection: &Selection, command: WebhookCommand) -> Result<(), Failure> {
    if let WebhookCommand::Remove(args) = &command {
        confirm::possible(args.yes, "removing")?;
    }
    deck::ask(selection, async |client| match command {
        WebhookCommand::List(args) => list(client, &args).await,
        WebhookCommand::Create(args) => create(client, args).await,
        WebhookCommand::Edit(args) => edit(client, args).await,
        WebhookCommand::Remove(args) => remove(client, &args).await,
        WebhookCommand::RotateSecret(args) => rotate(client, &args).await,
        WebhookCommand::Reveal(args) => reveal(client, &args).await,
        WebhookCommand::Deliveries(args) => {
            let webhook = find(client, &args.webhook).await?;
            deliveries::list(client, &webhook, &args).await
        }
        WebhookCommand::Test(args) => {
            let webhook = find(client, &args.webhook).await?;
            deliveries::test(client, &webhook, args.json).await
        }
        WebhookCommand::Redeliver(args) => deliveries::redeliver(client, args.delivery, args.json).await,
    })
}

async fn list(client: &Client, args: &WebhookListArgs) -> Result<(), Failure> {
    let webhooks = client.webhooks().await?;
    if args.json {
        return output::json(&webhooks);
    }
    if webhooks.is_empty() {
        output::notice("no webhooks");
        return Ok(());
    }
    for webhook in &webhooks {
        if let Some(reason) = webhook.disabled.as_ref().and_then(|by| by.reason.as_ref()) {
            output::notice(format!("{} is disabled: {reason}", webhook.url));
        }
    }
    table::print(&COLUMNS, webhooks.iter().map(row))
}

fn row(webhook: &Webhook) -> Vec<Cell> {
    vec![
        Cell::from(&webhook.url),
        Cell::from(match &webhook.disabled {
            Some(_) => "disabled",
            None => "enabled",
        }),
        Cell::from(webhook.waiting.to_string()),
        Cell::from(
            webhook
                .succeeded_at
                .map_or_else(|| output::NOTHING.to_owned(), output::time_in_cell),
        ),
        Cell::from(named(&webhook.events)),
        Cell::from(webhook.id.to_string()),
    ]
}

fn named(events: &[WebhookEvent]) -> String {
    let names: Vec<&str> = events.iter().map(|event| event.as_str()).collect();
    match names.is_empty() {
        true => "all".into(),
        false => names.join(", "),
    }
}

async fn create(client: &Client, args: WebhookCreateArgs) -> Result<(), Failure> {
    once::possible()?;
    flags::no_secrets([("URL", args.url.as_str())])?;
    let new = NewWebhook {
        url: args.url,
        events: args.events,
    };
    let created = client.create_webhook(&new).await;
    let created = created.map_err(|error| flags::argument(error, "url", "URL"))?;
    let Webhook { id, url, .. } = &created.webhook;
    let printed = match &created.secret {
        _ if args.json => output::json(&created),
        Some(secret) => {
            output::notice(format!(
                "created the webhook {id} to {url}; what is sent is signed with this secret"
            ));
            output::secret(secret)
        }
        None => Err(no_secret()),
    };
    once::arrived(printed, || {
        format!("the webhook was created; print its secret with keydeck webhook reveal {id}")
    })
}

fn no_secret() -> Failure {
    Failure::Failed("the server sent no secret; is this server the right one?".into())
}

async fn edit(client: &Client, args: WebhookEditArgs) -> Result<(), Failure> {
    flags::no_secrets(args.url.iter().map(|url| ("--url", url.as_str())))?;
    let webhook = find(client, &args.webhook).await?;
    let edit = WebhookEdit {
        url: args.url,
        events: (args.all_events || !args.events.is_empty()).then_some(args.events),
        enabled: match (args.enable, args.disable) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
    };
    let edited = client.edit_webhook(webhook.id, &edit).await;
    let edited = edited.map_err(|error| flags::failure(error, &[]))?;
    if args.json {
        return output::json(&edited);
    }
    let state = if edited.disabled.is_some() {
        "disabled"
    } else {
        "enabled"
    };
    output::notice(format!(
        "changed the webhook {}: {state}, to {}, events: {}",
        edited.id,
        edited.url,
        named(&edited.events)
    ));
    Ok(())
}

async fn remove(client: &Client, args: &WebhookRemoveArgs) -> Result<(), Failure> {
    let webhook = find(client, &args.webhook).await?;
    let (id, url) = (webhook.id, &webhook.url);
    if !args.yes {
        let by = &webhook.created_by.email;
        output::notice(format!("webhook to {url}, created by {by}, id {id}"));
        output::notice("Nothing more is sent to it, and what waits is lost. This can't be undone.");
        if !confirm::asked(&format!("remove the webhook {id}"))? {
            return Err(Failure::Failed("nothing was removed".into()));
        }
    }
    client.remove_webhook(id).await?;
    if args.json {
        return output::json(&webhook);
    }
    output::notice(format!("removed the webhook to {url}"));
    Ok(())
}

async fn rotate(client: &Client, args: &WebhookRotateArgs) -> Result<(), Failure> {
    once::possible()?;
    let webhook = find(client, &args.webhook).await?;
    let new = NewWebhookSecret {
        overlap_seconds: args.overlap,
    };
    let rotated = client.rotate_webhook_secret(webhook.id, &new).await;
    let rotated = rotated.map_err(|error| flags::argument(error, "overlap_seconds", "--overlap"))?;
    let printed = match &rotated.secret {
        _ if args.json => output::json(&rotated),
        Some(secret) => {
            output::notice(match rotated.old_secret_ends_at {
                Some(until) => format!(
                    "what is sent is signed with this secret, and until {} with the old one, too",
                    output::time(until)
                ),
                None => "what is sent is signed with this secret alone".into(),
            });
            output::secret(secret)
        }
        None => Err(no_secret()),
    };
    once::arrived(printed, || {
        format!(
            "the secret was rotated; print the new one with keydeck webhook reveal {}",
            webhook.id
        )
    })
}

async fn reveal(client: &Client, args: &WebhookRevealArgs) -> Result<(), Failure> {
    let webhook = find(client, &args.webhook).await?;
    let revealed = client.webhook_secret(webhook.id).await?;
    match &revealed.secret {
        _ if args.json => output::json(&revealed),
        Some(secret) => output::secret(secret),
        None => Err(no_secret()),
    }
}

/// The webhook with this id or URL.
async fn find(client: &Client, text: &str) -> Result<Webhook, Failure> {
    if pasted::is_in(text) {
        return Err(resolve::is_a_secret());
    }
    let id: Option<Uuid> = text.parse().ok();
    let webhooks = client.webhooks().await?.into_iter();
    let is_url = |webhook: &Webhook| webhook.url.trim_end_matches('/') == text.trim_end_matches('/');
    let matches = webhooks.filter(|webhook| match id {
        Some(id) => webhook.id == id,
        None => is_url(webhook),
    });
    let chosen = choose::one("webhooks", text, matches.collect(), |webhook| Candidate {
        id: webhook.id.to_string(),
        about: format!("to {}, created by {}", webhook.url, webhook.created_by.email),
    })?;
    chosen.ok_or_else(|| {
        Failure::Failed(format!(
            "there is no webhook \"{text}\"; keydeck webhook list shows them"
        ))
    })
}

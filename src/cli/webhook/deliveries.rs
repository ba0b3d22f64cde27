//! `keydeck webhook deliveries`, `test` and `redeliver`.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::args::WebhookDeliveriesArgs;
use crate::api::{DeliveryQuery, Webhook, WebhookDelivery};
use crate::cli::table::{self, Cell, TableColumn};
use crate::cli::{Failure, output};
use crate::client::Client;
use crate::model::DeliveryState;

const COLUMNS: [TableColumn; 6] = [
    TableColumn::word("CREATED"),
    TableColumn::word("EVENT"),
    TableColumn::word("STATE"),
    TableColumn::number("ATTEMPTS"),
    TableColumn::text("LAST OUTCOME"),
    TableColumn::word("ID"),
];

/// A little longer than an attempt may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at what became of it.
const LOOK: Duration = Duration::from_millis(100);

pub async fn list(client: &Client, webhook: &Webhook, args: &WebhookDeliveriesArgs) -> Result<(), Failure> {
    let query = DeliveryQuery {
        before: args.before,
        limit: Some(args.limit),
    };
    let page = client.deliveries(webhook.id, &query).await?;
    if args.json {
        return output::json(&page);
    }
    if page.deliveries.is_empty() {
        output::notice("nothing was sent to it");
        return Ok(());
    }
    table::print(&COLUMNS, page.deliveries.iter().map(row))?;
    if let Some(next) = page.next {
        output::notice(format!("there are more: --before {next}"));
    }
    Ok(())
}

fn row(delivery: &WebhookDelivery) -> Vec<Cell> {
    vec![
        Cell::from(output::time_in_cell(delivery.created_at)),
        Cell::from(delivery.event.as_str()),
        Cell::from(delivery.state.words()),
        Cell::from(delivery.attempts.to_string()),
        Cell::from(delivery.outcome.as_deref().unwrap_or(output::NOTHING)),
        Cell::from(delivery.id.to_string()),
    ]
}

pub async fn test(client: &Client, webhook: &Webhook, as_json: bool) -> Result<(), Failure> {
    let delivery = client.test_webhook(webhook.id).await?;
    told(client, delivery, as_json).await
}

pub async fn redeliver(client: &Client, id: Uuid, as_json: bool) -> Result<(), Failure> {
    let delivery = client.redeliver(id).await?;
    told(client, delivery, as_json).await
}

/// What became of it, once it was tried.
async fn told(client: &Client, queued: WebhookDelivery, as_json: bool) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut delivery = queued.clone();
    while delivery.state == DeliveryState::Waiting && delivery.attempts == 0 && begun.elapsed() < PATIENCE {
        sleep(LOOK).await;
        delivery = client.delivery(queued.id).await?;
    }
    if as_json {
        output::json(&delivery)?;
    }
    let outcome = delivery.outcome.as_deref().unwrap_or_default();
    match delivery.state {
        DeliveryState::Delivered => {
            if !as_json {
                output::notice(outcome);
            }
            Ok(())
        }
        DeliveryState::Waiting if delivery.attempts == 0 => Err(Failure::Failed(
            "nobody has sent it yet: keydeck serve does; keydeck webhook deliveries shows when it was sent"
                .into(),
        )),
        DeliveryState::Waiting => Err(Failure::Failed(format!("it will be sent again; {outcome}"))),
        DeliveryState::GivenUp => Err(Failure::Failed(format!("it was not delivered; {outcome}"))),
    }
}

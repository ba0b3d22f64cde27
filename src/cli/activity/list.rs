//! `activity list`: what the flags say, as a table or as JSON.

use uuid::Uuid;

use super::args::ActivityListArgs;
use crate::api::{Activity, ActivityQuery};
use crate::cli::key::resolve;
use crate::cli::pages::{self, Page, pages};
use crate::cli::{Failure, output};
use crate::client::Client;
use crate::model::{Shown, email};

const HEADER: [&str; 6] = ["WHEN", "WHO", "ACTION", "SUBJECT", "CHANGES", "ADDRESS"];

pub async fn run(client: &Client, args: &ActivityListArgs) -> Result<(), Failure> {
    let query = query(client, args).await?;
    let limit = if args.all { u64::MAX } else { args.limit };
    let pages = pages(args.before, limit, async |before, limit| {
        let query = ActivityQuery {
            before,
            limit: Some(limit),
            ..query.clone()
        };
        let page = client.activity(&query).await?;
        Ok(Page {
            items: page.items,
            next: page.next,
        })
    });
    if args.json {
        return pages::print(pages).await;
    }
    let all = pages::joined(pages).await?;
    table(&all.items, all.next)
}

async fn query(client: &Client, args: &ActivityListArgs) -> Result<ActivityQuery, Failure> {
    let key = match &args.key {
        Some(text) => Some(key_id(client, text).await?),
        None => None,
    };
    let actor = match &args.person {
        Some(text) => Some(person(client, text).await?),
        None => None,
    };
    Ok(ActivityQuery {
        key,
        actor,
        action: args.action,
        ..ActivityQuery::default()
    })
}

/// An id is taken as it is: revoked keys are in the log too.
async fn key_id(client: &Client, text: &str) -> Result<Uuid, Failure> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(resolve::key(client, text).await?.id),
    }
}

/// The server knows the people who were removed.
async fn person(client: &Client, text: &str) -> Result<String, Failure> {
    if text == "me" {
        return Ok(client.me().await?.user.id.to_string());
    }
    match (text.parse::<Uuid>(), email::parse(text)) {
        (Ok(id), _) => Ok(id.to_string()),
        (_, Ok(address)) => Ok(address),
        _ => Err(Failure::Usage(
            "--person takes an email address, the id of a person, or me".into(),
        )),
    }
}

fn table(rows: &[Activity], next: Option<u64>) -> Result<(), Failure> {
    if rows.is_empty() {
        output::notice("no activity");
        return Ok(());
    }
    output::table(&HEADER, rows.iter().map(cells))?;
    if let Some(next) = next {
        output::notice(format!("there are more: --all, or --before {next}"));
    }
    Ok(())
}

fn cells(row: &Activity) -> Vec<String> {
    let shown = |text: &str| match text {
        "" => "–".to_owned(),
        text => Shown::new(text).into_string(),
    };
    vec![
        output::time(row.at),
        shown(row.who()),
        row.action.words().to_owned(),
        shown(&row.subject),
        shown(&row.changes_in_words().join("; ")),
        row.address
            .map_or_else(|| "–".into(), |address| address.to_string()),
    ]
}

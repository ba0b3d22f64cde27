//! `activity list`: what the flags say, as a table or as JSON.

use futures_util::Stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::args::{ActivityListArgs, WhichRowsArgs};
use crate::api::{Activity, ActivityQuery};
use crate::cli::Failure;
use crate::cli::key::resolve;
use crate::cli::output::{self, NOTHING};
use crate::cli::pages::{self, Page, pages};
use crate::cli::table::{self, Cell, TableColumn};
use crate::client::Client;
use crate::model::{LogWords, email};

const COLUMNS: [TableColumn; 6] = [
    TableColumn::word("WHEN"),
    TableColumn::text("WHO"),
    TableColumn::word("ACTION"),
    TableColumn::name("SUBJECT"),
    TableColumn::text("CHANGES"),
    TableColumn::word("ADDRESS"),
];

pub async fn run(client: &Client, args: ActivityListArgs) -> Result<(), Failure> {
    let query = query(client, args.which).await?;
    let limit = if args.all { u64::MAX } else { args.limit };
    let pages = found(client, query, args.before, limit);
    if args.json {
        return pages::print(pages).await;
    }
    let all = pages::joined(pages).await?;
    print(&all.items, all.next)
}

/// The pages of the log from before a row on, up to so many rows.
pub fn found(
    client: &Client,
    query: ActivityQuery,
    before: Option<u64>,
    limit: u64,
) -> impl Stream<Item = Result<Page<Activity, u64>, Failure>> {
    pages(before, limit, async move |before, limit| {
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
    })
}

/// What the flags ask for.
pub async fn query(client: &Client, args: WhichRowsArgs) -> Result<ActivityQuery, Failure> {
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
        since: day("--since", args.since.as_deref())?.map(|(from, _)| from),
        until: day("--until", args.until.as_deref())?.map(|(_, to)| to),
        q: args.text,
        ..ActivityQuery::default()
    })
}

/// When a day begins and ends where the terminal is.
fn day(flag: &str, written: Option<&str>) -> Result<Option<(Timestamp, Timestamp)>, Failure> {
    let read = |written| LogWords::day(written, Timestamp::now(), &TimeZone::system());
    let told = |why| Failure::Flags(vec![format!("{flag}: {why}")]);
    written.map(read).transpose().map_err(told)
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
    if text.eq_ignore_ascii_case("me") {
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

fn print(rows: &[Activity], next: Option<u64>) -> Result<(), Failure> {
    if rows.is_empty() {
        output::notice("no activity");
        return Ok(());
    }
    table::print(&COLUMNS, rows.iter().map(cells))?;
    if let Some(next) = next {
        output::notice(format!("there are more: --all, or --before {next}"));
    }
    Ok(())
}

fn cells(row: &Activity) -> Vec<Cell> {
    let told = |text: &str| Cell::from(if text.is_empty() { NOTHING } else { text });
    vec![
        Cell::from(output::time_in_cell(row.at)),
        told(row.who()),
        Cell::from(row.action.words()),
        told(&row.subject),
        told(&row.changes_in_words(output::time).join("; ")),
        Cell::from(
            row.address
                .map_or_else(|| NOTHING.into(), |address| address.to_string()),
        ),
    ]
}

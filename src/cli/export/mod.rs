//! `keydeck export …`: keys, activity and usage for other programs. It is written as it arrives, so that any length needs
//! little memory; what it writes has no place for a secret or its hash.

pub mod args;
mod cell;
mod records;
mod write;

use std::pin::pin;

use futures_util::{Stream, TryStreamExt};

use self::args::{ExportActivityArgs, ExportCommand, ExportKeysArgs, ExportTo};
use self::records::{ActivityRecord, KeyRecord, UsageRecord};
use self::write::{ExportRecord, ExportWriter};
use super::pages::{Page, pages};
use super::{Failure, activity, key, output};
use crate::api::{Activity, ActivityQuery, KeyExtra, KeyList, KeyRow};
use crate::client::Client;
use crate::deck::{self, Selection};

pub fn run(selection: &Selection, command: ExportCommand) -> Result<(), Failure> {
    deck::ask(selection, async |client| match command {
        ExportCommand::Keys(args) => keys(client, args).await,
        ExportCommand::Activity(args) => log(client, args).await,
        ExportCommand::Usage(args) => usage(client, args).await,
    })
}

async fn keys(client: &Client, args: ExportKeysArgs) -> Result<(), Failure> {
    let (to, args) = args.split();
    let list = key::list::query(client, &args).await?;
    let found = key_pages(client, list);
    written(&to, "key", found, |row: KeyRow| vec![KeyRecord::from(row.key)]).await
}

async fn usage(client: &Client, args: ExportKeysArgs) -> Result<(), Failure> {
    let (to, args) = args.split();
    let mut list = key::list::query(client, &args).await?;
    list.with = Some(KeyExtra::Week);
    let today = records::today();
    let days = |row: KeyRow| UsageRecord::of(&row.key, today).collect();
    written(&to, "line", key_pages(client, list), days).await
}

/// The first page begins at the newest row of that moment, and all others are before it.
async fn log(client: &Client, args: ExportActivityArgs) -> Result<(), Failure> {
    let (to, args) = args.split();
    let query = activity::list::query(client, &args).await?;
    let found = pages(None, u64::MAX, async move |before, limit| {
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
    written(&to, "row", found, |row: Activity| vec![ActivityRecord::from(row)]).await
}

fn key_pages(client: &Client, list: KeyList) -> impl Stream<Item = Result<Page<KeyRow, String>, Failure>> {
    pages(None, u64::MAX, async move |after, limit| {
        let list = KeyList {
            after,
            limit: Some(limit),
            ..list.clone()
        };
        let page = client.keys(&list).await?;
        Ok(Page {
            items: page.items,
            next: page.next,
        })
    })
}

/// Writes what the pages hold; a file is told of when it is whole.
async fn written<T, After, R: ExportRecord>(
    to: &ExportTo,
    what: &str,
    found: impl Stream<Item = Result<Page<T, After>, Failure>>,
    records: impl Fn(T) -> Vec<R>,
) -> Result<(), Failure> {
    let mut writer = ExportWriter::new::<R>(to)?;
    let mut found = pin!(found);
    while let Some(page) = found.try_next().await? {
        for record in page.items.into_iter().flat_map(&records) {
            writer.write(&record)?;
        }
    }
    let count = writer.finish()?;
    if let Some(path) = &to.output {
        let path = path.display().to_string();
        output::notice(format!(
            "{} in {}",
            output::counted(count, what),
            output::shown(&path)
        ));
    }
    Ok(())
}

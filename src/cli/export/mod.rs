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
use super::key::args::SortArgs;
use super::pages::Page;
use super::{Failure, activity, key, output};
use crate::api::{Activity, KeyExtra, KeyRow};
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
    let list = key::list::query(client, &args.which, &SortArgs::default()).await?;
    let found = key::list::found(client, list, None, u64::MAX);
    written(&args.to, "key", found, |row: KeyRow| {
        vec![KeyRecord::from(row.key)]
    })
    .await
}

async fn usage(client: &Client, args: ExportKeysArgs) -> Result<(), Failure> {
    let mut list = key::list::query(client, &args.which, &SortArgs::default()).await?;
    list.with = Some(KeyExtra::Week);
    let today = records::today();
    let days = |row: KeyRow| UsageRecord::of(&row.key, today).collect();
    let found = key::list::found(client, list, None, u64::MAX);
    written(&args.to, "line", found, days).await
}

/// The first page begins at the newest row of that moment, and all others are before it.
async fn log(client: &Client, args: ExportActivityArgs) -> Result<(), Failure> {
    let query = activity::list::query(client, args.which).await?;
    let found = activity::list::found(client, query, None, u64::MAX);
    written(&args.to, "row", found, |row: Activity| {
        vec![ActivityRecord::from(row)]
    })
    .await
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

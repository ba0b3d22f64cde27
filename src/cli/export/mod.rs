//! `keydeck export …`: keys, activity and usage for other programs. It is written as it arrives, so that any length needs
//! little memory; what it writes has no place for a secret or its hash.

pub mod args;
pub(super) mod cell;
mod records;
mod write;

use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::pin::pin;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use tempfile::spooled_tempfile;

use self::args::{ExportActivityArgs, ExportCommand, ExportKeysArgs, ExportTo};
use self::records::{ActivityRecord, ExportedKey, UsageRecord};
use self::write::{ExportRecord, ExportWriter};
use super::key::args::{SortArgs, WhichKeysArgs};
use super::{Failure, activity, key, output};
use crate::api::{Activity, Key, KeyExporting, KeyExtra};
use crate::client::Client;
use crate::deck::{self, Selection};

/// Bytes of keys that are kept aside in memory; more are in a file without a name.
const IN_MEMORY: usize = 16 * 1024 * 1024;

pub fn run(selection: &Selection, command: ExportCommand) -> Result<(), Failure> {
    deck::ask(selection, async |client| match command {
        ExportCommand::Keys(args) => keys(client, args).await,
        ExportCommand::Activity(args) => log(client, args).await,
        ExportCommand::Usage(args) => usage(client, args).await,
    })
}

async fn keys(client: &Client, args: ExportKeysArgs) -> Result<(), Failure> {
    let found = found(client, &args.which, None).await?;
    written(&args.to, "key", found, |key: Key| vec![ExportedKey::from(key)]).await
}

async fn usage(client: &Client, args: ExportKeysArgs) -> Result<(), Failure> {
    let found = found(client, &args.which, Some(KeyExtra::Week)).await?;
    let today = records::today();
    let days = |key: Key| UsageRecord::of(&key, today).collect();
    written(&args.to, "line", found, days).await
}

/// All keys that are meant, as they were at one moment. They are kept aside until all of them are there: whoever takes
/// the lines may take their time, and nothing is written of what is not whole.
async fn found(
    client: &Client,
    which: &WhichKeysArgs,
    with: Option<KeyExtra>,
) -> Result<impl Stream<Item = Result<Key, Failure>>, Failure> {
    let list = key::list::query(client, which, &SortArgs::default()).await?;
    let exporting = KeyExporting {
        with,
        ..KeyExporting::default().filtered_by(list.filter())
    };
    let mut aside = BufWriter::new(spooled_tempfile(IN_MEMORY));
    let mut keys = pin!(client.export(exporting));
    while let Some(key) = keys.try_next().await? {
        writeln!(aside, "{}", output::compact_json(&key)?)?;
    }
    let mut aside = aside.into_inner().map_err(io::Error::from)?;
    aside.rewind()?;
    let keys = serde_json::Deserializer::from_reader(BufReader::new(aside)).into_iter::<Key>();
    Ok(stream::iter(keys.map(|key| key.map_err(Failure::failed))))
}

/// The first page begins at the newest row of that moment, and all others are before it.
async fn log(client: &Client, args: ExportActivityArgs) -> Result<(), Failure> {
    let query = activity::list::query(client, args.which).await?;
    let pages = activity::list::found(client, query, None, u64::MAX);
    let found = pages
        .map_ok(|page| stream::iter(page.items).map(Ok))
        .try_flatten();
    written(&args.to, "row", found, |row: Activity| {
        vec![ActivityRecord::from(row)]
    })
    .await
}

/// A file is told of when it is whole.
async fn written<T, R: ExportRecord>(
    to: &ExportTo,
    what: &str,
    found: impl Stream<Item = Result<T, Failure>>,
    records: impl Fn(T) -> Vec<R>,
) -> Result<(), Failure> {
    let mut writer = ExportWriter::new::<R>(to)?;
    let mut found = pin!(found);
    while let Some(found) = found.try_next().await? {
        for record in records(found) {
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

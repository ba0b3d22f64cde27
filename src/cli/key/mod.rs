//! `keydeck key …`: what the dashboard does with keys, for scripts.

pub mod args;
pub(super) mod cells;
mod change;
mod ended;
mod explain;
mod field_flags;
pub(super) mod list;
mod lookup;
pub mod many;
mod preview;
pub(super) mod resolve;
mod revoke;
mod rotate;
mod switch;
mod usage;

use jiff::Timestamp;

use self::args::{KeyCommand, OneKey};
use super::{Failure, confirm, once, output, table};
use crate::api::Revealed;
use crate::client::Client;
use crate::deck::{self, Selection};

pub fn run(selection: &Selection, command: KeyCommand) -> Result<(), Failure> {
    match command {
        KeyCommand::List(args) => deck::ask(selection, async |client| list::run(client, args).await),
        KeyCommand::Show(args) => deck::ask(selection, async |client| show(client, &args).await),
        KeyCommand::Create(args) => deck::ask(selection, async |client| change::create(client, args).await),
        KeyCommand::Edit(args) => {
            args.many().possible()?;
            deck::ask(selection, async |client| change::edit(client, args).await)
        }
        KeyCommand::Disable(args) => {
            args.many().possible()?;
            deck::ask(selection, async |client| switch::disable(client, args).await)
        }
        KeyCommand::Enable(args) => {
            args.many().possible()?;
            deck::ask(selection, async |client| switch::enable(client, &args).await)
        }
        KeyCommand::Rotate(args) => {
            rotate::possible(&args)?;
            deck::ask(selection, async |client| rotate::run(client, &args).await)
        }
        KeyCommand::Revoke(args) => {
            if !args.many().possible()? {
                confirm::possible(args.yes, "revoking")?;
            }
            deck::ask(selection, async |client| revoke::run(client, &args).await)
        }
        KeyCommand::Reveal(args) => deck::ask(selection, async |client| reveal(client, &args).await),
        KeyCommand::Usage(args) => deck::ask(selection, async |client| usage::run(client, &args).await),
        KeyCommand::Lookup(args) => lookup::run(selection, &args),
        KeyCommand::Explain(args) => deck::ask(selection, async |client| explain::run(client, args).await),
    }
}

async fn show(client: &Client, args: &OneKey) -> Result<(), Failure> {
    let key = resolve::key_or_revoked(client, &args.key).await?;
    if args.json {
        output::json(&key)
    } else {
        let now = Timestamp::now();
        let mut fields = cells::fields(&key, now);
        if let Some(rotation) = &key.rotation {
            let usage = client.usage(key.id).await?;
            fields.extend(rotate::rows(rotation, usage.rotation.as_ref(), now));
        }
        table::fields(fields)
    }
}

async fn reveal(client: &Client, args: &OneKey) -> Result<(), Failure> {
    let key = resolve::key(client, &args.key).await?;
    let secret = client.reveal(key.id).await?;
    let printed = match args.json {
        true => output::json(&Revealed { secret: Some(secret) }),
        false => output::secret(&secret),
    };
    once::arrived(printed, || {
        format!(
            "the secret did not arrive; run keydeck key reveal {} again",
            key.id
        )
    })
}

//! `keydeck key …`: what the dashboard does with keys, for scripts.

pub mod args;
mod change;
mod list;
pub(super) mod resolve;
mod revoke;

use jiff::Timestamp;

use self::args::{KeyCommand, OneKey};
use super::args::Selection;
use super::{Failure, confirm, deck, output};
use crate::api::Revealed;
use crate::client::Client;

pub fn run(selection: &Selection, command: KeyCommand) -> Result<(), Failure> {
    if let KeyCommand::Revoke(args) = &command {
        confirm::possible(args.yes, "revoking")?;
    }
    deck::ask(selection, async |client| dispatch(client, command).await)
}

async fn dispatch(client: &Client, command: KeyCommand) -> Result<(), Failure> {
    match command {
        KeyCommand::List(args) => list::run(client, &args).await,
        KeyCommand::Show(args) => show(client, &args).await,
        KeyCommand::Create(args) => change::create(client, args).await,
        KeyCommand::Edit(args) => change::edit(client, args).await,
        KeyCommand::Revoke(args) => revoke::run(client, &args).await,
        KeyCommand::Reveal(args) => reveal(client, &args).await,
    }
}

async fn show(client: &Client, args: &OneKey) -> Result<(), Failure> {
    let key = resolve::key(client, &args.key).await?;
    if args.json {
        output::json(&key)
    } else {
        output::table(&[], output::key_fields(&key, Timestamp::now()))
    }
}

async fn reveal(client: &Client, args: &OneKey) -> Result<(), Failure> {
    let key = resolve::key(client, &args.key).await?;
    let secret = client.reveal(key.id).await?;
    if args.json {
        output::json(&Revealed { secret: Some(secret) })
    } else {
        output::secret(&secret)
    }
}

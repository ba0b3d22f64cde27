//! `keydeck leak …`: reports of leaked keys, and what is decided about them.

pub mod args;
pub mod sources;

use std::pin::pin;

use futures_util::{TryStreamExt, future};
use jiff::Timestamp;

use self::args::{LeakCommand, LeakDecideArgs, LeakListArgs};
use super::table::{self, Cell, TableColumn};
use super::{Failure, confirm, flags, lookup, output, pages};
use crate::api::{Leak, LeakDeciding};
use crate::client::Client;
use crate::deck::{self, Selection};
use crate::model::{LeakDecision, WhichToken};

const COLUMNS: [TableColumn; 7] = [
    TableColumn::name("KEY"),
    TableColumn::word("SCOPE"),
    TableColumn::word("STATE"),
    TableColumn::word("REPORTED"),
    TableColumn::text("BY"),
    TableColumn::text("FOUND AT"),
    TableColumn::word("ID"),
];

pub fn run(selection: &Selection, command: LeakCommand) -> Result<(), Failure> {
    if let LeakCommand::Decide(args) = &command
        && args.revoke
    {
        confirm::possible(args.yes, "revoking")?;
    }
    deck::ask(selection, async |client| match command {
        LeakCommand::List(args) => list(client, &args).await,
        LeakCommand::Decide(args) => decide(client, &args).await,
    })
}

async fn list(client: &Client, args: &LeakListArgs) -> Result<(), Failure> {
    let leaks: Vec<Leak> = pages::leaks(client, !args.all).try_collect().await?;
    if args.json {
        return output::json(&leaks);
    }
    if leaks.is_empty() {
        output::notice(match args.all {
            true => "no key was reported leaked",
            false => "no report is undecided; --all lists those that were decided about",
        });
        return Ok(());
    }
    table::print(&COLUMNS, leaks.iter().map(row))
}

fn row(leak: &Leak) -> Vec<Cell> {
    let state = match &leak.decided {
        Some(decided) => decided.decision.as_str(),
        None => leak.key.state.as_str(),
    };
    vec![
        Cell::from(&leak.key.name),
        Cell::from(leak.key.scope.as_str()),
        Cell::from(state),
        Cell::from(output::time_in_cell(leak.reported_at)),
        Cell::from(leak.source.name()),
        Cell::from(leak.url.as_deref().unwrap_or(output::NOTHING)),
        Cell::from(leak.id.to_string()),
    ]
}

async fn decide(client: &Client, args: &LeakDecideArgs) -> Result<(), Failure> {
    flags::no_secrets(args.reason.iter().map(|reason| ("--reason", reason.as_str())))?;
    if args.revoke && !args.yes && !confirmed(client, args).await? {
        return Err(Failure::Failed("nothing was decided".into()));
    }
    let deciding = LeakDeciding {
        decision: match args.revoke {
            true => LeakDecision::Revoked,
            false => LeakDecision::Dismissed,
        },
        reason: args.reason.clone(),
    };
    let leak = client.decide_leak(args.id, &deciding).await;
    let leak = leak.map_err(|error| flags::argument(error, "reason", "--reason"))?;
    if args.json {
        return output::json(&leak);
    }
    let (scope, name) = (leak.key.scope, &leak.key.name);
    output::notice(match args.revoke {
        true => format!("revoked {scope} key \"{name}\""),
        false => format!(
            "dismissed the report of {scope} key \"{name}\", which is {}",
            leak.key.state.as_str()
        ),
    });
    Ok(())
}

async fn confirmed(client: &Client, args: &LeakDecideArgs) -> Result<bool, Failure> {
    let is_meant = |leak: &Leak| future::ready(leak.id == args.id);
    let mut found = pin!(pages::leaks(client, false).try_filter(is_meant));
    let Some(leak) = found.try_next().await? else {
        return Err(Failure::Failed(
            "there is no report with this id; keydeck leak list shows them".into(),
        ));
    };
    let key = &leak.key;
    output::notice(lookup::active(key));
    let url = leak.url.as_deref().unwrap_or("an unknown place");
    let which = match leak.token {
        WhichToken::Current => String::new(),
        which => format!(" ({} token)", which.as_str()),
    };
    output::notice(format!(
        "reported by {}{which}, found at {url}",
        leak.source.name()
    ));
    output::notice(format!("last used: {}", output::last_used(key, Timestamp::now())));
    output::notice("Everything that uses this key stops working immediately. This can't be undone.");
    confirm::asked(&format!("revoke \"{}\" ({})", key.name, key.id))
}

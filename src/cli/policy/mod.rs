//! `keydeck policy …`: the longest lifetime of keys.

pub mod args;

use jiff::Timestamp;
use serde::Serialize;
use strum::IntoEnumIterator;

use self::args::{Limit, PolicyCommand, PolicySetArgs};
use super::key::cells;
use super::output::NOTHING;
use super::table::{self, Cell, TableColumn};
use super::{Failure, output};
use crate::api::{KeyCounts, KeyFilter, KeyList, Policy, PolicyEdit, Sort};
use crate::client::Client;
use crate::deck::{self, Selection};
use crate::model::Scope;

const COLUMNS: [TableColumn; 3] = [
    TableColumn::word("SCOPE"),
    TableColumn::number("LONGEST LIFETIME"),
    TableColumn::number("KEYS THAT EXCEED IT"),
];
/// So many of the keys that exceed it are shown.
const SHOWN: u32 = 20;

/// The policy, and how many keys end later than it lets them be given now.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    policy: Policy,
    exceeding: KeyCounts,
}

pub fn run(selection: &Selection, command: PolicyCommand) -> Result<(), Failure> {
    deck::ask(selection, async |client| match command {
        PolicyCommand::Show(args) => {
            let policy = client.policy().await?;
            show(client, policy, args.json).await
        }
        PolicyCommand::Set(args) => {
            let policy = client.set_policy(&edit(&args)).await?;
            show(client, policy, args.json).await
        }
    })
}

fn edit(args: &PolicySetArgs) -> PolicyEdit {
    let mut edit = PolicyEdit::default();
    for scope in Scope::iter() {
        let given = args.of(scope).map(|Limit(days)| days);
        *edit.longest_lifetime_days.of_mut(scope) = given;
    }
    edit
}

async fn show(client: &Client, policy: Policy, as_json: bool) -> Result<(), Failure> {
    let exceeds = KeyFilter {
        exceeds_policy: Some(true),
        ..KeyFilter::default()
    };
    let exceeding = client.counts(&exceeds).await?;
    if as_json {
        return output::json(&Told { policy, exceeding });
    }
    let rows = Scope::iter().map(|scope| row(&policy, &exceeding, scope));
    table::print(&COLUMNS, rows)?;
    if exceeding.total() == 0 {
        return Ok(());
    }
    let list = KeyList {
        sort: Sort::ExpiresAt,
        limit: Some(SHOWN),
        ..KeyList::of(exceeds)
    };
    let page = client.keys(&list).await?;
    let now = Timestamp::now();
    output::line("");
    table::print(
        &cells::COLUMNS,
        page.items.iter().map(|row| cells::row(&row.key, now)),
    )?;
    output::notice("these keys stay as they are until they are renewed");
    if page.next.is_some() {
        output::notice("there are more: keydeck key list --filter exceeds-policy --all");
    }
    Ok(())
}

fn row(policy: &Policy, exceeding: &KeyCounts, scope: Scope) -> Vec<Cell> {
    let longest = policy.longest_lifetime_days.of(scope);
    vec![
        Cell::from(scope.to_string()),
        Cell::from(longest.map_or_else(|| "no limit".into(), |days| output::counted(days.into(), "day"))),
        Cell::from(longest.map_or_else(|| NOTHING.into(), |_| exceeding.of(scope).to_string())),
    ]
}

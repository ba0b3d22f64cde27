//! `key list`: what the flags say, as a table or as JSON.

use futures_util::Stream;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::{KeyListArgs, SortArgs, WhichKeysArgs};
use super::{cells, ended};
use crate::api::{KeyFilter, KeyList, KeyRow, Order, Sort};
use crate::cli::pages::{self, Page, pages};
use crate::cli::resolve::{project_id, user_id};
use crate::cli::{Failure, flags, output, table};
use crate::client::Client;
use crate::model::StateFilter;

pub async fn run(client: &Client, args: KeyListArgs) -> Result<(), Failure> {
    let list = query(client, &args.which, &args.sort).await?;
    let is_ended = matches!(list.state, Some(StateFilter::Expired | StateFilter::Revoked));
    let limit = if args.all { u64::MAX } else { args.limit };
    let pages = found(client, list, args.after, limit);
    if args.json {
        return pages::print(pages).await;
    }
    let all = pages::joined(pages).await?;
    print(&all.items, is_ended, all.next.as_deref())
}

/// The pages of a list from a cursor on, up to so many keys.
pub fn found(
    client: &Client,
    list: KeyList,
    after: Option<String>,
    limit: u64,
) -> impl Stream<Item = Result<Page<KeyRow, String>, Failure>> {
    pages(after, limit, async move |after, limit| {
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

/// What the flags ask for.
pub async fn query(client: &Client, args: &WhichKeysArgs, sorting: &SortArgs) -> Result<KeyList, Failure> {
    let mut words = args.filter.clone().unwrap_or_default();
    let meant = words
        .state
        .or_else(|| words.named_state.filter(|_| args.state.is_some()));
    if let (Some(state), Some(word)) = (args.state, meant)
        && state != word
    {
        return Err(Failure::Usage(format!(
            "--state {} and the word {} in --filter exclude each other; give one of them",
            state.as_str(),
            word.as_str()
        )));
    }
    if meant.is_some() && words.state.is_none() {
        // It says the same as the flag.
        words.text = None;
    }
    words.state = args.state.or(words.state);
    let (sort, natural) = match (sorting.sort, words.state) {
        (Some(sort), _) => (sort, sort.natural_order()),
        (None, Some(StateFilter::Expired)) => (Sort::ExpiresAt, Order::Desc),
        (None, _) => (Sort::default(), Sort::default().natural_order()),
    };
    let order = match sorting.order {
        Some(direction) => Order::from(direction),
        None if sorting.reverse => natural.reversed(),
        None => natural,
    };
    let project = match chosen_once("--project", &args.project, "project:", &words.project)? {
        Some(text) => Some(project_id(client, text).await?),
        None => None,
    };
    let creator = match chosen_once("--created-by", &args.creator, "@", &words.creator)? {
        Some(text) => Some(user_id(client, text).await?),
        None => None,
    };
    let filter = KeyFilter {
        scope: args.scope,
        project,
        creator,
        ..KeyFilter::default()
    };
    flags::no_secret_filter(words.text.as_ref())?;
    Ok(KeyList {
        sort,
        order: Some(order),
        ..KeyList::of(filter.with_words(words, Timestamp::now(), &TimeZone::system()))
    })
}

/// What a flag says, unless a word of the filter says it too.
pub fn chosen_once<'a>(
    flag: &str,
    given: &'a Option<String>,
    word: &str,
    typed: &Option<String>,
) -> Result<Option<&'a String>, Failure> {
    match (given, typed) {
        (Some(_), Some(_)) => Err(Failure::Usage(format!(
            "{flag} and the word {word} in --filter exclude each other; give one of them"
        ))),
        (given, _) => Ok(given.as_ref()),
    }
}

fn print(rows: &[KeyRow], is_ended: bool, next: Option<&str>) -> Result<(), Failure> {
    if rows.is_empty() {
        output::notice("no keys");
        return Ok(());
    }
    let now = Timestamp::now();
    if is_ended {
        table::print(&ended::COLUMNS, rows.iter().map(|row| ended::row(&row.key, now)))?;
    } else {
        table::print(&cells::COLUMNS, rows.iter().map(|row| cells::row(&row.key, now)))?;
    }
    if let Some(next) = next {
        output::notice(format!("there are more: --all, or --after {next}"));
    }
    Ok(())
}

//! `key list`: page after page, so that a list of any length begins at once.

use std::io::{self, BufWriter, Write};

use jiff::Timestamp;

use super::args::ListArgs;
use crate::api::{KeyList, KeyRow, MAX_LIMIT, Order};
use crate::cli::resolve::{project_id, user_id};
use crate::cli::{Failure, output};
use crate::client::Client;

pub async fn run(client: &Client, args: &ListArgs) -> Result<(), Failure> {
    let mut pages = Pages {
        client,
        list: query(client, args).await?,
        left: if args.all { u64::MAX } else { args.limit },
        started: false,
    };
    if args.json {
        json(&mut pages).await
    } else {
        table(&mut pages).await
    }
}

async fn query(client: &Client, args: &ListArgs) -> Result<KeyList, Failure> {
    let natural = args.sort.natural_order();
    let order = match args.order {
        Some(direction) => Order::from(direction),
        None if args.reverse => natural.reversed(),
        None => natural,
    };
    let project = match &args.project {
        Some(text) => Some(project_id(client, text).await?),
        None => None,
    };
    let creator = match &args.creator {
        Some(text) => Some(user_id(client, text).await?),
        None => None,
    };
    Ok(KeyList {
        scope: args.scope,
        project,
        creator,
        q: args.filter.clone(),
        sort: args.sort,
        order: Some(order),
        after: args.after.clone(),
        ..KeyList::default()
    })
}

/// The pages of a list, up to its limit.
struct Pages<'a> {
    client: &'a Client,
    list: KeyList,
    left: u64,
    started: bool,
}

impl Pages<'_> {
    /// The rows of the next page; `None` behind the last.
    async fn next(&mut self) -> Result<Option<Vec<KeyRow>>, Failure> {
        if self.left == 0 || (self.started && self.list.after.is_none()) {
            return Ok(None);
        }
        self.started = true;
        self.list.limit = u32::try_from(self.left.min(u64::from(MAX_LIMIT))).ok();
        let page = self.client.keys(&self.list).await?;
        self.left = self.left.saturating_sub(page.items.len() as u64);
        self.list.after = page.next;
        Ok(Some(page.items))
    }
}

/// `{"items": […], "next": …}`, one key a line.
async fn json(pages: &mut Pages<'_>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    write!(out, "{{\"items\":[")?;
    let mut separator = "\n";
    while let Some(rows) = pages.next().await? {
        for row in rows {
            write!(out, "{separator}")?;
            serde_json::to_writer(&mut out, &row).map_err(io::Error::from)?;
            separator = ",\n";
        }
    }
    write!(out, "\n],\"next\":")?;
    serde_json::to_writer(&mut out, &pages.list.after).map_err(io::Error::from)?;
    writeln!(out, "}}")?;
    Ok(out.flush()?)
}

async fn table(pages: &mut Pages<'_>) -> Result<(), Failure> {
    let now = Timestamp::now();
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await? {
        rows.extend(page.iter().map(|row| output::key_row(&row.key, now)));
    }
    if rows.is_empty() {
        output::talk("no keys");
        return Ok(());
    }
    output::table(&output::KEY_HEADER, rows)?;
    if let Some(next) = &pages.list.after {
        output::talk(format!("there are more: --all, or --after {next}"));
    }
    Ok(())
}

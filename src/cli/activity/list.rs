//! `activity list`: page after page, so that a list of any length begins at once.

use std::io::{self, BufWriter, Write};

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::args::ListArgs;
use crate::api::{Activity, ActivityQuery, MAX_LIMIT};
use crate::cli::key::resolve;
use crate::cli::{Failure, output};
use crate::client::Client;
use crate::model::{Shown, email};

const HEADER: [&str; 6] = ["WHEN", "WHO", "ACTION", "SUBJECT", "CHANGES", "ADDRESS"];

pub async fn run(client: &Client, args: &ListArgs) -> Result<(), Failure> {
    let mut pages = Pages {
        client,
        query: query(client, args).await?,
        left: if args.all { u64::MAX } else { args.limit },
        ended: false,
    };
    if args.json {
        json(&mut pages).await
    } else {
        table(&mut pages).await
    }
}

async fn query(client: &Client, args: &ListArgs) -> Result<ActivityQuery, Failure> {
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
        before: args.before,
        limit: None,
    })
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
    if text == "me" {
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

/// The pages of a list, up to its limit.
struct Pages<'a> {
    client: &'a Client,
    query: ActivityQuery,
    left: u64,
    ended: bool,
}

impl Pages<'_> {
    /// The rows of the next page; `None` behind the last.
    async fn next(&mut self) -> Result<Option<Vec<Activity>>, Failure> {
        if self.left == 0 || self.ended {
            return Ok(None);
        }
        self.query.limit = u32::try_from(self.left.min(u64::from(MAX_LIMIT))).ok();
        let page = self.client.activity(&self.query).await?;
        self.left = self.left.saturating_sub(page.items.len() as u64);
        self.ended = page.next.is_none();
        self.query.before = page.next;
        Ok(Some(page.items))
    }
}

/// `{"items": […], "next": …}`, one row a line.
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
    serde_json::to_writer(&mut out, &pages.query.before).map_err(io::Error::from)?;
    writeln!(out, "}}")?;
    Ok(out.flush()?)
}

async fn table(pages: &mut Pages<'_>) -> Result<(), Failure> {
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await? {
        rows.extend(page.iter().map(cells));
    }
    if rows.is_empty() {
        output::talk("nothing was done");
        return Ok(());
    }
    output::table(&HEADER, rows)?;
    if let Some(next) = pages.query.before {
        output::talk(format!("there are more: --all, or --before {next}"));
    }
    Ok(())
}

fn cells(row: &Activity) -> Vec<String> {
    let shown = |text: &str| match text {
        "" => "–".to_owned(),
        text => Shown::new(text).into_string(),
    };
    // The time where the reader is.
    let when = row.at.to_zoned(TimeZone::system());
    vec![
        when.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        shown(row.who()),
        row.action.words().to_owned(),
        shown(&row.subject),
        shown(&row.changes_in_words().join("; ")),
        row.address
            .map_or_else(|| "–".into(), |address| address.to_string()),
    ]
}

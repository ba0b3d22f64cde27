//! `activity verify`: reads the whole log, newest row first, and proves its chain.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::args::VerifyArgs;
use crate::api::{ActivityHead, ActivityPage, ActivityQuery, Fault, MAX_LIMIT, Verification};
use crate::cli::{Failure, output};
use crate::client::Client;

/// A log of fewer rows is read before anybody looks.
const LONG: u64 = 5_000;

pub async fn run(client: &Client, args: &VerifyArgs) -> Result<(), Failure> {
    let verdict = verify(client, args.head).await?;
    if args.json {
        let document = match verdict {
            Ok(head) => json!({"whole": true, "rows": head.seq, "head": head.to_string()}),
            Err(fault) => json!({"whole": false, "row": fault.row(), "fault": fault.as_str()}),
        };
        output::json(&document)?;
    }
    match verdict {
        Ok(_) if args.json => Ok(()),
        Ok(head) => {
            output::line(format!(
                "{} rows, none changed or taken out; head {head} — note it elsewhere to prove later that the log \
                 was not rewritten as a whole",
                head.seq
            ));
            Ok(())
        }
        Err(fault) => Err(Failure::failed(fault)),
    }
}

async fn verify(
    client: &Client,
    noted: Option<ActivityHead>,
) -> Result<Result<ActivityHead, Fault>, Failure> {
    // A head that is read behind a row is never older than the row, unless somebody put it in.
    let newest = page(client, None, 1).await?.items.pop();
    let head = client.activity_head().await?;
    let mut verification = Verification::new(head, noted);
    if let Some(row) = newest.filter(|row| row.seq > head.seq) {
        verification.row(row);
    }
    let bar = progress_bar(head.seq)?;
    // Rows that are written meanwhile are newer than the head, and left out.
    let mut before = Some(head.seq.saturating_add(1));
    while let Some(seq) = before {
        let page = page(client, Some(seq), MAX_LIMIT).await?;
        bar.inc(page.items.len() as u64);
        page.items.into_iter().for_each(|row| verification.row(row));
        before = page.next.filter(|&next| next < seq);
    }
    bar.finish_and_clear();
    Ok(verification.finish())
}

async fn page(client: &Client, before: Option<u64>, limit: u32) -> Result<ActivityPage, Failure> {
    let query = ActivityQuery {
        before,
        limit: Some(limit),
        ..ActivityQuery::default()
    };
    Ok(client.activity(&query).await?)
}

/// On a terminal; elsewhere nothing is drawn.
fn progress_bar(rows: u64) -> Result<ProgressBar, Failure> {
    if rows < LONG {
        return Ok(ProgressBar::hidden());
    }
    let style =
        ProgressStyle::with_template("reading the log {wide_bar} {human_pos} of {human_len}, {eta} left")
            .map_err(Failure::failed)?;
    Ok(ProgressBar::new(rows).with_style(style))
}

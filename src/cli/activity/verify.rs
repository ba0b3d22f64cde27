//! `activity verify`: reads the whole log, newest row first, and verifies its chain; then has the server compare its
//! tables with the log.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::args::VerifyArgs;
use crate::api::{Activity, ActivityHead, ActivityPage, ActivityQuery, Fault, MAX_LIMIT, Verification};
use crate::cli::{Failure, output};
use crate::client::Client;

/// A log with fewer rows is read too fast for a progress bar.
const LONG: u64 = 5_000;

pub async fn run(client: &Client, args: &VerifyArgs) -> Result<(), Failure> {
    let (proven, withheld) = verify(client, args.head).await?;
    let verdict = match proven {
        Err(fault) => Err(Found::Fault(fault)),
        Ok(head) => match compare(client).await? {
            Ok(compared) => Ok((head, compared)),
            Err(sentence) => Err(Found::Unexplained(sentence)),
        },
    };
    if args.json {
        let document = match &verdict {
            Ok((head, compared)) => {
                let mut document =
                    json!({"whole": true, "rows": head.seq, "head": head.to_string(), "compared": compared});
                if withheld > 0 {
                    document["unchecked"] = withheld.into();
                }
                document
            }
            Err(Found::Fault(fault)) => json!({"whole": false, "row": fault.row(), "fault": fault.as_str()}),
            Err(Found::Unexplained(sentence)) => {
                json!({"whole": false, "fault": "unexplained", "unexplained": sentence})
            }
        };
        output::json(&document)?;
    }
    match verdict {
        Ok(_) if args.json => Ok(()),
        Ok((head, compared)) => {
            output::line(format!(
                "{} rows, none changed or removed; head {head} — store it elsewhere to prove later that the log \
                 was not rewritten as a whole; {compared} people, projects, gateways and keys match the log",
                head.seq
            ));
            if withheld > 0 {
                output::notice(format!(
                    "{withheld} of them are about session servers or removed projects, which only Owners fully see. Their \
                     places in the chain were verified, their contents were not; an Owner can verify them"
                ));
            }
            Ok(())
        }
        Err(Found::Fault(fault)) => Err(Failure::failed(fault)),
        Err(Found::Unexplained(sentence)) => Err(Failure::Failed(sentence)),
    }
}

/// What is wrong with a log, or with the tables that it describes.
enum Found {
    Fault(Fault),
    Unexplained(String),
}

/// How many rows match the log, or the first that doesn't.
async fn compare(client: &Client) -> Result<Result<u64, String>, Failure> {
    let (mut compared, mut after) = (0, None);
    loop {
        let part = client.compare(after).await?;
        compared += part.rows;
        match (part.unexplained, part.next) {
            (Some(sentence), _) => return Ok(Err(sentence)),
            (None, None) => return Ok(Ok(compared)),
            (None, next) => after = next,
        }
    }
}

/// The head, or the first fault; and how many rows were withheld from this user.
pub type LogVerdict = (Result<ActivityHead, Fault>, u64);

async fn verify(client: &Client, noted: Option<ActivityHead>) -> Result<LogVerdict, Failure> {
    let page = async |query: ActivityQuery| Ok(client.activity(&query).await?);
    // A head that is read after a row is never older than the row, unless the row was inserted.
    let newest = page(pages(None, 1)).await?.items.pop();
    let head = client.activity_head().await?;
    prove(head, noted, newest, page).await
}

/// Whether the rows up to `head` are those that were written; `newest` is the newest existing row.
pub async fn prove(
    head: ActivityHead,
    noted: Option<ActivityHead>,
    newest: Option<Activity>,
    page: impl AsyncFn(ActivityQuery) -> Result<ActivityPage, Failure>,
) -> Result<LogVerdict, Failure> {
    let mut verification = Verification::new(head, noted);
    if let Some(row) = newest.filter(|row| row.seq > head.seq) {
        verification.row(row);
    }
    let bar = progress_bar(head.seq)?;
    // Rows that are written meanwhile are newer than the head, and ignored.
    let mut before = Some(head.seq.saturating_add(1));
    while let Some(seq) = before {
        let page = page(pages(Some(seq), MAX_LIMIT)).await?;
        bar.inc(page.items.len() as u64);
        before = page.next.filter(|&next| next < seq);
        verification.page(page);
    }
    bar.finish_and_clear();
    let withheld = verification.unchecked();
    Ok((verification.finish(), withheld))
}

/// Asks for so many rows.
pub fn pages(before: Option<u64>, limit: u32) -> ActivityQuery {
    ActivityQuery {
        before,
        limit: Some(limit),
        ..ActivityQuery::default()
    }
}

/// Drawn only on a terminal.
fn progress_bar(rows: u64) -> Result<ProgressBar, Failure> {
    if rows < LONG {
        return Ok(ProgressBar::hidden());
    }
    let style =
        ProgressStyle::with_template("reading the log {wide_bar} {human_pos} of {human_len}, {eta} left")
            .map_err(Failure::failed)?;
    Ok(ProgressBar::new(rows).with_style(style))
}

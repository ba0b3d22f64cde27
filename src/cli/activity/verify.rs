//! `activity verify`: reads the whole log, newest row first, and proves its chain; then has the server hold its tables
//! against what the log states of them.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::args::VerifyArgs;
use crate::api::{Activity, ActivityHead, ActivityPage, ActivityQuery, Fault, MAX_LIMIT, Verification};
use crate::cli::{Failure, output};
use crate::client::Client;

/// A log of fewer rows is read before anybody looks.
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
                "{} rows, none changed or taken out; head {head} — note it elsewhere to prove later that the log \
                 was not rewritten as a whole; {compared} people, projects, gateways and keys are what the log made them",
                head.seq
            ));
            if withheld > 0 {
                output::notice(format!(
                    "{withheld} of them tell of session servers or of removed projects, and only Owners see all of \
                     these: that nothing was put in or taken out between the others is proven, what they say is not; \
                     an Owner can prove it"
                ));
            }
            Ok(())
        }
        Err(Found::Fault(fault)) => Err(Failure::failed(fault)),
        Err(Found::Unexplained(sentence)) => Err(Failure::Failed(sentence)),
    }
}

/// What is wrong with a log, or with the tables that it tells of.
enum Found {
    Fault(Fault),
    Unexplained(String),
}

/// How many the log explains, or the first whom or which it doesn't.
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
    // A head that is read behind a row is never older than the row, unless somebody put it in.
    let newest = page(pages(None, 1)).await?.items.pop();
    let head = client.activity_head().await?;
    prove(head, noted, newest, page).await
}

/// Whether the rows behind `head` are those that were written; `newest` is the last one that there is.
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
    // Rows that are written meanwhile are newer than the head, and left out.
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

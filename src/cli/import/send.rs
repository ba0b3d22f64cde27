//! Keys on their way to the server: in portions, which nobody sees before all of them are there.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{Instant, sleep};

use super::args::ImportArgs;
use super::faults::{Faults, FileFault};
use super::key::column;
use crate::api::{
    FieldError, ImportCommitment, ImportKey, ImportOutcome, ImportPortion, MAX_PORTION, ProblemType,
};
use crate::cli::{Failure, output};
use crate::client::{Client, Error};
use crate::ending::{self, Waiting};

/// So many keys are checked well within the time that an answer may take.
const MOST: usize = 200;
/// A portion has no more bytes than a server takes, by far.
const MAX_BYTES: usize = 300 * 1024;
/// What is on a terminal meanwhile.
const SENDING: &str = "checking {wide_bar} {human_pos} of {human_len}, {eta} left";
const COMMITTING: &str = "all {human_len} at once, for {elapsed}";
/// How often it is asked whether an import has ended, and how long without an answer.
const LOOK: Duration = Duration::from_millis(250);
const GIVEN_UP: Duration = Duration::from_secs(120);

/// What came of it; faults that the server found are added.
pub async fn send(
    client: &Client,
    args: &ImportArgs,
    keys: Vec<ImportKey>,
    faults: &mut Faults,
) -> Result<Option<ImportOutcome>, Failure> {
    let is_committing = Arc::new(AtomicBool::new(false));
    let _told = told_when_stopped(&is_committing)?;
    let import = client.begin_import().await?.import;
    let bar = progress_bar(keys.len() as u64)?;
    for portion in portions(keys) {
        let (count, lines) = (
            portion.keys.len(),
            portion.keys.iter().map(|key| key.line).collect::<Vec<_>>(),
        );
        if let Err(error) = client.add_to_import(import, &portion).await {
            let errors = refused(error)?;
            errors
                .into_iter()
                .for_each(|error| of_portion(&lines, error, faults));
        }
        bar.inc(count as u64);
    }
    let asked = ImportCommitment {
        dry_run: args.dry_run || !faults.is_empty(),
        skip_existing: args.skip_existing,
    };
    is_committing.store(!asked.dry_run, Ordering::Release);
    bar.set_style(template(COMMITTING)?);
    bar.enable_steady_tick(LOOK);
    let outcome = match committed(client, import, asked).await {
        Ok(outcome) => Some(outcome),
        Err(error) => {
            let errors = refused(error)?;
            errors.into_iter().for_each(|error| of_lines(error, faults));
            None
        }
    };
    bar.finish_and_clear();
    if asked.dry_run || outcome.is_none() {
        // It would be forgotten within an hour.
        let _ = client.give_up_import(import).await;
    }
    Ok(outcome.filter(|_| faults.is_empty()))
}

/// Says what becomes of the keys when a signal ends this, such as that of Ctrl-C.
fn told_when_stopped(is_committing: &Arc<AtomicBool>) -> Result<Waiting, Failure> {
    let is_committing = is_committing.clone();
    let tell = move || {
        output::notice(match is_committing.load(Ordering::Acquire) {
            true => {
                "stopped while the keys are imported: all of them will be there, or none; import again with --skip-existing \
                 to be sure"
            }
            false => "stopped; nothing was imported",
        });
    };
    ending::before(tell).map_err(Failure::failed)
}

async fn committed(
    client: &Client,
    import: uuid::Uuid,
    asked: ImportCommitment,
) -> Result<ImportOutcome, Error> {
    let mut answered = Instant::now();
    loop {
        match client.commit_import(import, asked).await {
            Ok(outcome) if outcome.finished => return Ok(outcome),
            Ok(_) => answered = Instant::now(),
            Err(error) if error.is_retryable() && answered.elapsed() < GIVEN_UP => {}
            Err(error) => return Err(error),
        }
        sleep(LOOK).await;
    }
}

/// As many keys as go into one request.
fn portions(keys: Vec<ImportKey>) -> impl Iterator<Item = ImportPortion> {
    let mut keys = keys.into_iter().peekable();
    std::iter::from_fn(move || {
        let (mut portion, mut bytes) = (ImportPortion::default(), 0);
        while let Some(next) = keys.next_if(|next| {
            let fits = bytes + size(next) <= MAX_BYTES || portion.keys.is_empty();
            portion.keys.len() < MOST.min(MAX_PORTION) && fits
        }) {
            bytes += size(&next);
            portion.keys.push(next);
        }
        (!portion.keys.is_empty()).then_some(portion)
    })
}

/// As it is sent; nothing of it stays in memory.
fn size(key: &ImportKey) -> usize {
    struct Counted(usize);

    impl Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut counted = Counted(0);
    match serde_json::to_writer(&mut counted, key) {
        Ok(()) => counted.0,
        Err(_) => MAX_BYTES,
    }
}

/// What is wrong with fields; any other error is one of the whole.
fn refused(error: Error) -> Result<Vec<FieldError>, Failure> {
    match error.problem() {
        Some(problem) if problem.kind == ProblemType::Invalid && !problem.errors.is_empty() => {
            Ok(problem.errors.clone())
        }
        _ => Err(error.into()),
    }
}

/// `keys[3].fields.name`
fn of_portion(lines: &[u32], error: FieldError, faults: &mut Faults) {
    let place = error
        .field
        .strip_prefix("keys[")
        .and_then(|rest| rest.split_once(']'));
    let found = place.and_then(|(index, field)| {
        let line = lines.get(index.parse::<usize>().ok()?)?;
        Some((u64::from(*line), column(field.trim_start_matches('.'))))
    });
    match found {
        Some((line, column)) => faults.add(FileFault::of_line(line, error.message).in_column(column)),
        None => faults.add_told(error.message),
    }
}

/// `lines[12].token`
fn of_lines(error: FieldError, faults: &mut Faults) {
    let place = error
        .field
        .strip_prefix("lines[")
        .and_then(|rest| rest.split_once("]."));
    let found = place.and_then(|(line, field)| Some((line.parse().ok()?, column(field))));
    match found {
        Some((line, column)) => faults.add(FileFault::of_line(line, error.message).in_column(column)),
        None => faults.add_told(error.message),
    }
}

/// Drawn only on a terminal.
fn progress_bar(keys: u64) -> Result<ProgressBar, Failure> {
    Ok(ProgressBar::new(keys).with_style(template(SENDING)?))
}

fn template(text: &str) -> Result<ProgressStyle, Failure> {
    ProgressStyle::with_template(text).map_err(Failure::failed)
}

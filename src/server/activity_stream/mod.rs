//! Passes the activity log on, row by row and in order: to a file, to standard output, or to a syslog server.
//!
//! Nothing is buffered but in the log itself. How far it was passed on is stored after the receiver has it, so that it goes on
//! there after a restart and nothing is left out; after a failure between the two, some rows come once more, by the same ids.
//! One server at a time does it for a destination. It sleeps until something is written to the log, and what it waits for stops
//! nobody else.

mod append;
mod destination;
mod line;
mod syslog;

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::sleep;
use uuid::Uuid;

use self::append::Appender;
pub use self::destination::Destination;
use self::line::lines;
use self::syslog::Syslog;
use super::state::{FeedMessage, ServerState};
use super::store::StoreError;
use super::trust::TrustError;

/// Rows that are passed on at once.
const BATCH: u64 = 200;
/// After this time another server takes over.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// The pause before it is looked again whether another server is done.
const HELD: Duration = Duration::from_secs(5);
/// The pause after a failure, which doubles up to the longest one.
const RETRY: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

/// Where the log is passed on to.
pub struct ActivityStream {
    name: String,
    sink: Sink,
    /// The first row, where nothing was passed on yet; without it, the next one.
    from: Option<u64>,
    holder: Uuid,
}

enum Sink {
    Append(Appender),
    Syslog(Syslog),
}

#[derive(Debug, thiserror::Error)]
enum StreamError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Sink(#[from] std::io::Error),
}

enum Outcome {
    UpToDate,
    HeldByOther,
}

impl ActivityStream {
    /// `authority` signed the certificate of a syslog server, if the system doesn't know who did.
    pub fn open(
        to: &Destination,
        from: Option<u64>,
        authority: Option<&std::path::Path>,
    ) -> Result<Self, TrustError> {
        let sink = match to {
            Destination::Stdout => Sink::Append(Appender::to_stdout()),
            Destination::File(path) => Sink::Append(Appender::to_file(path.clone())),
            Destination::Syslog { host, port } => Sink::Syslog(Syslog::new(host.clone(), *port, authority)?),
        };
        Ok(Self {
            name: to.to_string(),
            sink,
            from,
            holder: Uuid::new_v4(),
        })
    }
}

/// Until the server is closing.
pub async fn run(server: ServerState, stream: ActivityStream) {
    // Before anything is read, so that what is written meanwhile is noticed.
    let (wakes, notes) = (server.events.subscribe(), server.events.subscribe());
    tokio::select! {
        () = follow(&server, &stream, wakes) => {}
        () = note_what_is_written(&server, notes) => {}
        () = server.clone().closed() => {}
    }
}

async fn follow(server: &ServerState, stream: &ActivityStream, mut changes: Receiver<FeedMessage>) {
    let mut failures = 0;
    loop {
        match pass_on(server, stream).await {
            Ok(outcome) => {
                if std::mem::take(&mut failures) > 0 {
                    tracing::warn!("the activity stream to {} goes on", stream.name);
                }
                match outcome {
                    Outcome::HeldByOther => sleep(HELD).await,
                    // Missed ones are changes too.
                    Outcome::UpToDate => {
                        if matches!(changes.recv().await, Err(RecvError::Closed)) {
                            return;
                        }
                        while changes.try_recv().is_ok() {}
                    }
                }
            }
            Err(error) => {
                server.metrics.stream_failures.inc();
                if failures == 0 {
                    tracing::warn!(%error, "the activity stream to {} has stopped; it is tried again, and nothing is left out", stream.name);
                }
                sleep((RETRY * (1 << failures.min(10))).min(LONGEST)).await;
                failures += 1;
            }
        }
    }
}

/// All that there is.
async fn pass_on(server: &ServerState, stream: &ActivityStream) -> Result<Outcome, StreamError> {
    let (log, lag) = (server.log(), &server.metrics.lag);
    loop {
        let newest = log.last_seq().await?;
        let sent = log.log_reader(&stream.name).await?;
        if let Some(sent) = sent {
            lag.sent(sent, None);
            lag.written(newest);
            if sent >= newest {
                return Ok(Outcome::UpToDate);
            }
        }
        let first = stream
            .from
            .map_or(server.first_seq, |from| from.saturating_sub(1));
        let claimed = log
            .claim_log_reader(&stream.name, first, stream.holder, LEASE)
            .await?;
        let Some(after) = claimed else {
            return Ok(Outcome::HeldByOther);
        };
        let to = newest.min(after.saturating_add(BATCH)).max(after);
        let passed = pass(server, stream, after, to).await;
        // Also after a failure: another server may reach what this one doesn't.
        let reached = if passed.is_ok() { to } else { after };
        let is_mine = log
            .advance_log_reader(&stream.name, reached, stream.holder)
            .await?;
        lag.sent(reached, passed?);
        if !is_mine {
            return Ok(Outcome::HeldByOther);
        }
    }
}

/// Returns when the last one was written.
async fn pass(
    server: &ServerState,
    stream: &ActivityStream,
    after: u64,
    to: u64,
) -> Result<Option<jiff::Timestamp>, StreamError> {
    let rows = server.log().rows(after, to).await?;
    let at = rows.last().map(|row| row.at);
    if rows.is_empty() {
        return Ok(None);
    }
    match &stream.sink {
        Sink::Append(appender) => appender.append(lines(server.organisation.id, &rows)).await?,
        Sink::Syslog(syslog) => {
            let here = syslog::host_of(&server.public_url);
            syslog
                .send(syslog::frames(server.organisation.id, &here, &rows))
                .await?;
        }
    }
    Ok(at)
}

/// Also while the receiver makes everything wait.
async fn note_what_is_written(server: &ServerState, mut changes: Receiver<FeedMessage>) {
    loop {
        match changes.recv().await {
            Ok(FeedMessage::Change(change)) => server.metrics.lag.written(change.seq),
            Ok(FeedMessage::CutOff) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

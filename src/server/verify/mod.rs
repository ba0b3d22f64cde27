//! Whether the tables match the activity log, verified once after the start, as `keydeck activity verify`
//! does: a deck that was changed outside keydeck is reported. The server keeps answering: otherwise anyone who can
//! write one row could shut it down.
//!
//! A portion is some milliseconds of one reader, and a quarter of the time at most is taken.

pub mod verified;

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::api::{ActivityQuery, Fault, MAX_LIMIT, Verification};
use crate::server::state::ServerState;
use crate::server::store::{ActivityStore, Cursor, StoreResult, Visible};

/// The pause after a portion, in times of what it took.
const PAUSE: u32 = 3;
/// The pause before a retry after an error.
const AGAIN: Duration = Duration::from_secs(10);

/// Looks through everything until the server is closing.
pub async fn once(server: ServerState) {
    let work = async {
        loop {
            let started = Instant::now();
            match looked_through(server.log()).await {
                Ok((unexplained, rows)) => {
                    tell(unexplained.as_deref(), rows, started.elapsed());
                    // There is one task that sets it.
                    let _ = server.verified.0.set(unexplained);
                    return;
                }
                Err(error) => tracing::debug!(%error, "the tables can't be compared with the log yet"),
            }
            sleep(AGAIN).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = server.clone().closed() => {}
    }
}

fn tell(unexplained: Option<&str>, rows: u64, took: Duration) {
    match unexplained {
        None => tracing::info!(
            rows,
            ?took,
            "people, projects, gateways and keys match the activity log"
        ),
        Some(sentence) => tracing::error!(
            "the database was changed outside keydeck: {sentence}. Find out who can write to it, and what else they \
             changed: keydeck activity verify; what is active that should not be, revoke or remove; a backup from before \
             can be restored"
        ),
    }
}

/// The first row that is not explained, and how many rows of the log and the tables were looked at.
async fn looked_through(store: &dyn ActivityStore) -> StoreResult<(Option<String>, u64)> {
    let (fault, mut rows) = chain(store).await?;
    if let Some(fault) = fault {
        return Ok((Some(format!("in the activity log, {fault}")), rows));
    }
    let mut next = Some(Cursor::START);
    while let Some(from) = next {
        let started = Instant::now();
        let compared = store.compare(from).await?;
        rows += compared.rows;
        if compared.unexplained.is_some() {
            return Ok((compared.unexplained, rows));
        }
        next = compared.next;
        sleep(started.elapsed() * PAUSE).await;
    }
    Ok((None, rows))
}

async fn chain(store: &dyn ActivityStore) -> StoreResult<(Option<Fault>, u64)> {
    let pages = |before, limit| ActivityQuery {
        before,
        limit: Some(limit),
        ..ActivityQuery::default()
    };
    // A head that is read after a row is never older than the row, unless the row was inserted.
    let newest = store.activity(&pages(None, 1), Visible::All).await?.items.pop();
    let head = store.activity_head().await?;
    let mut verification = Verification::new(head, None);
    if let Some(row) = newest.filter(|row| row.seq > head.seq) {
        verification.row(row);
    }
    let mut rows = 0;
    let mut before = Some(head.seq.saturating_add(1));
    while let Some(seq) = before {
        let started = Instant::now();
        let page = store.activity(&pages(Some(seq), MAX_LIMIT), Visible::All).await?;
        rows += page.items.len() as u64;
        page.items.into_iter().for_each(|row| verification.row(row));
        before = page.next.filter(|&next| next < seq);
        sleep(started.elapsed() * PAUSE).await;
    }
    Ok((verification.finish().err(), rows))
}

//! Finishes pending removals, portion by portion.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::server::state::ServerState;
use crate::server::store::Cursor;

/// The longest pause between two portions; otherwise as long as the portion took.
const REST: Duration = Duration::from_millis(100);
/// A removal without progress between two such checks has lost its server.
const LOST: Duration = Duration::from_secs(10);
/// The pause before a retry after an error.
const AGAIN: Duration = Duration::from_secs(1);

/// Finishes removals of this server, and those that an earlier or another server left, until the server is closing.
pub async fn run(server: ServerState) {
    let work = async {
        // How far each was at the last look. At the start all are taken on: to work on one together does no harm.
        let mut seen = None;
        let mut unexplained = None;
        loop {
            take_over(&server, &mut seen).await;
            tell_of_unexplained(&server, &mut unexplained).await;
            while let Some(person) = server.removals.first() {
                carry_on(&server, person).await;
            }
            tokio::select! {
                () = server.removals.wake.notified() => {}
                () = sleep(LOST) => {}
            }
        }
    };
    tokio::select! {
        () = work => {}
        // The rest is left to the next server.
        () = server.clone().closed() => {}
    }
}

async fn take_over(server: &ServerState, seen: &mut Option<BTreeMap<Uuid, u64>>) {
    match server.people().unfinished_removals().await {
        Err(error) => tracing::debug!(%error, "pending removals can't be read"),
        Ok(unfinished) => {
            for (person, progress) in &unfinished {
                let before = seen.as_ref().map(|seen| seen.get(person).copied());
                if matches!(before, None | Some(Some(_)))
                    && before.flatten().is_none_or(|done| done == progress.done())
                {
                    tracing::info!(%person, left = progress.left, "a removal is continued");
                    server.removals.take_on(*person);
                }
            }
            let far = unfinished
                .iter()
                .map(|(person, progress)| (*person, progress.done()));
            *seen = Some(far.collect());
        }
    }
}

/// A removal that the log doesn't contain is not continued; this is logged once.
async fn tell_of_unexplained(server: &ServerState, told: &mut Option<String>) {
    let Ok(compared) = server.log().compare(Cursor::REMOVALS).await else {
        return;
    };
    if let Some(sentence) = &compared.unexplained
        && told.as_ref() != Some(sentence)
    {
        tracing::error!(
            "a removal is not continued: {sentence}. Find out who can write to the database, and what else they changed: \
             keydeck activity verify"
        );
    }
    *told = compared.unexplained;
}

/// Processes one portion, and pauses for as long.
async fn carry_on(server: &ServerState, person: Uuid) {
    let started = Instant::now();
    match server.people().continue_removal(person).await {
        Ok(Some(progress)) if !progress.is_finished() => sleep(started.elapsed().min(REST)).await,
        Ok(_) => server.removals.done(person),
        Err(error) => {
            tracing::warn!(%error, %person, "a removal can't be continued; it will be retried");
            sleep(AGAIN).await;
        }
    }
}

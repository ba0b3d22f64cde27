//! Finishes pending removals and plans, portion by portion, and forgets imports that nobody finished.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::InPortions;
use crate::server::state::ServerState;
use crate::server::store::{Cursor, StoreResult};

/// The longest pause between two portions; otherwise as long as the portion took.
const REST: Duration = Duration::from_millis(100);
/// What makes no progress between two such checks has lost its server.
const LOST: Duration = Duration::from_secs(10);
/// The pause before a retry after an error.
const AGAIN: Duration = Duration::from_secs(1);

/// Finishes what this server began, and what an earlier or another server left, until the server is closing.
pub async fn run(server: ServerState) {
    let work = async {
        // How far each was at the last look. At the start all are taken on: to work on one together does no harm.
        let mut seen = None;
        let mut unexplained = None;
        loop {
            take_over(&server, &mut seen).await;
            forget_imports(&server).await;
            tell_of_unexplained(&server, &mut unexplained).await;
            loop {
                let mine = server.removals.all();
                if mine.is_empty() {
                    break;
                }
                for work in mine {
                    carry_on(&server, work).await;
                }
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

/// What is not finished, and how much of each is done.
async fn unfinished(server: &ServerState) -> StoreResult<BTreeMap<InPortions, u64>> {
    let removals = server.people().unfinished_removals().await?;
    let plans = server.plans().unfinished_plans().await?;
    let removals = removals
        .into_iter()
        .map(|(person, progress)| (InPortions::Removal(person), progress.done()));
    let plans = plans.into_iter().map(|(id, done)| (InPortions::Plan(id), done));
    Ok(removals.chain(plans).collect())
}

async fn take_over(server: &ServerState, seen: &mut Option<BTreeMap<InPortions, u64>>) {
    match unfinished(server).await {
        Err(error) => tracing::debug!(%error, "pending removals and plans can't be read"),
        Ok(unfinished) => {
            for (work, done) in &unfinished {
                let is_left = match seen {
                    None => true,
                    Some(seen) => seen.get(work) == Some(done),
                };
                if is_left {
                    tracing::info!(done, "{work} is continued");
                    server.removals.take_on(*work);
                }
            }
            *seen = Some(unfinished);
        }
    }
}

/// Keys that waited too long for the rest of their import, with their secrets.
async fn forget_imports(server: &ServerState) {
    let forgotten = async {
        if server.imports().has_old_imports().await? {
            server.imports().forget_imports().await?;
        }
        StoreResult::Ok(())
    };
    if let Err(error) = forgotten.await {
        tracing::debug!(%error, "old imports can't be forgotten");
    }
}

/// What the log doesn't contain is not continued; this is logged once.
async fn tell_of_unexplained(server: &ServerState, told: &mut Option<String>) {
    let Ok(compared) = server.log().compare(Cursor::REMOVALS).await else {
        return;
    };
    if let Some(sentence) = &compared.unexplained
        && told.as_ref() != Some(sentence)
    {
        tracing::error!(
            "a removal or a plan is not continued: {sentence}. Find out who can write to the database, and what else they changed: \
             keydeck activity verify"
        );
    }
    *told = compared.unexplained;
}

/// Processes one portion. A removal then pauses for as long; of a plan somebody waits for the end, and changes of others
/// that came meanwhile are before its next portion anyway.
async fn carry_on(server: &ServerState, work: InPortions) {
    let started = Instant::now();
    let is_finished = match work {
        InPortions::Removal(person) => {
            let progress = server.people().continue_removal(person).await;
            progress.map(|progress| progress.is_none_or(|progress| progress.is_finished()))
        }
        InPortions::Plan(id) => {
            let progress = server.plans().continue_plan(id).await;
            progress.map(|progress| progress.is_none_or(|progress| progress.is_finished()))
        }
    };
    match (is_finished, work) {
        (Ok(false), InPortions::Removal(_)) => sleep(started.elapsed().min(REST)).await,
        (Ok(false), InPortions::Plan(_)) => tokio::task::yield_now().await,
        (Ok(true), _) => server.removals.done(work),
        (Err(error), _) => {
            tracing::warn!(%error, "{work} can't be continued; it will be retried");
            sleep(AGAIN).await;
        }
    }
}

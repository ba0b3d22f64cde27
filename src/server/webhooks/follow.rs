//! Stores what is to be told: as soon as the log says it, and when a key comes to a time at which it is told of.

use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep};

use crate::server::state::{FeedMessage, ServerState};
use crate::server::store::StoreResult;

/// The longest pause between two looks at the keys that expire: some are created or renewed meanwhile.
const LOOK: Duration = Duration::from_secs(60);
/// The pause between two looks for what is not needed any more.
const FORGET: Duration = Duration::from_secs(600);
/// The pause after a failure, which doubles up to the longest one.
const RETRY: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);

struct Due {
    ends: Instant,
    forgetting: Instant,
}

pub async fn run(server: &ServerState, mut changes: Receiver<FeedMessage>) {
    let now = Instant::now();
    let mut due = Due {
        ends: now,
        forgetting: now,
    };
    let mut failures = 0;
    loop {
        match queue(server, &mut due).await {
            Ok(()) => failures = 0,
            Err(error) => {
                if failures == 0 {
                    tracing::warn!(%error, "what webhooks are to be told can't be stored; it is tried again, and nothing is left out");
                }
                sleep((RETRY * (1 << failures.min(10))).min(LONGEST)).await;
                failures += 1;
                continue;
            }
        }
        tokio::select! {
            change = changes.recv() => {
                if matches!(change, Err(RecvError::Closed)) {
                    return;
                }
                // Missed ones are changes too.
                while changes.try_recv().is_ok() {}
            }
            () = tokio::time::sleep_until(due.ends) => {}
        }
    }
}

async fn queue(server: &ServerState, due: &mut Due) -> StoreResult<()> {
    let store = server.webhooks();
    while store.webhooks_are_behind().await? {
        store.queue_from_log().await?;
        server.deliveries_wait.notify_one();
    }
    if due.ends <= Instant::now() {
        due.ends = Instant::now() + tell_of_ends(server).await?;
    }
    if due.forgetting <= Instant::now() {
        while store.forget_deliveries().await? {}
        due.forgetting = Instant::now() + FORGET;
    }
    Ok(())
}

/// Returns how long it is until there may be something to tell.
async fn tell_of_ends(server: &ServerState) -> StoreResult<Duration> {
    // Whoever's clock is wrong knows of no key that it has expired.
    if server.clock.checked().is_err() {
        return Ok(LOOK);
    }
    loop {
        let ends = server.webhooks().queue_ends().await?;
        if ends.told > 0 {
            server.deliveries_wait.notify_one();
        }
        if !ends.more {
            let next = ends.next.and_then(|next| Duration::try_from(next).ok());
            return Ok(next.map_or(LOOK, |next| next.min(LOOK)));
        }
    }
}

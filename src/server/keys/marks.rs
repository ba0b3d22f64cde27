//! Marks keys that have expired, so that lists needn't step over them. Nothing depends on how soon: what a list shows is
//! decided by the clock.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::server::state::ServerState;
use crate::server::store::StoreResult;

/// The pause between two looks.
const LOOK: Duration = Duration::from_secs(10);
/// The longest pause between two portions; otherwise as long as the portion took.
const REST: Duration = Duration::from_millis(100);

/// Marks what has expired, a portion at a time, until it is aborted: a portion is stored as a whole or not at all.
pub async fn run(server: ServerState) {
    loop {
        // Whoever's clock is wrong would mark what has not.
        if server.clock.checked().is_ok()
            && let Err(error) = mark_all(&server).await
        {
            tracing::debug!(%error, "keys that have expired can't be marked yet");
        }
        sleep(LOOK).await;
    }
}

async fn mark_all(server: &ServerState) -> StoreResult<()> {
    let keys = server.keys();
    if !keys.marks_are_behind().await? {
        return Ok(());
    }
    loop {
        let began = Instant::now();
        if !keys.set_marks().await? {
            return Ok(());
        }
        sleep(began.elapsed().min(REST)).await;
    }
}

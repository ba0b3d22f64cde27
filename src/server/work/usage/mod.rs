//! Writes the usage that was counted in memory to the store: once a second while keys are used. A
//! crash loses only what was counted in the last second.

pub mod recorder;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::server::state::ServerState;
use crate::server::store::{StoreError, Tallies, merged};

/// How long counts stay in memory alone.
const EVERY: Duration = Duration::from_secs(1);
/// Of more than so many tallies a second, each is written in so many parts, spread over the second: checks and
/// changes wait for what is written.
const MANY: usize = 8_192;
const PARTS: usize = 4;
/// Settling rests so many times as long as it worked, so that checks and changes hardly feel it.
const REST: u32 = 60;
/// The pause before a failed write is retried.
const AGAIN: Duration = Duration::from_secs(1);

/// Writes what is counted, until the server is closing; then [`write_all`] takes the rest.
pub async fn run(server: ServerState) {
    let waiting = Notify::new();
    // A server before this one may have left something.
    waiting.notify_one();
    tokio::select! {
        () = gather(&server, &waiting) => {}
        // What is not carried over stays in the log for the next server.
        () = settle(&server, &waiting) => {}
    }
}

async fn gather(server: &ServerState, waiting: &Notify) {
    let mut parts = 1;
    loop {
        let mut counted = 0;
        for part in 0..parts {
            let due = async || {
                if part == 0 {
                    server.usage.filled().await;
                }
                sleep(EVERY / parts as u32).await;
            };
            tokio::select! {
                () = due() => {}
                () = server.clone().closed() => return,
            }
            // Once begun it is not given up.
            let written = write(server, server.usage.take(part, parts)).await;
            counted += written.tallies;
            if written.waits {
                waiting.notify_one();
            }
        }
        // The next second is much like this one.
        parts = if counted > MANY { PARTS } else { 1 };
    }
}

/// Writes all that was counted.
pub async fn write_all(server: &ServerState) {
    write(server, server.usage.take(0, 1)).await;
}

#[derive(Default)]
struct Written {
    tallies: usize,
    /// Whether some of them wait to be settled.
    waits: bool,
}

async fn write(server: &ServerState, taken: Tallies) -> Written {
    let tallies = Arc::new(merged_all(taken).await);
    if tallies.is_empty() {
        return Written::default();
    }
    let count = tallies.iter().map(Vec::len).sum();
    match server.work().record_usage(tallies.clone()).await {
        Ok(waits) => {
            // A revoked key may be among those that were used.
            server.deliveries_wait.notify_one();
            release(tallies).await;
            Written {
                tallies: count,
                waits,
            }
        }
        Err(error) => {
            match error {
                // Nothing is written any more, and the log says so already.
                StoreError::Elsewhere(_) => {}
                _ => {
                    tracing::warn!(%error, "the use of keys can't be written; it will be retried");
                    server.usage.put_back(&tallies);
                }
            }
            Written::default()
        }
    }
}

/// Of very many keys this and the release take milliseconds; checks are answered in between.
async fn merged_all(parts: Tallies) -> Tallies {
    let mut tallies = Tallies::with_capacity(parts.len());
    for part in parts {
        tallies.push(merged(part));
        yield_now().await;
    }
    tallies
}

async fn release(tallies: Arc<Tallies>) {
    for part in Arc::into_inner(tallies).into_iter().flatten() {
        drop(part);
        yield_now().await;
    }
}

async fn settle(server: &ServerState, waiting: &Notify) {
    loop {
        waiting.notified().await;
        loop {
            let started = Instant::now();
            match server.work().settle_usage().await {
                Ok(false) => break,
                Ok(true) => sleep(started.elapsed() * REST).await,
                Err(StoreError::Elsewhere(_)) => break,
                Err(error) => {
                    tracing::warn!(%error, "the use of keys can't be settled; it will be retried");
                    sleep(AGAIN).await;
                }
            }
        }
    }
}

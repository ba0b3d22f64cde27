//! Changes of keys as server-sent events. One task follows the activity log, so that the changes
//! of every process on this database are told, and passes them to all subscribers.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::sleep;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError::Lagged;

use super::auth::SignedIn;
use super::openapi::Common;
use super::policy;
use super::state::ServerState;
use super::store::{KeyEventRecord, StoreResult};
use crate::api::{KeyEvent, User};

const BATCH: u32 = 500;
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The pause before the log is asked again after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// Follows the log until it is stopped.
pub async fn feed(server: ServerState) {
    let mut seq = server.first_seq;
    loop {
        match pass_on(&server, seq).await {
            Ok(passed) => {
                seq = passed;
                server.store.changed().await;
            }
            Err(error) => {
                tracing::warn!(%error, "can't follow the activity log");
                sleep(RETRY).await;
            }
        }
    }
}

/// Tells all changes behind `seq`, and how far that was.
async fn pass_on(server: &ServerState, mut seq: u64) -> StoreResult<u64> {
    loop {
        let events = server.store.key_events_since(seq, BATCH).await?;
        let more = events.len() == BATCH as usize;
        for event in events {
            seq = event.seq;
            // Without a subscriber nobody misses it.
            let _ = server.events.send(event);
        }
        if !more {
            return Ok(seq);
        }
    }
}

/// Changes of the keys that the user may see, from now on: `event: hello` first, then `event: key`
/// with a KeyEvent; `event: resync` when some were missed.
#[utoipa::path(get, path = "/v1/events", tag = "activity",
    responses((status = 200, description = "The stream.", body = KeyEvent, content_type = "text/event-stream"), Common))]
pub async fn subscribe(
    State(server): State<ServerState>,
    signed_in: SignedIn,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // Subscribed before the hello is sent: what happens behind it is not missed.
    let changes = BroadcastStream::new(server.events.subscribe());
    let closed = Box::pin(server.clone().closed());
    let told = changes.filter_map(move |change| {
        let (server, user) = (server.clone(), signed_in.user.id);
        async move {
            match change {
                Err(Lagged(_)) => Some(Event::default().event("resync").data("{}")),
                Ok(change) => {
                    // Read again, because the role may have changed since.
                    let user = server.store.user(user).await.ok().flatten()?;
                    event_for(&user, &change)
                }
            }
        }
    });
    let hello = stream::iter([Event::default().event("hello").data("{}")]);
    let events = hello.chain(told).take_until(closed).map(Ok);
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn event_for(user: &User, change: &KeyEventRecord) -> Option<Event> {
    let event = KeyEvent {
        kind: change.kind,
        key: change.key,
    };
    policy::may_see(user, change.creator)
        .then(|| {
            Event::default()
                .event("key")
                .id(change.seq.to_string())
                .json_data(event)
        })?
        .ok()
}

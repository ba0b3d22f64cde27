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
        // Rows that are no changes of keys are passed over for good, not read again each time.
        let newest = server.store.last_seq().await?;
        let events = server.store.key_events_since(seq, BATCH).await?;
        let more = events.len() == BATCH as usize;
        for event in events {
            seq = event.seq;
            // Without a subscriber nobody misses it.
            let _ = server.events.send(event);
        }
        if !more {
            return Ok(seq.max(newest));
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
            let change = match change {
                Ok(change) => change,
                Err(Lagged(_)) => return Some(resync()),
            };
            // Read again, because the role may have changed since.
            match server.store.user(user).await {
                Ok(user) => event_for(&user?, &change),
                Err(_) => Some(resync()),
            }
        }
    });
    let hello = stream::iter([Event::default().event("hello").data("{}")]);
    let events = hello.chain(told).take_until(closed).map(Ok);
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn resync() -> Event {
    Event::default().event("resync").data("{}")
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::response::IntoResponse;
    use uuid::Uuid;

    use super::*;
    use crate::api::KeyEventKind;
    use crate::server::address::TrustedProxies;
    use crate::server::seal::{RootKey, Sealer, new_data_key};
    use crate::server::state::EVENTS_KEPT;
    use crate::server::store::sqlite::SqliteStore;
    use crate::server::store::{Actor, Founding};

    async fn server(directory: &tempfile::TempDir) -> ServerState {
        let founding = Founding {
            organisation: "Acme Studios".into(),
            owner_email: "mira@acme.example".into(),
            owner_token: None,
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let root = RootKey::generate().expect("random");
        let data_key = new_data_key(&root).expect("random");
        let path = directory.path().join("keydeck.db");
        let store = SqliteStore::create(&path, &founding, &data_key).expect("made");
        let sealer = Sealer::open(&root, Uuid::nil(), &[data_key]).expect("its own key");
        ServerState::new(
            Arc::new(store),
            sealer,
            String::new(),
            None,
            TrustedProxies::default(),
        )
        .await
        .expect("founded")
    }

    #[tokio::test]
    async fn a_subscriber_who_missed_changes_is_told_to_read_again() {
        let directory = tempfile::tempdir().expect("made");
        let server = server(&directory).await;
        let user = server.store.users().await.expect("founded").remove(0);
        let change = KeyEventRecord {
            seq: 7,
            kind: KeyEventKind::Created,
            key: Uuid::nil(),
            creator: user.id,
        };
        let actor = Actor {
            user: user.id,
            address: None,
        };
        let stream = subscribe(State(server.clone()), SignedIn { user, actor }).await;
        let mut chunks = stream.into_response().into_body().into_data_stream();
        while server.events.len() < EVENTS_KEPT {
            server.events.send(change).expect("subscribed");
        }
        server.events.send(change).expect("subscribed");
        let mut told = String::new();
        while !told.contains("event: key") {
            let chunk = chunks.next().await.expect("open").expect("no fault");
            told.push_str(&String::from_utf8_lossy(&chunk));
        }
        let names: Vec<_> = told
            .lines()
            .filter_map(|line| line.strip_prefix("event: "))
            .collect();
        assert_eq!(names, ["hello", "resync", "key"]);
    }
}

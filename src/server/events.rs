//! Changes as server-sent events. One task follows the activity log, so that the changes
//! of every process on this database are included, and passes them to all subscribers.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONNECTION};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::sleep;

use crate::api::{ChangeEvent, KeyEvent, Part, User};
use crate::model::{Role, TokenHash};
use crate::server::activity::own_numbers;
use crate::server::auth::policy;
use crate::server::auth::signed_in::{self, SignedIn};
use crate::server::http::error::{ApiError, ApiResult};
use crate::server::http::openapi::Common;
use crate::server::http::places::{Peer, StreamPlace};
use crate::server::state::{FeedMessage, ServerState};
use crate::server::store::{ChangeRecord, Changed, StoreResult};

/// nginx's own header (ngx_http_proxy_module, proxy_buffering).
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const BATCH: u32 = 500;
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// The pause before the log is asked again after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// Follows the log until it is stopped.
pub async fn feed(server: ServerState) {
    let mut seq = server.first_seq;
    let mut is_cut_off = false;
    loop {
        match pass_on(&server, seq).await {
            Ok(passed) => {
                seq = passed;
                if std::mem::take(&mut is_cut_off) {
                    tracing::warn!("the database is reachable again");
                }
                server.log().changed().await;
            }
            Err(error) => {
                if !std::mem::replace(&mut is_cut_off, true) {
                    tracing::warn!(%error, "the database is unreachable; open event streams are closed");
                }
                let _ = server.events.send(FeedMessage::CutOff);
                sleep(RETRY).await;
            }
        }
    }
}

/// Sends all changes after `seq`; returns the newest number.
async fn pass_on(server: &ServerState, mut seq: u64) -> StoreResult<u64> {
    loop {
        let changes = server.log().changes_since(seq, BATCH).await?;
        let more = changes.len() == BATCH as usize;
        for change in changes {
            seq = change.seq;
            // Without a subscriber nobody misses it.
            let _ = server.events.send(FeedMessage::Change(change));
        }
        if !more {
            return Ok(seq);
        }
    }
}

/// Changes of the keys that the user may see, from now on: `event: hello` first, then `event: key`
/// with a KeyEvent; for those who see all activity, `event: change` with a ChangeEvent when something else
/// changed; `event: resync` when some were missed, or the user's role changed. Ends when
/// the token is no longer valid, and when the server can't reach its database. A person has at most 8 streams; with
/// more, 429 says so.
#[utoipa::path(get, path = "/v1/events", tag = "activity",
    responses((status = 200, description = "The stream.", body = KeyEvent, content_type = "text/event-stream"), Common))]
pub async fn subscribe(
    State(server): State<ServerState>,
    peer: Peer,
    SignedIn { user, token, .. }: SignedIn,
) -> ApiResult<Response> {
    let place = peer.stream_of(user.id)?;
    let closed = Box::pin(server.clone().closed());
    // The subscriber is read again after the subscription, which is made before the hello is sent:
    // nothing that happens after either is missed.
    let changes = server.events.subscribe();
    let user = signed_in::user_of(&server, &token)
        .await?
        .ok_or_else(ApiError::unauthenticated)?;
    let listener = Subscriber {
        server,
        token,
        role: user.role,
        changes,
        _place: place,
    };
    let heard = stream::unfold(listener, async |mut listener| {
        let event = listener.next().await?;
        Some((event, listener))
    });
    let hello = stream::iter([Event::default().event("hello").data("{}")]);
    let events = hello.chain(heard).take_until(closed).map(Ok::<_, Infallible>);
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // The connection ends with its stream, which has a place of its own. The others are for proxies: nginx buffers what it
    // is not asked to pass on at once, and some compress or keep what they are not told to leave alone.
    let headers = [
        (CONNECTION, "close"),
        (CACHE_CONTROL, "no-store, no-transform"),
        (ACCEL_BUFFERING, "no"),
    ];
    Ok((headers, events).into_response())
}

/// Someone with an open stream.
struct Subscriber {
    server: ServerState,
    token: TokenHash,
    /// When last looked at.
    role: Role,
    changes: Receiver<FeedMessage>,
    _place: StreamPlace,
}

impl Subscriber {
    /// `None` when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let change = match self.changes.recv().await {
                Ok(FeedMessage::Change(change)) => Some(change),
                Err(RecvError::Lagged(_)) => None,
                Ok(FeedMessage::CutOff) | Err(RecvError::Closed) => return None,
            };
            // Read again at each change, because it may be this one that takes it away from them.
            let Ok(user) = signed_in::user_of(&self.server, &self.token).await else {
                return Some(resync());
            };
            if let Some(event) = self.event_for(&user?, change) {
                return Some(event);
            }
        }
    }

    /// `change` is `None` when some were missed.
    fn event_for(&mut self, user: &User, change: Option<ChangeRecord>) -> Option<Event> {
        let role = std::mem::replace(&mut self.role, user.role);
        match change {
            Some(ChangeRecord { seq, what }) if role == user.role => {
                // As the row goes by in the user's activity.
                let seq = own_numbers(&self.server, user).map_or(seq, |own| own.shown(user.id, seq));
                told(user, seq, what)
            }
            _ => Some(resync()),
        }
    }
}

fn resync() -> Event {
    Event::default().event("resync").data("{}")
}

/// `None` when it does not concern the user.
fn told(user: &User, seq: u64, change: Changed) -> Option<Event> {
    let about = match change {
        Changed::Key { kind, key, creator } => {
            let event = Event::default().event("key").id(seq.to_string());
            return policy::may_see(user, creator)
                .then(|| event.json_data(KeyEvent { kind, key }))?
                .ok();
        }
        Changed::People => Part::People,
        Changed::SessionServers if !policy::may_set_session_servers(user) => return None,
        Changed::Projects | Changed::SessionServers => Part::Projects,
        Changed::Log => Part::Activity,
    };
    let event = Event::default().event("change").id(seq.to_string());
    policy::may_see_all_activity(user)
        .then(|| event.json_data(ChangeEvent { about }))?
        .ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::response::IntoResponse;
    use uuid::Uuid;

    use super::*;
    use crate::api::KeyEventKind;
    use crate::server::http::address::TrustedProxies;
    use crate::server::http::bounds::Bounds;
    use crate::server::http::places::Places;
    use crate::server::seal::{RootKey, Sealer, new_data_key};
    use crate::server::state::EVENTS_KEPT;
    use crate::server::store::sqlite::SqliteStore;
    use crate::server::store::{Actor, Founding, Visible};

    async fn server(directory: &tempfile::TempDir) -> ServerState {
        let founding = Founding {
            organisation: "Acme Studios".into(),
            owner_email: "mira@acme.example".into(),
            owner_token: Some(TokenHash::of("kdu_owner")),
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
        let user = server.people().first_user(Role::Owner).await;
        let user = user.expect("founded").expect("an Owner");
        let what = Changed::Key {
            kind: KeyEventKind::Created,
            key: Uuid::nil(),
            creator: user.id,
        };
        let change = ChangeRecord { seq: 7, what };
        let actor = Actor {
            user: user.id,
            role: user.role,
            token: None,
            address: None,
            visible: Visible::All,
        };
        let token = TokenHash::of("kdu_owner");
        let places = Places::new(Bounds::default(), TrustedProxies::default());
        let place = places.enter(([127, 0, 0, 1], 4711).into());
        let signed_in = SignedIn { user, token, actor };
        let stream = subscribe(State(server.clone()), place.peer().clone(), signed_in).await;
        let mut chunks = stream.into_response().into_body().into_data_stream();
        while server.events.len() < EVENTS_KEPT {
            server
                .events
                .send(FeedMessage::Change(change))
                .expect("subscribed");
        }
        server
            .events
            .send(FeedMessage::Change(change))
            .expect("subscribed");
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

//! Listens to what the servers of a deck tell by themselves.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use futures_util::StreamExt;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::{Arrival, Arrivals};
use crate::api::ProblemType;
use crate::client::{Client, Error, EventNotice};
use crate::tui::message::Message;

/// An event stream that has lasted so long doesn't mean a server that can't hold any.
const SETTLED: Duration = Duration::from_secs(1);
/// How often what is shown is read again where the server has no place for another stream.
const POLL: Duration = Duration::from_secs(5);

/// Begins to listen at a deck.
pub fn attend(client: &Client, arrivals: &Arrivals, reconnect: &Arc<Notify>) -> AbortHandle {
    let events = listen(client.clone(), arrivals.clone(), reconnect.clone());
    let servers = tell_server(client.clone(), arrivals.clone());
    let both = tokio::spawn(async move { tokio::join!(events, servers) });
    both.abort_handle()
}

/// Tells which of several servers is in use.
async fn tell_server(client: Client, arrivals: Arrivals) {
    if !client.has_several_servers() {
        return;
    }
    let mut servers = std::pin::pin!(client.servers_in_use());
    while let Some(host) = servers.next().await {
        if !arrivals.send(Arrival::Message(Message::ServerInUse(host))) {
            return;
        }
    }
}

/// Listens to the server's events as long as the deck is open. Goes on to another server immediately, connects again after
/// ever longer pauses when none answers, and polls while there is no place for another stream.
async fn listen(client: Client, arrivals: Arrivals, reconnect: Arc<Notify>) {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_secs(4))
        .with_jitter()
        .without_max_times();
    let mut pause = pauses.build();
    loop {
        let mut events = std::pin::pin!(client.events());
        let (mut ended, mut connected) = (None, None);
        while let Some(notice) = events.next().await {
            let message = match notice {
                Ok(EventNotice::Connected) => {
                    connected = Some(Instant::now());
                    Message::Connected
                }
                Ok(EventNotice::Key(event)) => Message::Deck(event),
                Ok(EventNotice::Change(about)) => Message::Changed(about),
                Ok(EventNotice::Resync) => Message::Resync,
                Err(error) => {
                    ended = Some(error);
                    break;
                }
            };
            if !arrivals.send(Arrival::Message(message)) {
                return;
            }
        }
        let held = connected.is_some_and(|since| since.elapsed() >= SETTLED);
        if held {
            pause = pauses.build();
        }
        let error = match ended {
            Some(error) if !(held && client.has_several_servers()) => error,
            _ if arrivals.send(Arrival::Message(Message::GoingOn)) => continue,
            _ => return,
        };
        if has_no_place(&error) {
            if !arrivals.send(Arrival::Message(Message::Polling(error))) {
                return;
            }
            let _ = tokio::time::timeout(POLL, reconnect.notified()).await;
            continue;
        }
        let may_come_back = error.is_retryable();
        if !arrivals.send(Arrival::Message(Message::Disconnected(error))) {
            return;
        }
        let wait = pause.next().unwrap_or(Duration::from_secs(4));
        if may_come_back {
            let _ = tokio::time::timeout(wait, reconnect.notified()).await;
        } else {
            reconnect.notified().await;
        }
    }
}

/// Whether the server answers everything but another stream.
fn has_no_place(error: &Error) -> bool {
    let problem = error.problem();
    problem.is_some_and(|problem| problem.kind == ProblemType::TooManyAtOnce)
}

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
/// How often what is shown is read again where the server has no place for another stream, and how long the first event
/// of one is waited for.
const POLL: Duration = Duration::from_secs(5);
/// A stream that was held up before is not any more once it has lasted so long: longer than silence is waited for.
const PROVEN: Duration = Duration::from_secs(60);

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
/// ever longer pauses when none answers, and polls while there is no place for another stream, or a proxy holds it up.
async fn listen(client: Client, arrivals: Arrivals, reconnect: Arc<Notify>) {
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_secs(4))
        .with_jitter()
        .without_max_times();
    let mut pause = pauses.build();
    let mut listener = Listener {
        client,
        arrivals,
        is_held_up: false,
    };
    loop {
        let Some(ended) = listener.stream().await else {
            return;
        };
        if ended.held {
            pause = pauses.build();
        }
        let error = match ended.error {
            Some(error) if !(ended.held && listener.client.has_several_servers()) => error,
            _ if listener.send(Message::GoingOn) => continue,
            _ => return,
        };
        let is_polling = has_no_place(&error) || listener.is_held_up;
        let may_come_back = error.is_retryable();
        let (told, wait) = match is_polling {
            true => (Message::Polling(error), POLL),
            false => {
                let wait = pause.next().unwrap_or(Duration::from_secs(4));
                (Message::Disconnected(error), wait)
            }
        };
        if !listener.send(told) {
            return;
        }
        if is_polling || may_come_back {
            if !is_polling && !listener.send(Message::Retrying(wait)) {
                return;
            }
            let _ = tokio::time::timeout(wait, reconnect.notified()).await;
        } else {
            reconnect.notified().await;
        }
    }
}

/// How a stream ended.
struct Ended {
    /// `None`: calls go to another server.
    error: Option<Error>,
    /// It lasted long enough for a server that can hold one.
    held: bool,
}

struct Listener {
    client: Client,
    arrivals: Arrivals,
    /// Nothing came of a stream in time, while the server answered everything else. So it is until an event comes, or
    /// the stream has lasted longer than silence is waited for.
    is_held_up: bool,
}

impl Listener {
    /// Whether somebody is still there to hear it.
    fn send(&self, message: Message) -> bool {
        self.arrivals.send(Arrival::Message(message))
    }

    /// One stream, to its end. `None`: nobody listens any more.
    async fn stream(&mut self) -> Option<Ended> {
        let mut events = std::pin::pin!(self.client.events());
        let mut connected: Option<Instant> = None;
        let error = loop {
            let is_proven = connected.is_some() && !self.is_held_up;
            let notice = match is_proven {
                true => events.next().await,
                false => match tokio::time::timeout(POLL, events.next()).await {
                    Ok(notice) => notice,
                    Err(_) => {
                        if !self.nothing_came(connected).await {
                            return None;
                        }
                        continue;
                    }
                },
            };
            let message = match notice {
                Some(Ok(EventNotice::Connected)) => {
                    connected = Some(Instant::now());
                    if self.is_held_up {
                        continue;
                    }
                    Message::Connected
                }
                Some(Ok(EventNotice::Key(event))) => Message::Deck(event),
                Some(Ok(EventNotice::Change(about))) => Message::Changed(about),
                Some(Ok(EventNotice::Resync)) => Message::Resync,
                Some(Err(error)) => break Some(error),
                None => break None,
            };
            if std::mem::take(&mut self.is_held_up) && !self.send(Message::Connected) {
                return None;
            }
            if !self.send(message) {
                return None;
            }
        };
        let is_silent = matches!(error, Some(Error::TimedOut(_)));
        self.is_held_up |= is_silent && self.client.me().await.is_ok();
        Some(Ended {
            error,
            held: connected.is_some_and(|since| since.elapsed() >= SETTLED),
        })
    }

    /// Says so, and has what is shown read again, when the server answers everything but the stream. `false`: nobody
    /// listens any more.
    async fn nothing_came(&mut self, connected: Option<Instant>) -> bool {
        if connected.is_some_and(|since| since.elapsed() >= PROVEN) {
            self.is_held_up = false;
            return self.send(Message::Connected);
        }
        if !self.is_held_up && self.client.me().await.is_err() {
            return true;
        }
        self.is_held_up = true;
        self.send(Message::Polling(Error::HeldUp))
    }
}

/// Whether the server answers everything but another stream.
fn has_no_place(error: &Error) -> bool {
    let problem = error.problem();
    problem.is_some_and(|problem| problem.kind == ProblemType::TooManyAtOnce)
}

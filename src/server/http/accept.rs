//! Accepts connections without end and answers them over HTTP/1.1. A slow or silent client keeps only its own
//! place, and loses it when places are scarce.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::io::Errno;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutWriter;

use super::bounds::Bounds;
use super::head::{Hosts, ListenAddress};
use super::metrics_access::MetricsAccess;
use super::places::{ConnectionPlace, Peer, Places};
use super::router::HttpService;
use super::site::Site;
use super::tls::Tls;
use super::wire;
use crate::server::leaks::sources::LeakSources;
use crate::server::state::ServerState;
use crate::server::webhooks::sending::Sender;

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 32 * 1024;
/// The memory that a connection may use for reading and writing, in bytes.
const MAX_BUFFER: usize = 64 * 1024;
/// The pause after the system had no memory for a connection.
const EXHAUSTED: Duration = Duration::from_millis(200);
/// The pause after it had no file descriptor: connections are being closed.
const NO_FILES: Duration = Duration::from_millis(10);
/// If data is not acknowledged for so long, the machine is gone, such as a closed laptop: its connection is
/// closed, and with it a stream that its user may want to open elsewhere.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(60);

/// A listener for connections.
pub struct Listener {
    listener: TcpListener,
    tls: Option<Tls>,
    bounds: Bounds,
    metrics_access: MetricsAccess,
    leak_sources: Arc<LeakSources>,
    webhooks: Option<Sender>,
}

impl Listener {
    /// Plain HTTP when there is no `tls`.
    pub fn new(listener: TcpListener, tls: Option<Tls>, bounds: Bounds) -> Self {
        Self {
            listener,
            tls,
            bounds,
            metrics_access: MetricsAccess::default(),
            leak_sources: Arc::default(),
            webhooks: None,
        }
    }

    /// The same, with other access to the metrics.
    #[must_use]
    pub fn with_metrics_access(self, metrics_access: MetricsAccess) -> Self {
        Self {
            metrics_access,
            ..self
        }
    }

    /// The same, with others who may report leaks than whoever has a token.
    #[must_use]
    pub fn with_leak_sources(self, leak_sources: LeakSources) -> Self {
        Self {
            leak_sources: Arc::new(leak_sources),
            ..self
        }
    }

    /// The same of a server that sends to webhooks.
    #[must_use]
    pub fn with_webhooks(self, sender: Sender) -> Self {
        Self {
            webhooks: Some(sender),
            ..self
        }
    }

    /// What sends to webhooks, if this server does.
    pub fn webhooks(&self) -> Option<Sender> {
        self.webhooks.clone()
    }

    /// How the server appears on this listener. The one at a person's terminal is for this machine only.
    pub fn site(&self, for_this_machine: bool) -> io::Result<Site> {
        Ok(Site {
            over_tls: self.tls.is_some(),
            hosts: match for_this_machine {
                true => Hosts::Loopback(self.listener.local_addr()?),
                false => Hosts::Any,
            },
            metrics_access: Arc::new(self.metrics_access.clone()),
            leak_sources: self.leak_sources.clone(),
            webhook_targets: match &self.webhooks {
                Some(sender) => Arc::new(sender.allowed().clone()),
                None => Arc::default(),
            },
        })
    }
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self::new(listener, None, Bounds::default())
    }
}

/// Accepts until `shutdown`, then waits for requests in progress.
pub async fn until(
    incoming: Listener,
    front: HttpService,
    state: &ServerState,
    shutdown: impl Future<Output = ()>,
) {
    let places = Places::new(incoming.bounds, state.proxies.clone());
    let grace = incoming.bounds.grace;
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = incoming.listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let place = places.enter(peer);
                    let connection = Connection {
                        peer: place.peer().clone(),
                        front: front.clone(),
                        state: state.clone(),
                        bounds: incoming.bounds,
                    };
                    connections.spawn(answer_at(place, connection, stream, incoming.tls.clone()));
                    places.settled().await;
                }
                Err(error) => pause_after(&error, &places).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(incoming);
    state.closing.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(grace, all).await.is_err() {
        tracing::warn!("requests still in progress were cut off");
    }
}

/// Until the connection has ended or its place was given to another one.
async fn answer_at(place: ConnectionPlace, connection: Connection, stream: TcpStream, tls: Option<Tls>) {
    place.is_heard();
    tokio::select! {
        // First, so that no request is started that is not answered.
        biased;
        () = place.lost() => tracing::debug!("a connection was closed to make room"),
        () = connection.begin(stream, tls) => {}
    }
}

/// A client that disconnected is ignored; an exhausted system gets a moment to recover.
async fn pause_after(error: &io::Error, places: &Places) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE)) {
        tracing::debug!(%error, "connections are closed to make room");
        places.make_room();
        sleep(NO_FILES).await;
    } else if !matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        tracing::error!(%error, "can't accept a connection");
        sleep(EXHAUSTED).await;
    }
}

/// What is needed to answer one connection.
struct Connection {
    peer: Peer,
    front: HttpService,
    state: ServerState,
    bounds: Bounds,
}

impl Connection {
    async fn begin(self, stream: TcpStream, tls: Option<Tls>) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was closed immediately");
            return;
        }
        #[cfg(target_os = "linux")]
        if let Err(error) = SockRef::from(&stream).set_tcp_user_timeout(Some(UNACKNOWLEDGED)) {
            tracing::debug!(%error, "a connection keeps the system's timeout");
        }
        let here = match stream.local_addr() {
            Ok(address) => ListenAddress::new(address, tls.is_some()),
            Err(error) => {
                tracing::debug!(%error, "a connection was closed immediately");
                return;
            }
        };
        let Some(tls) = tls else {
            return self.answer(here, stream).await;
        };
        let closed = self.state.clone().closed();
        tokio::select! {
            shaken = tls.handshake(stream, self.bounds.handshake) => match shaken {
                Ok(stream) => self.answer(here, stream).await,
                Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
            },
            () = closed => {}
        }
    }

    async fn answer(self, here: ListenAddress, stream: impl AsyncRead + AsyncWrite + Send + 'static) {
        let (stream, wire) = wire::inspected(Box::pin(stream), MAX_HEAD, self.bounds.head);
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(self.bounds.unread));
        let parts = Arc::new((self.front, self.peer, self.state.clone()));
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(here);
            let (parts, unreadable) = (parts.clone(), wire.refusal());
            async move {
                let (front, peer, state) = &*parts;
                peer.asks();
                let mut answer = front.answer(peer, request, unreadable).await;
                peer.is_answered();
                if *state.closing.borrow() {
                    answer
                        .headers_mut()
                        .insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            // From the last answer on, when no request has arrived whole; `wire` limits one that has begun.
            .header_read_timeout(self.bounds.keep_alive)
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_BUFFER)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.state.closed() => {
                // A request that is on its way is answered, and that answer says that it was the last.
                match timeout(self.bounds.linger, connection.as_mut()).await {
                    Ok(ended) => ended,
                    Err(_) => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection was interrupted");
        }
    }
}

//! A key server inside this process, on loopback, for as long as its handle lives.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::client::{Client, Endpoint};
use crate::failure::Failure;
use crate::model::token::NO_SERVER;
use crate::model::{Secret, Servers, Token, TokenKind};
use crate::server::address::TrustedProxies;
use crate::server::store::Store;
use crate::server::{self, Bounds, Listener, LocalSession, Seals, ServerState};

const WORKERS: usize = 2;
/// How long a drop waits for requests under way.
const PATIENCE: Duration = Duration::from_millis(800);

/// A running server; dropping it ends it, within a second. Must not be dropped inside a runtime.
#[derive(Debug)]
pub struct EmbeddedServer {
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    stopped: mpsc::Receiver<()>,
    endpoint: Endpoint,
}

impl EmbeddedServer {
    /// Serves `store` to this process alone, signed in as `user` by a token that is only in memory.
    pub fn start(store: Arc<dyn Store>, seals: impl Into<Seals>, user: Uuid) -> Result<Self, Failure> {
        Self::start_behind(store, seals, user, TrustedProxies::default())
    }

    /// The same behind proxies, which say where requests come from.
    pub fn start_behind(
        store: Arc<dyn Store>,
        seals: impl Into<Seals>,
        user: Uuid,
        proxies: TrustedProxies,
    ) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("keydeck-server")
            .enable_all()
            .build()
            .map_err(cannot_start)?;
        let token = Token::generate(TokenKind::User).map_err(cannot_start)?;
        let session = LocalSession {
            token: token.hash(),
            user,
        };
        let state = ServerState::new(store, seals, NO_SERVER.into(), Some(session), proxies);
        let state = runtime.block_on(state).map_err(cannot_start)?;
        let (listener, address) = runtime.block_on(listen()).map_err(cannot_start)?;
        let servers = Servers::parse(&[format!("http://{address}")]).map_err(cannot_start)?;
        // Its only client ends together with it.
        let bounds = Bounds {
            linger: Duration::ZERO,
            ..Bounds::default()
        };
        let listener = Listener::new(listener, None, bounds);
        let (stop, stopping) = oneshot::channel();
        let (ended, stopped) = mpsc::channel();
        runtime.spawn(async move {
            // An error of the listener shows to the client as a server that is gone.
            let _ = server::serve(listener, state, async { drop(stopping.await) }).await;
            drop(ended);
        });
        Ok(Self {
            runtime: Some(runtime),
            stop: Some(stop),
            stopped,
            endpoint: Endpoint::new(servers, Secret::new(token.expose())),
        })
    }

    /// Where it is reached.
    pub fn address(&self) -> String {
        self.endpoint.servers.first().to_string()
    }

    /// Runs beside it, until it ends.
    pub fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(work);
        }
    }

    pub fn client(&self) -> Result<Client, Failure> {
        Ok(Client::new(self.endpoint.clone())?)
    }
}

impl Drop for EmbeddedServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        // Ends when the server's task drops its end of the channel, or patience does.
        let _ = self.stopped.recv_timeout(PATIENCE);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(200));
        }
    }
}

async fn listen() -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

fn cannot_start(error: impl std::fmt::Display) -> Failure {
    Failure::Failed(format!("can't start the embedded server: {error}"))
}

//! `keydeck serve`: the key server until a signal ends it.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use super::activity_stream::ActivityStreamArgs;
use super::database::DatabaseOrLocalArgs;
use super::leak::sources::LeakSourceArgs;
use super::webhook::sending::WebhookSendingArgs;
use super::{Failure, logs, output, shared_token, values};
use crate::deck::bootstrap;
use crate::deck::database::{Database, RootKeySource};
use crate::model::domain::is_loopback;
use crate::server::address::{TrustedProxies, trusted_proxy};
use crate::server::store::Store;
use crate::server::{
    self, Bounds, CertificateFiles, LeakSources, Listener, MetricsAccess, MetricsToken, Seals, ServerState,
    Tls,
};

/// The connections that the system makes before they are accepted; it makes no more than its own limit allows. Many that
/// come at once would otherwise cost an honest one among them a second, after which it tries again.
const BACKLOG: u32 = 4096;

/// Tasks that a thread runs between two looks at the sockets.
const LOOK_AT_SOCKETS: u32 = 8;
/// Tasks that a thread runs between two that another thread has handed over: every other one.
const TAKE_HANDED_OVER: u32 = 2;
/// At the end, for names that are being looked up.
const LOOKED_UP: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    pub database: DatabaseOrLocalArgs,
    /// The address to listen on
    #[arg(
        long,
        env = "KEYDECK_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:7390",
        value_parser = values::listen_address
    )]
    pub listen: SocketAddr,
    /// The URL that clients use to reach this server; it becomes part of Web and Mobile secrets
    #[arg(long, env = "KEYDECK_PUBLIC_URL", value_name = "URL")]
    pub public_url: String,
    /// Allow plain HTTP on an address that others can reach, because a proxy in front of it terminates TLS
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key"])]
    pub behind_tls_proxy: bool,
    /// Serve HTTPS with this certificate and its chain, as PEM; renewed files are loaded without a restart
    #[arg(long, env = "KEYDECK_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key, as PEM
    #[arg(long, env = "KEYDECK_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Also serve the Prometheus metrics at this address, over plain HTTP to anyone who can reach it
    #[arg(long, env = "KEYDECK_METRICS_LISTEN", value_name = "ADDRESS", value_parser = values::listen_address)]
    pub metrics_listen: Option<SocketAddr>,
    /// Answer /metrics to clients that present the token in this file; without it, only to this machine
    #[arg(long, env = "KEYDECK_METRICS_TOKEN_FILE", value_name = "FILE")]
    pub metrics_token_file: Option<PathBuf>,
    #[command(flatten)]
    pub leaks: LeakSourceArgs,
    /// Seconds that a connection may be idle between two requests; more than at the load balancer in front
    #[arg(
        long,
        env = "KEYDECK_KEEP_ALIVE",
        value_name = "SECONDS",
        default_value_t = 90,
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub keep_alive: u64,
    /// Trust the X-Forwarded-For header of this proxy or network; repeatable
    /// [env: KEYDECK_TRUSTED_PROXIES, separated by commas]
    #[arg(
        long = "trusted-proxy",
        env = "KEYDECK_TRUSTED_PROXIES",
        hide_env = true,
        value_name = "ADDRESS|NETWORK",
        value_delimiter = ',',
        value_parser = trusted_proxy
    )]
    pub trusted_proxies: Vec<IpNet>,
    #[command(flatten)]
    pub stream: ActivityStreamArgs,
    #[command(flatten)]
    pub webhooks: WebhookSendingArgs,
}

pub fn run(args: ServeArgs) -> Result<(), Failure> {
    logs::to_stderr()?;
    let database = args.database.named()?;
    let public_url = public_url(&args.public_url)?;
    may_listen(&args)?;
    let tls = tls(&args)?;
    let metrics_access = metrics_access(&args)?;
    let leak_sources = args.leaks.sources()?;
    if args.behind_tls_proxy && args.trusted_proxies.is_empty() {
        tracing::warn!(
            "no --trusted-proxy is listed: all clients of the proxy share its address in the activity log, in the \
             limit on refused sign-ins and for local development; keys with allowed networks don't connect"
        );
    }
    let bounds = bounds(&args, allow_open_files());
    // New connections, those to be closed and what the database has answered are handed over by other threads. Where all are
    // busy, a thread of tokio runs so many of its own tasks before it takes one of these, and there may be hundreds.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(LOOK_AT_SOCKETS)
        .global_queue_interval(TAKE_HANDED_OVER)
        .build()
        .map_err(Failure::failed)?;
    let ended = runtime.block_on(async {
        let store = database.open_store().await?;
        let seals = open_seals(&database, &*store).await?;
        serve(
            &args,
            (bounds, tls, metrics_access, leak_sources),
            public_url,
            store,
            seals,
        )
        .await
    });
    // Looking up a name can't be cancelled, and takes half a minute where no name server answers.
    runtime.shutdown_timeout(LOOKED_UP);
    ended
}

async fn serve(
    args: &ServeArgs,
    (bounds, tls, metrics_access, leak_sources): (Bounds, Option<Tls>, MetricsAccess, LeakSources),
    public_url: String,
    store: Arc<dyn Store>,
    seals: Seals,
) -> Result<(), Failure> {
    let organisation = store.organisation().await.map_err(Failure::failed)?;
    let ending = ended_by_signal()?;
    let stream = args.stream.open()?;
    args.stream.survive_rotation()?;
    let webhooks = args.webhooks.sender()?;
    let (listener, address) = listen(args.listen, "--listen")?;
    let of_metrics = match args.metrics_listen {
        Some(address) => Some(listen(address, "--metrics-listen")?),
        None => None,
    };
    let proxies = match args.behind_tls_proxy && args.trusted_proxies.is_empty() {
        true => TrustedProxies::unlisted(),
        false => TrustedProxies::new(args.trusted_proxies.clone()),
    };
    let state = ServerState::new(store, seals, public_url, None, proxies)
        .await
        .map_err(Failure::failed)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    // The kernel accepts connections since the bind; scripts wait for this line.
    output::line(format!(
        "keydeck serves {} on {scheme}://{address}",
        organisation.name
    ));
    if args.database.database.is_none() {
        // Nobody has a token of the local deck: its dashboard signs in by itself.
        output::notice(format!(
            "this is your local deck; for a token to sign in with, run keydeck user new-token EMAIL (keydeck user list has the \
             email), then keydeck login {}",
            args.public_url
        ));
    }
    let metrics_end = of_metrics.map(|(listener, address)| {
        tracing::info!("metrics are served at http://{address}/metrics");
        tokio::spawn(server::serve_metrics(listener, state.clone()))
    });
    if let Some(stream) = stream {
        tokio::spawn(server::stream_activity(stream, state.clone()));
    }
    let incoming = Listener::new(listener, tls, bounds)
        .with_metrics_access(metrics_access)
        .with_leak_sources(leak_sources)
        .with_webhooks(webhooks);
    server::serve(incoming, state, ending)
        .await
        .map_err(Failure::failed)?;
    match metrics_end {
        // It ends when the server does.
        Some(end) => end.await.map_err(Failure::failed)?.map_err(Failure::failed),
        None => Ok(()),
    }
}

/// `flag` is what gave the address.
fn listen(address: SocketAddr, flag: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = bind(address).and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| Failure::Failed(format!("{flag}: can't listen on {address}: {error}")))
}

/// Who may read the metrics at the main listener. Behind a proxy that is not listed, everybody seems to be on its
/// machine.
fn metrics_access(args: &ServeArgs) -> Result<MetricsAccess, Failure> {
    let token = args
        .metrics_token_file
        .as_deref()
        .map(|path| shared_token::read("--metrics-token-file", path))
        .transpose()?
        .map(|token| MetricsToken::new(&token));
    let all_through_a_proxy = args.behind_tls_proxy && args.trusted_proxies.is_empty();
    Ok(match (token, all_through_a_proxy) {
        (Some(token), false) => MetricsAccess::TokenOrThisMachine(token),
        (Some(token), true) => MetricsAccess::Token(token),
        (None, false) => MetricsAccess::ThisMachine,
        (None, true) => MetricsAccess::Nobody,
    })
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // As a server that was just stopped leaves connections behind.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn open_seals(database: &Database, store: &dyn Store) -> Result<Seals, Failure> {
    let root_key = database.root_key()?;
    let opened = bootstrap::open_sealer(store, &root_key).await;
    if opened.is_ok() {
        bootstrap::bind(store, &root_key).await?;
    }
    match &database.root_key {
        RootKeySource::Environment(_) => opened.map(Seals::from),
        RootKeySource::File(path) => match opened {
            Ok(sealer) => Ok(Seals::renewed_from(sealer, path)),
            Err(failure) => {
                let command = format!(
                    "keydeck seal rotate --database {} --root-key-file {}",
                    database.location,
                    path.display()
                );
                Err(bootstrap::explained(failure, path, &command))
            }
        },
    }
}

/// The certificate and key to serve HTTPS with, when there are any.
fn tls(args: &ServeArgs) -> Result<Option<Tls>, Failure> {
    let (Some(certificate), Some(key)) = (args.tls_cert.clone(), args.tls_key.clone()) else {
        return Ok(None);
    };
    let tls = Tls::open(CertificateFiles { certificate, key }).map_err(Failure::failed)?;
    Ok(Some(tls))
}

/// No more than the files that may be open allow. Behind a proxy that is not listed, all connections are of one address.
fn bounds(args: &ServeArgs, open_files: u64) -> Bounds {
    let most = Bounds::default();
    let mut bounds = most.within_open_files(open_files);
    if bounds.connections < most.connections {
        tracing::warn!(
            open_files,
            connections = bounds.connections,
            streams = bounds.streams,
            "the limit of open files is low, so there are fewer connections and event streams at once; raise the limit (ulimit -n, \
             LimitNOFILE=)"
        );
    }
    if args.behind_tls_proxy && args.trusted_proxies.is_empty() {
        bounds.per_address = None;
    }
    bounds.keep_alive = Duration::from_secs(args.keep_alive);
    bounds
}

/// As many files as the system allows: the usual limit of 1,024 is less than the connections and the
/// database take together. Returns how many these are.
fn allow_open_files() -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    let allowed = match setrlimit(Resource::Nofile, all) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::warn!(%error, "can't raise the limit of open files");
            current
        }
    };
    allowed.unwrap_or(u64::MAX)
}

/// Resolves when SIGTERM or SIGINT arrives; both are caught from now on.
fn ended_by_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Plain HTTP carries sign-in tokens and secrets, so others may reach it only through TLS.
fn may_listen(args: &ServeArgs) -> Result<(), Failure> {
    if args.listen.ip().is_loopback() || args.tls_cert.is_some() || args.behind_tls_proxy {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "--listen {} could be reached by others, who would see secrets in plain HTTP; use --tls-cert and --tls-key, \
         listen on 127.0.0.1, or use --behind-tls-proxy when only a TLS proxy can reach it",
        args.listen
    )))
}

fn public_url(text: &str) -> Result<String, Failure> {
    let usable = |url: &Url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    match Url::parse(text.trim()) {
        Ok(url) if usable(&url) && url.scheme() == "http" && !is_loopback(&url) => Err(Failure::Usage(
            "--public-url must begin with https://; integrations would send their keys over plain http://, which is \
             only for this machine"
                .into(),
        )),
        Ok(url) if usable(&url) => Ok(url.as_str().trim_end_matches('/').to_owned()),
        _ => Err(Failure::Usage(
            "--public-url must be written like https://keys.acme.example, without a query".into(),
        )),
    }
}

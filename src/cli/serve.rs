//! `keydeck serve`: the key server until a signal ends it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use url::Url;

use super::args::ServeArgs;
use super::database::{Database, RootKeySource};
use super::{Failure, founding, output};
use crate::config;
use crate::server::address::TrustedProxies;
use crate::server::seal::RootKey;
use crate::server::store::sqlite::SqliteStore;
use crate::server::store::{Store, StoreError};
use crate::server::{self, ServerState};

pub fn run(args: ServeArgs) -> Result<(), Failure> {
    log_to_stderr()?;
    let database = Database::of(&args.database)?;
    let public_url = public_url(&args.public_url)?;
    may_listen(&args)?;
    let store = open_store(&database.path)?;
    let root_key = read_root_key(&database)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::failed)?;
    let proxies = TrustedProxies::new(args.trusted_proxies);
    runtime.block_on(serve(args.listen, public_url, proxies, store, &root_key))
}

async fn serve(
    address: SocketAddr,
    public_url: String,
    proxies: TrustedProxies,
    store: SqliteStore,
    root_key: &RootKey,
) -> Result<(), Failure> {
    let sealer = founding::open_sealer(&store, root_key).await?;
    let organisation = store.organisation().await.map_err(Failure::failed)?;
    let ending = ended_by_signal()?;
    let cannot_listen = |error| Failure::Failed(format!("can't listen on {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let state = ServerState::new(Arc::new(store), sealer, public_url, None, proxies)
        .await
        .map_err(Failure::failed)?;
    // The kernel accepts connections since the bind; scripts wait for this line.
    output::line(format!(
        "keydeck serves {} on http://{address}",
        organisation.name
    ));
    server::serve(listener, state, ending)
        .await
        .map_err(Failure::failed)
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

fn open_store(path: &Path) -> Result<SqliteStore, Failure> {
    SqliteStore::open(path).map_err(|error| match error {
        StoreError::NotInitialised(_) => Failure::Failed(format!(
            "there is no keydeck database at {path}; make one with: keydeck init --database sqlite:{path} \
             --organisation NAME --owner EMAIL",
            path = path.display()
        )),
        other => Failure::failed(other),
    })
}

fn read_root_key(database: &Database) -> Result<RootKey, Failure> {
    match &database.root_key {
        RootKeySource::File(path) => RootKey::read_file(path).map_err(|error| {
            Failure::Failed(format!(
                "{error}; give the file that init wrote with --root-key-file, or the key in KEYDECK_ROOT_KEY"
            ))
        }),
        RootKeySource::Environment(text) => RootKey::from_text(text.expose()).map_err(Failure::failed),
    }
}

/// Plain HTTP carries sign-in tokens and secrets, so others may reach it only through TLS.
fn may_listen(args: &ServeArgs) -> Result<(), Failure> {
    if args.listen.ip().is_loopback() || args.behind_tls_proxy {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "--listen {} could be reached by others, who would see secrets in plain HTTP; listen on 127.0.0.1, or give \
         --behind-tls-proxy when only a proxy that speaks TLS can reach it",
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
        Ok(url) if usable(&url) => Ok(url.as_str().trim_end_matches('/').to_owned()),
        _ => Err(Failure::Usage(
            "--public-url must be written like https://keys.acme.example, without a query".into(),
        )),
    }
}

fn log_to_stderr() -> Result<(), Failure> {
    let directives = config::variable(config::LOG)?.unwrap_or_else(|| "warn".into());
    let filter = EnvFilter::try_new(&directives)
        .map_err(|error| Failure::Usage(format!("KEYDECK_LOG is no filter such as keydeck=info: {error}")))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

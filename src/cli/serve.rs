//! `keydeck serve`: the key server until a signal ends it.

use std::sync::Arc;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use super::args::ServeArgs;
use super::database::{Database, RootKeySource};
use super::{Failure, founding, logs, output, seal};
use crate::model::domain::is_loopback;
use crate::server::address::TrustedProxies;
use crate::server::store::Store;
use crate::server::{self, Bounds, CertificateFiles, Entrance, Seals, ServerState, Tls};

pub fn run(args: ServeArgs) -> Result<(), Failure> {
    logs::to_stderr()?;
    let database = Database::of(&args.database)?;
    let public_url = public_url(&args.public_url)?;
    may_listen(&args)?;
    let tls = tls(&args)?;
    if args.behind_tls_proxy && args.trusted_proxies.is_empty() {
        tracing::warn!(
            "no --trusted-proxy is listed: whoever comes through the proxy has its address in the activity log, in the \
             limit on refused sign-ins and for local development"
        );
    }
    allow_open_files();
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::failed)?;
    runtime.block_on(async {
        let store = database.open_store().await?;
        let seals = open_seals(&database, &*store).await?;
        serve(&args, tls, public_url, store, seals).await
    })
}

async fn serve(
    args: &ServeArgs,
    tls: Option<Tls>,
    public_url: String,
    store: Arc<dyn Store>,
    seals: Seals,
) -> Result<(), Failure> {
    let organisation = store.organisation().await.map_err(Failure::failed)?;
    let ending = ended_by_signal()?;
    let cannot_listen = |error| Failure::Failed(format!("can't listen on {}: {error}", args.listen));
    let listener = TcpListener::bind(args.listen).await.map_err(cannot_listen)?;
    let address = listener.local_addr().map_err(cannot_listen)?;
    let proxies = TrustedProxies::new(args.trusted_proxies.clone());
    let state = ServerState::new(store, seals, public_url, None, proxies)
        .await
        .map_err(Failure::failed)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    // The kernel accepts connections since the bind; scripts wait for this line.
    output::line(format!(
        "keydeck serves {} on {scheme}://{address}",
        organisation.name
    ));
    let entrance = Entrance::new(listener, tls, bounds(args));
    server::serve(entrance, state, ending)
        .await
        .map_err(Failure::failed)
}

async fn open_seals(database: &Database, store: &dyn Store) -> Result<Seals, Failure> {
    let root_key = database.root_key()?;
    let opened = founding::open_sealer(store, &root_key).await;
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
                Err(seal::explained(failure, path, &command))
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

/// Behind a proxy that is not listed, all connections are of one address.
fn bounds(args: &ServeArgs) -> Bounds {
    let bounds = Bounds::default();
    match args.behind_tls_proxy && args.trusted_proxies.is_empty() {
        true => Bounds {
            per_address: None,
            ..bounds
        },
        false => bounds,
    }
}

/// As many files as the system allows: the usual limit of 1,024 is less than the connections and the
/// database take together. When it can't be raised, connections wait for one another.
fn allow_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, all) {
        tracing::warn!(%error, "can't raise the limit of open files");
    }
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
        "--listen {} could be reached by others, who would see secrets in plain HTTP; give --tls-cert and --tls-key, \
         listen on 127.0.0.1, or give --behind-tls-proxy when only a proxy that speaks TLS can reach it",
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

//! `cargo bench --bench checks [-- KEYS…]`: gateway checks a second, over 10 thousand and 1 million keys, usage
//! recording on, beside a bare axum handler that answers 204. wrk (Debian's) presents a random key a request.
//! Server and load have a core each; medians of five interleaved rounds; nothing is asserted.

mod checks_deck;
#[expect(dead_code, reason = "shared with the other benchmarks")]
mod common;
mod wrk;

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use checks_deck::ChecksDeck;
use common::{AnyError, ROUNDS, median};
use wrk::{Load, Run};

/// What this program is called with to be the bare handler.
const BARE: &str = "--bare-handler";
/// The core of the servers; the load has the next one.
const SERVER_CORE: &str = "0";
const CONNECTIONS: [u32; 2] = [16, 64];

fn main() -> Result<(), AnyError> {
    if std::env::args().any(|arg| arg == BARE) {
        return bare_handler();
    }
    let mut contenders = vec![Contender::bare()?];
    for keys in sizes() {
        contenders.push(Contender::keydeck(keys)?);
    }
    for contender in &contenders {
        contender.run(16, Duration::from_secs(3))?;
    }
    let mut runs: Vec<Vec<Vec<Run>>> = vec![vec![Vec::new(); CONNECTIONS.len()]; contenders.len()];
    for _ in 0..ROUNDS {
        for (of, connections) in CONNECTIONS.into_iter().enumerate() {
            for (contender, runs) in contenders.iter().zip(&mut runs) {
                runs[of].push(contender.run(connections, Duration::from_secs(8))?);
            }
        }
    }
    print(&contenders, &runs);
    Ok(())
}

fn sizes() -> Vec<u64> {
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    match named.is_empty() {
        true => vec![10_000, 1_000_000],
        false => named,
    }
}

/// A server, and what is asked of it.
struct Contender {
    name: String,
    pid: u32,
    load: Load,
    database: Option<PathBuf>,
    // Ended with this.
    _server: Box<dyn std::any::Any>,
}

impl Contender {
    fn bare() -> Result<Self, AnyError> {
        let own = std::env::current_exe()?;
        let (child, address) = started(pinned(&own).arg(BARE))?;
        let keys = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bare-keys");
        std::fs::write(&keys, format!("{}\n", "k".repeat(53)))?;
        Ok(Self {
            name: "a bare axum handler, 204".into(),
            pid: child.0.id(),
            load: Load::new(&address, "none", keys),
            database: None,
            _server: Box::new(child),
        })
    }

    fn keydeck(keys: u64) -> Result<Self, AnyError> {
        let made = ChecksDeck::of(keys)?;
        let server = made
            .deck
            .serve_with(pinned(Path::new(env!("CARGO_BIN_EXE_keydeck"))))?;
        Ok(Self {
            name: format!("keydeck, {keys} keys"),
            pid: server.pid(),
            load: Load::new(&server.address, &made.gateway, made.keys),
            database: Some(made.database),
            _server: Box::new(server),
        })
    }

    fn run(&self, connections: u32, time: Duration) -> Result<Run, AnyError> {
        self.database.as_deref().map_or(Ok(()), checks_deck::warm)?;
        self.load.run(self.pid, connections, time)
    }
}

fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(program);
    command
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The address that it prints.
fn started(command: &mut Command) -> Result<(Ended, String), AnyError> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let address = common::first_line(&mut child)?;
    Ok((Ended(child), address))
}

fn bare_handler() -> Result<(), AnyError> {
    use axum::http::StatusCode;
    use axum::routing::get;
    let router = axum::Router::new().route("/v1/authorize", get(async || StatusCode::NO_CONTENT));
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        std::io::stdout().flush()?;
        Ok(axum::serve(listener, router).await?)
    })
}

fn print(contenders: &[Contender], runs: &[Vec<Vec<Run>>]) {
    println!("| server | connections | checks/s | min-max | x bare | p50 ms | p99 ms | CPU us a check |");
    println!("|---|---|---|---|---|---|---|---|");
    let figure = |runs: &[Run], of: fn(&Run) -> f64| median(runs.iter().map(of).collect());
    for (contender, all) in contenders.iter().zip(runs) {
        for (of, (connections, runs_)) in CONNECTIONS.iter().zip(all).enumerate() {
            let rates: Vec<f64> = runs_.iter().map(|run| run.rate).collect();
            let least = rates.iter().copied().fold(f64::INFINITY, f64::min);
            let most = rates.iter().copied().fold(0.0, f64::max);
            // Each round against the bare handler of the same round: the machine is shared.
            let shares = runs_
                .iter()
                .zip(&runs[0][of])
                .map(|(run, bare)| run.rate / bare.rate);
            println!(
                "| {} | {connections} | {:.0} | {least:.0}-{most:.0} | {:.2} | {:.2} | {:.2} | {:.1} |",
                contender.name,
                median(rates.clone()),
                median(shares.collect()),
                figure(runs_, |run| run.p50_ms),
                figure(runs_, |run| run.p99_ms),
                figure(runs_, |run| run.cpu_us),
            );
        }
    }
}

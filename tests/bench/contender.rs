//! What is measured beside each other: servers on one core that are asked by a load on the other.

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::common::{AnyError, ROUNDS, first_line, median};
use super::wrk::{Load, Run};

/// What the program is called with to be the bare handler.
pub const BARE: &str = "--bare-handler";
/// The core of the servers; the load has the next one.
pub const SERVER_CORE: &str = "0";
const CONNECTIONS: [u32; 2] = [16, 64];

/// A server, and what is asked of it.
pub struct Contender {
    pub name: String,
    pub pid: u32,
    pub load: Load,
    /// A file that is to be in memory.
    pub database: Option<PathBuf>,
    /// Ended with this.
    pub _server: Box<dyn std::any::Any>,
}

impl Contender {
    pub fn bare() -> Result<Self, AnyError> {
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

    fn run(&self, connections: u32, time: Duration) -> Result<Run, AnyError> {
        self.database.as_deref().map_or(Ok(()), warm)?;
        self.load.run(self.pid, connections, time)
    }
}

pub fn pinned(program: &Path) -> Command {
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
    let address = first_line(&mut child)?;
    Ok((Ended(child), address))
}

pub fn bare_handler() -> Result<(), AnyError> {
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

/// Interleaved rounds, and a table of their medians.
pub fn measure(contenders: &[Contender]) -> Result<(), AnyError> {
    for contender in contenders {
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
    print(contenders, &runs);
    Ok(())
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

/// Disks are not what is measured: the file is in memory, as one that is in use is. A kernel that takes back what
/// nobody looks at would have put it out while others had their turn.
fn warm(database: &Path) -> Result<(), AnyError> {
    std::io::copy(&mut std::fs::File::open(database)?, &mut std::io::sink())?;
    Ok(())
}

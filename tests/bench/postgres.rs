//! `cargo bench --bench postgres [-- [pages] KEYS…]`: the server over PostgreSQL with 10 thousand and 1 million keys: gateway
//! checks a second beside a bare axum handler that answers 204 and beside pgbench doing the same look-up, and pages
//! of 100. Server and PostgreSQL share a core, the load has the other; medians of five interleaved rounds; nothing is
//! asserted.
//! `pages`: nothing but these. Needs Debian's wrk and postgresql.

#[expect(dead_code, reason = "shared with the other benchmarks")]
mod checks_deck;
#[expect(dead_code, reason = "shared with the other benchmarks")]
mod common;
mod contender;
#[expect(dead_code, reason = "shared with the other benchmarks")]
mod http;
mod wrk;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use checks_deck::ChecksDeck;
use common::{AnyError, Deck, ROUNDS, Server, median, resident_mib};
use contender::{BARE, Contender, SERVER_CORE, bare_handler, measure, pinned};
use http::{Http, SORTS, deep_page};
use wrk::Load;

const KEYDECK: &str = env!("CARGO_BIN_EXE_keydeck");
/// Requests a round.
const REQUESTS: usize = 200;

fn main() -> Result<(), AnyError> {
    if std::env::args().any(|arg| arg == BARE) {
        return bare_handler();
    }
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if named.is_empty() {
        vec![10_000, 1_000_000]
    } else {
        named
    };
    let postgres = Postgres::start()?;
    if std::env::args().any(|arg| arg == "pages") {
        return sizes.into_iter().try_for_each(|keys| postgres.pages(keys));
    }
    let mut contenders = vec![Contender::bare()?];
    for &keys in &sizes {
        contenders.push(postgres.contender(keys)?);
    }
    measure(&contenders)?;
    drop(contenders);
    for keys in sizes {
        postgres.look_up(keys)?;
        postgres.pages(keys)?;
    }
    Ok(())
}

/// A PostgreSQL on the servers' core, as `tests/postgres` starts it; ended with this.
struct Postgres {
    directory: PathBuf,
    url: String,
}

impl Postgres {
    fn start() -> Result<Self, AnyError> {
        let output = script().arg("start").output()?;
        let directory = PathBuf::from(String::from_utf8(output.stdout)?.trim());
        Ok(Self {
            url: std::fs::read_to_string(directory.join("url"))?,
            directory,
        })
    }

    /// The deck in a database of its own.
    fn moved(&self, deck: Deck, name: &str) -> Result<Deck, AnyError> {
        self.run("postgres", &format!("CREATE DATABASE {name}"))?;
        let url = self.database(name);
        let began = Instant::now();
        let moved = Command::new(KEYDECK)
            .args(["migrate", "--from", &deck.database])
            .env("KEYDECK_DATABASE", &url)
            .status()?;
        if !moved.success() {
            return Err(format!("{} was not moved", deck.database).into());
        }
        eprintln!("moved to {name} in {:.1} s", began.elapsed().as_secs_f64());
        self.run(name, "VACUUM (ANALYZE)")?;
        self.run(name, "CHECKPOINT")?;
        Ok(Deck {
            database: url,
            ..deck
        })
    }

    fn database(&self, name: &str) -> String {
        let server = self.url.trim_end_matches("postgres");
        format!("{server}{name}")
    }

    fn run(&self, database: &str, sql: &str) -> Result<String, AnyError> {
        let output = Command::new("psql")
            .args([
                &self.database(database),
                "-qtA",
                "-v",
                "ON_ERROR_STOP=1",
                "-c",
                sql,
            ])
            .output()?;
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout)?),
            false => Err(String::from_utf8_lossy(&output.stderr).into()),
        }
    }

    fn contender(&self, keys: u64) -> Result<Contender, AnyError> {
        let made = ChecksDeck::of(keys)?;
        let deck = self.moved(made.deck, &format!("checks_{keys}"))?;
        let server = deck.serve_with(pinned(Path::new(KEYDECK)))?;
        Ok(Contender {
            name: format!("keydeck on PostgreSQL, {keys} keys"),
            pid: server.pid(),
            load: Load::new(&server.address, &made.gateway, made.keys),
            database: None,
            _server: Box::new(server),
        })
    }

    /// pgbench on the load's core: by hash among as many rows of the same shape, prepared, 16 connections.
    fn look_up(&self, keys: u64) -> Result<(), AnyError> {
        let name = format!("checks_{keys}");
        self.run(
            &name,
            "CREATE TABLE IF NOT EXISTS hashed AS SELECT k.*, sha256(seq::text::bytea) AS hash FROM keys AS k;
             CREATE UNIQUE INDEX IF NOT EXISTS hashed_by_hash ON hashed (hash)",
        )?;
        self.run(&name, "VACUUM ANALYZE hashed")?;
        let script = self.directory.join("look-up.sql");
        std::fs::write(
            &script,
            format!(
                "\\set n random(1, {keys})\nSELECT k.seq, k.id, k.scope, k.ui_domains, k.revoked_at IS NOT NULL, p.id, \
                 p.deployed FROM hashed AS k LEFT JOIN projects AS p ON p.seq = k.project WHERE k.hash = \
                 sha256((:n)::text::bytea);\n"
            ),
        )?;
        let mut rates = Vec::new();
        for _ in 0..ROUNDS {
            let output = Command::new("taskset")
                .args([
                    "-c", "1", "pgbench", "-n", "-M", "prepared", "-c", "16", "-j", "1", "-T", "5", "-f",
                ])
                .arg(&script)
                .arg(self.database(&name))
                .output()?;
            let told = String::from_utf8(output.stdout)?;
            let rate = told
                .lines()
                .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
            rates.push(rate.ok_or_else(|| format!("pgbench told something else: {told}"))?);
        }
        println!(
            "pgbench, the same look-up among {keys} keys, 16 connections: {:.0}/s",
            median(rates)
        );
        Ok(())
    }

    fn pages(&self, keys: u64) -> Result<(), AnyError> {
        let deck = self.moved(Deck::of(keys)?, &format!("pages_{keys}"))?;
        let server = deck.serve_with(pinned(Path::new(KEYDECK)))?;
        let mut http = Http::connect(&server.address, &deck.token)?;
        let mut pages = vec![("nothing of the database, /livez".to_owned(), "/livez".to_owned())];
        for sort in SORTS {
            for order in ["asc", "desc"] {
                let list = format!("/v1/keys?limit=100&sort={sort}&order={order}");
                let deep = deep_page(&mut http, &list)?;
                let end = format!("{list}&from=end");
                for (place, path) in [("start", list), ("deep", deep), ("end", end)] {
                    pages.push((format!("page of 100 by {sort} {order}, {place}"), path));
                }
            }
        }
        for sort in ["created_at", "last_used_at"] {
            let list = format!("/v1/keys?limit=100&with=week&sort={sort}");
            pages.push((format!("page of 100 with a week of each by {sort}, start"), list));
        }
        for q in [format!("{}", keys - 1), "auckland".into(), "xyzzyqq".into()] {
            pages.push((format!("filter {q}"), format!("/v1/keys?limit=100&q={q}")));
        }
        let mut rounds = vec![Vec::new(); pages.len()];
        for _ in 0..ROUNDS {
            // Each page in each round, so that a slow minute of the machine is no page's alone.
            for ((_, path), rounds) in pages.iter().zip(&mut rounds) {
                rounds.push(round(&mut http, path)?);
            }
        }
        for ((name, _), rounds) in pages.iter().zip(rounds) {
            let least = rounds.iter().copied().fold(f64::INFINITY, f64::min);
            let most = rounds.iter().copied().fold(0.0, f64::max);
            println!(
                "{keys} keys, {name}: {:.2} ({least:.2}-{most:.2}) ms p50",
                median(rounds)
            );
        }
        told(&server)
    }
}

fn told(server: &Server) -> Result<(), AnyError> {
    println!("server memory {:.1} MiB", resident_mib(server.pid())?);
    Ok(())
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = script().arg("stop").arg(&self.directory).status();
    }
}

fn script() -> Command {
    let mut command = Command::new("taskset");
    command.args([
        "-c",
        SERVER_CORE,
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres"),
    ]);
    command
}

/// The median of one round, in milliseconds.
fn round(http: &mut Http, path: &str) -> Result<f64, AnyError> {
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let asked = Instant::now();
        http.get(path)?;
        times.push(asked.elapsed());
    }
    times.sort();
    Ok(times.get(REQUESTS / 2).map_or(f64::NAN, Duration::as_secs_f64) * 1e3)
}

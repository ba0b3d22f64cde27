//! `cargo bench --bench ended [-- KEYS…]`: pages and counts of a deck in which all but a thousand keys have expired, while they are
//! not marked yet and once they are, and how long marking takes. Medians of five rounds; nothing is asserted.

#[expect(dead_code, reason = "the other benchmarks need more of it")]
mod common;
#[expect(dead_code, reason = "the other benchmarks need more of it")]
mod http;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use common::{AnyError, Deck, ROUNDS, Table, median};
use http::Http;
use rusqlite::Connection;

/// How many have not expired: the newest.
const ACTIVE: u64 = 1_000;
/// Requests a round.
const REQUESTS: usize = 50;
/// The longest that a round may take, in milliseconds.
const ROUND: f64 = 500.0;
const PAGES: [&str; 8] = [
    "/v1/keys?limit=100&sort=created_at&order=asc",
    "/v1/keys?limit=100&sort=name",
    "/v1/keys?limit=100&sort=last_used_at&order=desc",
    "/v1/keys?limit=100&sort=project",
    "/v1/keys?limit=100&sort=created_at&order=asc&scope=web",
    "/v1/keys?limit=100&sort=name&state=expired",
    "/v1/keys/counts",
    "/v1/keys/counts?state=expired",
];

fn main() -> Result<(), AnyError> {
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if named.is_empty() { vec![200_000] } else { named };
    let mut table = Table::new(&sizes);
    for &keys in &sizes {
        measure(keys, &mut table)?;
    }
    table.print();
    Ok(())
}

/// On a copy, of which most expired within the last hour.
fn measure(keys: u64, table: &mut Table) -> Result<(), AnyError> {
    let made = Deck::of(keys)?;
    let from = made.root_key.parent().ok_or("no directory")?;
    let copy = from.with_extension("ended");
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy)?;
    for file in ["keydeck.db", "root.key"] {
        fs::copy(from.join(file), copy.join(file))?;
    }
    let deck = Deck::at(&copy, made.token.clone());
    // It takes the steps of the schema that are missing.
    drop(deck.serve()?);
    let database = Connection::open(copy.join("keydeck.db"))?;
    database.execute_batch(&format!(
        "UPDATE keys SET expires_at = (unixepoch() - seq % 3600) * 1000000
          WHERE revoked_at IS NULL AND seq <= (SELECT max(seq) FROM keys) - {ACTIVE};
         PRAGMA wal_checkpoint(TRUNCATE)"
    ))?;
    let server = deck.serve()?;
    let mut http = Http::connect(&server.address, &deck.token)?;
    for path in PAGES {
        table.put(&format!("{path}: not marked, ms p50"), once(&mut http, path)?);
    }
    let began = Instant::now();
    let left = "SELECT EXISTS (SELECT 1 FROM keys WHERE revoked_at IS NULL AND marked_expired = 0 AND expires_at < unixepoch() * 1000000)";
    while database.query_row(left, [], |row| row.get(0))? {
        thread::sleep(Duration::from_millis(200));
    }
    table.put(
        "the rest of marking, s",
        format!("{:.0}", began.elapsed().as_secs_f64()),
    );
    for path in PAGES {
        table.put(&format!("{path}: marked, ms p50"), page(&mut http, path)?);
    }
    drop((server, database));
    fs::remove_dir_all(&copy)?;
    Ok(())
}

/// A few times: keys are marked meanwhile.
fn once(http: &mut Http, path: &str) -> Result<String, AnyError> {
    let mut times = Vec::new();
    for _ in 0..3 {
        times.push(timed(http, path)?);
    }
    Ok(format!("{:.2}", median(times)))
}

/// The median over the rounds of the p50 of a round.
fn page(http: &mut Http, path: &str) -> Result<String, AnyError> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut times = Vec::new();
        while times.len() < REQUESTS && times.iter().sum::<f64>() < ROUND {
            times.push(timed(http, path)?);
        }
        rounds.push(median(times));
    }
    Ok(format!("{:.2}", median(rounds)))
}

fn timed(http: &mut Http, path: &str) -> Result<f64, AnyError> {
    let began = Instant::now();
    http.get(path)?;
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}

//! `cargo bench --bench plans [-- KEYS…]`: ten thousand keys revoked by one plan, over a deck of 20 thousand and one of a
//! million keys, while another client changes a key over and over. Nothing is asserted.
//!
//! What is to hold on SQLite: 3 s for the revocations, and no change of the other client waits longer than 100 ms.

#[expect(dead_code, reason = "the other benchmarks need more of it")]
mod common;
#[expect(dead_code, reason = "the other benchmarks need more of it")]
mod http;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::{AnyError, Deck, Table};
use http::Http;
use serde_json::{Value, json};

/// The most keys of a plan.
const PLANNED: usize = 10_000;
const ROUNDS: usize = 3;

fn main() -> Result<(), AnyError> {
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if named.is_empty() {
        vec![20_000, 1_000_000]
    } else {
        named
    };
    let mut table = Table::new(&sizes);
    for &keys in &sizes {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(measure(keys)?);
        }
        for (n, what) in [
            "planning, ms",
            "revocation of all, s",
            "change of another client, ms p50",
            "change, ms worst",
        ]
        .into_iter()
        .enumerate()
        {
            let figures: Vec<String> = rounds.iter().map(|round| format!("{:.2}", round[n])).collect();
            table.put(&format!("{what}, {ROUNDS} rounds"), figures.join("  "));
        }
    }
    table.print();
    Ok(())
}

/// On a copy, as a plan leaves no keys to revoke.
fn measure(keys: u64) -> Result<[f64; 4], AnyError> {
    let made = Deck::of(keys)?;
    let from = made.root_key.parent().ok_or("no directory")?;
    let copy = from.with_extension("copy");
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy)?;
    for file in ["keydeck.db", "root.key"] {
        fs::copy(from.join(file), copy.join(file))?;
    }
    let figures = measured(&Deck::at(&copy, made.token.clone()));
    fs::remove_dir_all(&copy)?;
    figures
}

fn measured(deck: &Deck) -> Result<[f64; 4], AnyError> {
    let server = deck.serve()?;
    let mut http = Http::connect(&server.address, &deck.token)?;
    let created = http.send(
        "POST",
        "/v1/keys",
        r#"{"scope":"analytics","name":"edited meanwhile"}"#,
    )?;
    let created: Value = serde_json::from_slice(&created)?;
    let edited = created["key"]["id"].as_str().ok_or("not created")?.to_owned();
    let ids = oldest(&mut http)?;
    let began = Instant::now();
    let plan = json!({"action": "revoke", "ids": ids}).to_string();
    let plan: Value = serde_json::from_slice(&http.send("POST", "/v1/keys/plan", &plan)?)?;
    let planning = began.elapsed();
    let path = format!("/v1/keys/plan/{}", plan["plan"].as_str().ok_or("no plan")?);

    let (stop, ready) = (AtomicBool::new(false), AtomicBool::new(false));
    let (done, mut waits) = thread::scope(|scope| {
        let changes = scope.spawn(|| changes(&server.address, &deck.token, &edited, &ready, &stop));
        while !ready.load(Ordering::Relaxed) {
            thread::yield_now();
        }
        let began = Instant::now();
        let done = finished(&mut http, &path).map(|()| began.elapsed());
        stop.store(true, Ordering::Relaxed);
        (done, changes.join())
    });
    let (done, waits) = (done?, waits.as_mut().map_err(|_| "the other client failed")?);
    let waits = waits.as_mut().map_err(|error| error.clone())?;
    waits.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    let middle = waits.get(waits.len() / 2).copied().unwrap_or_default();
    let worst = waits.last().copied().unwrap_or_default();
    Ok([ms(planning), done.as_secs_f64(), ms(middle), ms(worst)])
}

/// The ids of the first keys by their age.
fn oldest(http: &mut Http) -> Result<Vec<String>, AnyError> {
    let mut ids = Vec::new();
    let mut page = "/v1/keys?sort=created_at&order=asc&limit=200".to_owned();
    while ids.len() < PLANNED {
        let read: Value = serde_json::from_slice(&http.get(&page)?)?;
        let items = read["items"].as_array().ok_or("no page")?;
        ids.extend(
            items
                .iter()
                .filter_map(|key| Some(key["id"].as_str()?.to_owned())),
        );
        let next = read["next"].as_str().ok_or("there are too few keys")?;
        page = format!("/v1/keys?sort=created_at&order=asc&limit=200&after={next}");
    }
    ids.truncate(PLANNED);
    Ok(ids)
}

fn finished(http: &mut Http, path: &str) -> Result<(), AnyError> {
    let mut progress: Value = serde_json::from_slice(&http.send("POST", path, "")?)?;
    while progress["left"] != 0 {
        thread::sleep(Duration::from_millis(50));
        progress = serde_json::from_slice(&http.get(path)?)?;
    }
    match progress["done"] == PLANNED {
        true => Ok(()),
        false => Err(format!("not all was done: {progress}").into()),
    }
}

/// How long each change of another client takes, until it is told to stop.
fn changes(
    address: &str,
    token: &str,
    key: &str,
    ready: &AtomicBool,
    stop: &AtomicBool,
) -> Result<Vec<Duration>, String> {
    let failed = |error: AnyError| error.to_string();
    let mut http = Http::connect(address, token).map_err(failed)?;
    let mut waits = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        for switch in ["disable", "enable"] {
            let began = Instant::now();
            http.send("POST", &format!("/v1/keys/{key}/{switch}"), "{}")
                .map_err(failed)?;
            waits.push(began.elapsed());
        }
        ready.store(true, Ordering::Relaxed);
    }
    Ok(waits)
}

//! `cargo bench --bench server [-- KEYS…]`: the release server over decks of 1 thousand, 100
//! thousand and 1 million keys, asked over loopback. Medians of five rounds; nothing is asserted.

mod common;
mod http;

use std::process::Command;
use std::time::{Duration, Instant};

use common::{AnyError, Deck, ROUNDS, Server, Table, cpu_percent, median, resident_mib, sizes};
use http::{Http, SORTS, deep_page};
use serde_json::Value;

/// Requests a round for the figures of one connection.
const REQUESTS: usize = 200;

fn main() -> Result<(), AnyError> {
    let sizes = sizes();
    let mut table = Table::new(&sizes);
    for &keys in &sizes {
        measure(keys, &mut table)?;
    }
    table.print();
    Ok(())
}

fn measure(keys: u64, table: &mut Table) -> Result<(), AnyError> {
    let deck = Deck::of(keys)?;
    let server = deck.serve()?;
    let mut http = Http::connect(&server.address, &deck.token)?;
    http.get("/v1/keys?limit=100")?;
    table.put(
        "server memory after start, MiB",
        format!("{:.1}", resident_mib(server.pid())?),
    );
    let idle = cpu_percent(server.pid(), Duration::from_secs(10))?;
    table.put("server idle CPU over 10 s, %", format!("{idle:.2}"));
    for sort in SORTS {
        for order in ["asc", "desc"] {
            let list = format!("/v1/keys?limit=100&sort={sort}&order={order}");
            table.put(
                &format!("page of 100 by {sort} {order}: start, ms p50"),
                page(&mut http, &list)?,
            );
            let deep = deep_page(&mut http, &list)?;
            table.put(
                &format!("page of 100 by {sort} {order}: deep, ms p50"),
                page(&mut http, &deep)?,
            );
            table.put(
                &format!("page of 100 by {sort} {order}: end, ms p50"),
                page(&mut http, &format!("{list}&from=end"))?,
            );
        }
    }
    table.put(
        "page of 100 with a week of each: start, ms p50",
        page(&mut http, "/v1/keys?limit=100&with=week")?,
    );
    table.put(
        "page of 100 with a week of each by last_used_at: start, ms p50",
        page(&mut http, "/v1/keys?limit=100&with=week&sort=last_used_at")?,
    );
    for (what, q) in [
        ("1 key in all", format!("{}", keys - 1)),
        ("n/24, 8 letters", "auckland".to_owned()),
        ("2 letters", "os".to_owned()),
        ("1 letter", "z".to_owned()),
        ("no key at all", "xyzzyqq".to_owned()),
    ] {
        table.put(
            &format!("filter, {what}: page, ms"),
            page(&mut http, &format!("/v1/keys?limit=100&q={q}"))?,
        );
        table.put(
            &format!("filter, {what}: counts, ms"),
            page(&mut http, &format!("/v1/keys/counts?q={q}"))?,
        );
    }
    table.put("counts of all, ms p50", page(&mut http, "/v1/keys/counts")?);
    table.put(
        "counts of a scope, ms p50",
        page(&mut http, "/v1/keys/counts?scope=web")?,
    );
    table.put("activity verify, s", verify(&deck, &server)?);
    table.put(
        "creates/s, 16 connections",
        format!("{:.0}", creates(&server.address, &deck.token)?),
    );
    table.put(
        "pages of 100/s, 16 connections",
        format!("{:.0}", pages(&server.address, &deck.token)?),
    );
    table.put(
        "server memory under that load, MiB",
        format!("{:.1}", resident_mib(server.pid())?),
    );
    Ok(())
}

/// The median over the rounds of the p50 of a round.
fn page(http: &mut Http, path: &str) -> Result<String, AnyError> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut times = Vec::new();
        let mut spent = 0.0;
        for _ in 0..REQUESTS {
            let began = Instant::now();
            http.get(path)?;
            let ms = began.elapsed().as_secs_f64() * 1_000.0;
            times.push(ms);
            spent += ms;
            // A slow query needs fewer repetitions to be known.
            if spent > 1_000.0 {
                break;
            }
        }
        rounds.push(median(times));
    }
    Ok(format!("{:.2}", median(rounds)))
}

/// How long `keydeck activity verify` takes; the log has about a row a key.
fn verify(deck: &Deck, server: &Server) -> Result<String, AnyError> {
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_keydeck"))
        .args([
            "--server",
            &format!("http://{}", server.address),
            "activity",
            "verify",
        ])
        .env("KEYDECK_TOKEN", &deck.token)
        .output()?;
    match output.status.success() {
        true => Ok(format!("{:.1}", began.elapsed().as_secs_f64())),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

/// Keys created by 16 connections within three seconds; they are revoked afterwards.
fn creates(address: &str, token: &str) -> Result<f64, AnyError> {
    let (done, seconds) = http::load(address, token, 16, Duration::from_secs(3), |http, n| {
        let body = format!(r#"{{"scope":"analytics","name":"bench {n}"}}"#);
        let created: Value = serde_json::from_slice(&http.send("POST", "/v1/keys", &body)?)?;
        Ok(created["key"]["id"].as_str().ok_or("not created")?.to_owned())
    })?;
    let mut http = Http::connect(address, token)?;
    for id in &done {
        http.send("DELETE", &format!("/v1/keys/{id}"), "")?;
    }
    Ok(done.len() as f64 / seconds)
}

fn pages(address: &str, token: &str) -> Result<f64, AnyError> {
    let (done, seconds) = http::load(address, token, 16, Duration::from_secs(3), |http, n| {
        let sort = ["created_at", "name", "scope", "last_used_at"][n as usize % 4];
        http.get(&format!("/v1/keys?limit=100&sort={sort}"))
            .map(|_| String::new())
    })?;
    Ok(done.len() as f64 / seconds)
}

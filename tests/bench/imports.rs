//! `cargo bench --bench imports [-- [postgres] KEYS…]`: 100 thousand keys imported into a new deck on SQLite, or with `postgres` on
//! PostgreSQL, while another client creates keys and a gateway checks one, each over and over. Nothing is asserted.
//!
//! What is to hold on SQLite: 60 s in all. Others can't write while all keys are made at once; how long is the longest wait of
//! a change. Needs Debian's postgresql for `postgres`.

#[expect(dead_code, reason = "shared with the other benchmarks")]
mod common;
#[expect(dead_code, reason = "shared with the other benchmarks")]
mod http;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::{AnyError, Deck, Server, Table, cpu_time};
use http::Http;
use keydeck::model::TokenHash;
use serde_json::{Value, json};

const KEYDECK: &str = env!("CARGO_BIN_EXE_keydeck");
/// Between two looks at the client, and between two requests of the others.
const LOOK: Duration = Duration::from_millis(20);

fn main() -> Result<(), AnyError> {
    let named: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let sizes = if named.is_empty() { vec![100_000] } else { named };
    let postgres = match std::env::args().any(|arg| arg == "postgres") {
        true => Some(Postgres::start()?),
        false => None,
    };
    let mut table = Table::new(&sizes);
    for keys in sizes {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-imports");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory)?;
        let deck = founded(&directory, postgres.as_ref(), keys)?;
        measure(&deck, &directory, keys, &mut table)?;
        fs::remove_dir_all(&directory)?;
    }
    table.print();
    Ok(())
}

/// A PostgreSQL, as `tests/postgres` starts it; ended with this.
struct Postgres(PathBuf);

impl Postgres {
    fn start() -> Result<Self, AnyError> {
        let output = script().arg("start").output()?;
        Ok(Self(PathBuf::from(String::from_utf8(output.stdout)?.trim())))
    }

    fn database(&self, name: &str) -> Result<String, AnyError> {
        let url = fs::read_to_string(self.0.join("url"))?;
        let made = Command::new("psql")
            .args([&url, "-qc", &format!("CREATE DATABASE {name}")])
            .status()?;
        match made.success() {
            true => Ok(format!("{}{name}", url.trim_end_matches("postgres"))),
            false => Err("no database was made".into()),
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = script().arg("stop").arg(&self.0).status();
    }
}

fn script() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/postgres"))
}

/// A deck without keys.
fn founded(directory: &Path, postgres: Option<&Postgres>, keys: u64) -> Result<Deck, AnyError> {
    let mut deck = Deck::at(directory, String::new());
    if let Some(postgres) = postgres {
        deck.database = postgres.database(&format!("imports_{keys}"))?;
    }
    let made = Command::new(KEYDECK)
        .args([
            "init",
            "--organisation",
            "Acme",
            "--owner",
            "bench@acme.example",
            "--root-key-file",
        ])
        .arg(&deck.root_key)
        .env("KEYDECK_DATABASE", &deck.database)
        .stderr(Stdio::null())
        .output()?;
    deck.token = String::from_utf8(made.stdout)?.trim().to_owned();
    Ok(deck)
}

/// Keys with domains, labels and an end.
fn csv(keys: u64) -> Result<String, AnyError> {
    let mut csv = "name,scope,project,token,domains,labels,expires\n".to_owned();
    for n in 0..keys {
        let token = TokenHash::of(&n.to_string());
        writeln!(
            csv,
            "Partner {n},web,Storefront,sk_live_{token},https://shop{n}.acme.example https://www.shop{n}.acme.example,\
             \"team {},partners\",2099-12-31",
            n % 50
        )?;
    }
    Ok(csv)
}

fn measure(deck: &Deck, directory: &Path, keys: u64, table: &mut Table) -> Result<(), AnyError> {
    let server = deck.serve()?;
    let mut http = Http::connect(&server.address, &deck.token)?;
    http.send("POST", "/v1/projects", r#"{"name":"Storefront"}"#)?;
    let gateway: Value = serde_json::from_slice(&http.send("POST", "/v1/gateways", r#"{"name":"Edge"}"#)?)?;
    let checked = r#"{"scope":"analytics","name":"Checked"}"#;
    let checked: Value = serde_json::from_slice(&http.send("POST", "/v1/keys", checked)?)?;
    let (gateway, secret) = (gateway["token"].as_str(), checked["secret"].as_str());
    let (gateway, secret) = gateway.zip(secret).ok_or("no gateway, or no key")?;
    let changing = Http::connect(&server.address, &deck.token)?;
    // As a gateway asks of a key.
    let credentials = format!("x-keydeck-gateway: {gateway}\r\nx-api-key: {secret}\r\n");
    let checking = Http::with_credentials(&server.address, credentials)?;
    let file = directory.join("keys.csv");
    fs::write(&file, csv(keys)?)?;
    let (stop, began) = (AtomicBool::new(false), Instant::now());
    let before = cpu_time(server.pid())?;
    let (imported, changes, checks) = thread::scope(|scope| {
        let changes = scope.spawn(|| over_and_over(changing, &stop, create));
        let checks = scope.spawn(|| over_and_over(checking, &stop, check));
        let imported = import(deck, &server, &file);
        stop.store(true, Ordering::Relaxed);
        (imported, changes.join(), checks.join())
    });
    let ((client, client_memory), all) = (imported?, began.elapsed());
    table.put("in all, s", format!("{:.1}", all.as_secs_f64()));
    table.put("client: CPU, s", format!("{:.1}", client.as_secs_f64()));
    table.put("client: most memory, MiB", format!("{client_memory:.0}"));
    let spent = cpu_time(server.pid())? - before;
    table.put("server: CPU, s", format!("{:.1}", spent.as_secs_f64()));
    table.put(
        "server: most memory, MiB",
        format!("{:.0}", most_mib(server.pid())?),
    );
    for (what, waits) in [("change", changes), ("check", checks)] {
        let mut waits = waits.map_err(|_| format!("the client of each {what} failed"))??;
        waits.sort_unstable();
        let ms = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1_000.0);
        table.put(
            &format!("{what} of others, ms p50"),
            format!("{:.1}", ms(waits.get(waits.len() / 2))),
        );
        table.put(
            &format!("{what} of others, ms worst"),
            format!("{:.0}", ms(waits.last())),
        );
    }
    Ok(())
}

/// The CPU time of the client, and the most memory that it had.
fn import(deck: &Deck, server: &Server, file: &Path) -> Result<(Duration, f64), AnyError> {
    let mut client = Command::new(KEYDECK)
        .arg("import")
        .arg(file)
        .env("KEYDECK_SERVER", format!("http://{}", server.address))
        .env("KEYDECK_TOKEN", &deck.token)
        .spawn()?;
    let mut seen = (Duration::ZERO, 0.0);
    loop {
        // What has ended has no memory.
        if let (Ok(cpu), Ok(memory)) = (cpu_time(client.id()), most_mib(client.id())) {
            seen = (cpu, memory);
        }
        match client.try_wait()? {
            Some(ended) if ended.success() => return Ok(seen),
            Some(ended) => return Err(format!("the import ended with {ended}").into()),
            None => thread::sleep(LOOK),
        }
    }
}

/// The most memory that a process had at once.
fn most_mib(pid: u32) -> Result<f64, AnyError> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .ok_or("no VmHWM")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    Ok(kib / 1024.0)
}

fn create(http: &mut Http, n: usize) -> Result<(), AnyError> {
    let new = json!({"scope": "analytics", "name": format!("Meanwhile {n}")});
    http.send("POST", "/v1/keys", &new.to_string()).map(drop)
}

fn check(http: &mut Http, _: usize) -> Result<(), AnyError> {
    http.get("/v1/authorize?scope=analytics").map(drop)
}

/// How long each request took, until it is told to stop.
fn over_and_over(
    mut http: Http,
    stop: &AtomicBool,
    request: fn(&mut Http, usize) -> Result<(), AnyError>,
) -> Result<Vec<Duration>, String> {
    let failed = |error: AnyError| error.to_string();
    let mut waits = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        request(&mut http, waits.len()).map_err(failed)?;
        waits.push(began.elapsed());
        thread::sleep(LOOK);
    }
    Ok(waits)
}

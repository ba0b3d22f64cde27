//! wrk, and what it and the kernel tell of a run.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::common::{AnyError, cpu_time};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/checks.lua");
const LOAD_CORE: &str = "1";

/// What is sent where.
pub struct Load {
    url: String,
    gateway: String,
    /// A file with a key a line.
    keys: PathBuf,
}

/// The figures of one run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Requests a second.
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU time of the server a request.
    pub cpu_us: f64,
}

impl Load {
    pub fn new(address: &str, gateway: &str, keys: PathBuf) -> Self {
        Self {
            url: format!("http://{address}"),
            gateway: gateway.to_owned(),
            keys,
        }
    }

    /// Fails when a request was not answered as it should be.
    pub fn run(&self, server: u32, connections: u32, time: Duration) -> Result<Run, AnyError> {
        let before = cpu_time(server)?;
        let output = Command::new("taskset")
            .args(["-c", LOAD_CORE, "wrk", "--latency", "-t1"])
            .arg(format!("-c{connections}"))
            .arg(format!("-d{}s", time.as_secs()))
            .args(["-s", SCRIPT, &self.url])
            .env("GATEWAY", &self.gateway)
            .env("KEYS", &self.keys)
            .output()
            .map_err(|error| format!("wrk is needed (Debian package wrk): {error}"))?;
        let used = cpu_time(server)? - before;
        let told = String::from_utf8(output.stdout)?;
        if told.contains("Non-2xx") || told.contains("Socket errors") || !output.status.success() {
            return Err(format!("not all were answered: {told}").into());
        }
        let requests: f64 = word(&told, "requests in", -1)?.parse()?;
        Ok(Run {
            rate: word(&told, "Requests/sec:", 1)?.parse()?,
            p50_ms: milliseconds(word(&told, "50%", 1)?)?,
            p99_ms: milliseconds(word(&told, "99%", 1)?)?,
            cpu_us: used.as_secs_f64() * 1e6 / requests,
        })
    }
}

/// The word beside `mark`, before or behind it.
fn word<'a>(told: &'a str, mark: &str, side: i32) -> Result<&'a str, AnyError> {
    let line = told
        .lines()
        .find(|line| line.contains(mark))
        .ok_or("wrk told something else")?;
    let (before, behind) = line.split_once(mark).ok_or("wrk told something else")?;
    let word = match side {
        -1 => before.split_whitespace().last(),
        _ => behind.split_whitespace().next(),
    };
    Ok(word.ok_or("wrk told something else")?)
}

fn milliseconds(text: &str) -> Result<f64, AnyError> {
    for (unit, factor) in [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * factor);
        }
    }
    Err(format!("{text} is no time").into())
}

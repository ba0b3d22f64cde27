//! A bare HTTP/1.1 client on one kept connection, so that the client's own work hardly counts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::common::AnyError;

pub struct Http {
    stream: BufReader<TcpStream>,
    address: String,
    /// Lines of headers.
    credentials: String,
}

impl Http {
    pub fn connect(address: &str, token: &str) -> Result<Self, AnyError> {
        Self::with_credentials(address, format!("authorization: Bearer {token}\r\n"))
    }

    /// `credentials` are whole lines of headers.
    pub fn with_credentials(address: &str, credentials: String) -> Result<Self, AnyError> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            address: address.to_owned(),
            credentials,
        })
    }

    /// The body of the answer; fails unless the status is 2xx.
    pub fn get(&mut self, path: &str) -> Result<Vec<u8>, AnyError> {
        self.send("GET", path, "")
    }

    pub fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Vec<u8>, AnyError> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{}content-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            self.address,
            self.credentials,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let ok = line
            .split(' ')
            .nth(1)
            .is_some_and(|status| status.starts_with('2'));
        let status = line.clone();
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        if !ok {
            return Err(format!(
                "{method} {path}: {}: {}",
                status.trim(),
                String::from_utf8_lossy(&body)
            )
            .into());
        }
        Ok(body)
    }
}

/// Does `work` over and over on `connections` at once for `window`; what each returned, and the
/// seconds it took.
pub fn load(
    address: &str,
    token: &str,
    connections: usize,
    window: Duration,
    work: impl Fn(&mut Http, u64) -> Result<String, AnyError> + Sync,
) -> Result<(Vec<String>, f64), AnyError> {
    let began = Instant::now();
    // Names must differ from run to run, since revoked ones of an earlier run may be under way.
    let number = AtomicU64::new(u64::from(std::process::id()) * 10_000_000);
    let done = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    let mut http = Http::connect(address, token).map_err(|error| error.to_string())?;
                    let mut done = Vec::new();
                    while began.elapsed() < window {
                        let n = number.fetch_add(1, Ordering::Relaxed);
                        done.push(work(&mut http, n).map_err(|error| error.to_string())?);
                    }
                    Ok::<_, String>(done)
                })
            })
            .collect();
        let joined = workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| "a worker failed".to_owned()));
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let done: Result<Vec<Vec<String>>, String> = done.into_iter().collect();
    Ok((done?.concat(), seconds))
}

/// By every column that the table shows.
pub const SORTS: [&str; 10] = [
    "created_at",
    "name",
    "scope",
    "last_used_at",
    "expires_at",
    "project",
    "creator",
    "last_refused_at",
    "state",
    "requests",
];

/// A page far from both ends: in the middle by creation date and name, reached by its cursor.
pub fn deep_page(http: &mut Http, list: &str) -> Result<String, AnyError> {
    let middle: Value = serde_json::from_slice(&http.get("/v1/keys?limit=1&q=osaka")?)?;
    let id = middle["items"][0]["id"].as_str().ok_or("no key matches")?;
    let around: Value = serde_json::from_slice(&http.get(&format!("{list}&around={id}"))?)?;
    let cursor = around["next"]
        .as_str()
        .or(around["previous"].as_str())
        .ok_or("no cursor")?;
    Ok(format!("{list}&after={cursor}"))
}

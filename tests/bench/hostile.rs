//! `cargo bench --bench hostile [-- CONNECTIONS]`: the release server under 5,000 hostile connections from eight addresses of
//! this machine, four of them listed proxies'. They do all that holds a place or keeps the server busy, and are made again
//! a second after they are closed. Beside them a gateway checks a key and an Owner revokes one, each through a new
//! connection. Prints p50, p99 and the longest time without an attacker, for one without a token and for one with the
//! least privileged one; nothing is asserted.

#[expect(dead_code, reason = "shared with the other benchmarks")]
mod common;
#[expect(dead_code, reason = "shared with the other benchmarks")]
mod http;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{AnyError, Deck};
use http::Http;
use keydeck::model::{Role, Token, TokenKind};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::TcpSocket;

const CONNECTIONS: usize = 5_000;
const PROXIES: &str = "127.0.0.2,127.0.0.3,127.0.0.4,127.0.0.5";
const ADDRESSES: u8 = 8;
/// How often each is asked.
const TIMES: usize = 500;
/// So that the hostile connections are there before anything is measured.
const BEFORE: Duration = Duration::from_secs(5);

/// After which a closed connection is made again.
const AGAIN: Duration = Duration::from_secs(1);

/// Requests that got no answer.
static UNANSWERED: AtomicUsize = AtomicUsize::new(0);
/// Connections that were made again.
static MADE: AtomicUsize = AtomicUsize::new(0);

fn main() -> Result<(), AnyError> {
    let connections = std::env::args().find_map(|arg| arg.parse().ok());
    let connections = connections.unwrap_or(CONNECTIONS);
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, all)?;
    let deck = Deck::of(1_000)?;
    println!(
        "| attacker with {connections} connections | asked | p50 ms | p99 ms | longest ms |\n|---|---|---|---|---|"
    );
    for signed_in in [None, Some(false), Some(true)] {
        measure(&deck, connections, signed_in)?;
    }
    Ok(())
}

/// `attacker` is whether the attacker has signed in; `None` where there is no attacker.
fn measure(deck: &Deck, connections: usize, attacker: Option<bool>) -> Result<(), AnyError> {
    let name = match attacker {
        None => "nobody",
        Some(false) => "without a token",
        Some(true) => "an Editor",
    };
    let mut program = Command::new(env!("CARGO_BIN_EXE_keydeck"));
    program
        .env("KEYDECK_TRUSTED_PROXIES", PROXIES)
        .env("KEYDECK_LOG", "error");
    let server = deck.serve_with(program)?;
    let victims = Victims::made(&server.address, &deck.token)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    if let Some(signed_in) = attacker {
        let target: SocketAddr = server.address.parse()?;
        let sent = attacks(signed_in.then_some(victims.editor.as_str()));
        for n in 0..connections {
            runtime.spawn(hostile(target, n, sent[n % sent.len()].clone()));
        }
        std::thread::sleep(BEFORE);
    }
    let (began, before) = (Instant::now(), MADE.load(Ordering::Relaxed));
    let (checks, revocations) = victims.asked()?;
    let made = (MADE.load(Ordering::Relaxed) - before) as f64 / began.elapsed().as_secs_f64();
    eprintln!("{name}: {made:.0} connections a second made again");
    let unanswered = UNANSWERED.swap(0, Ordering::Relaxed);
    eprintln!("{name}: {unanswered} requests without an answer");
    print(name, "check, new connection", checks);
    print(name, "revocation, new connection", revocations);
    runtime.shutdown_background();
    victims.removed()
}

fn print(name: &str, what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "| {name} | {what} | {:.2} | {:.2} | {:.2} |",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// What a hostile connection does.
#[derive(Clone)]
struct Attack {
    sent: Vec<u8>,
    then: Then,
}

#[derive(Clone, Copy)]
enum Then {
    /// It is silent, and reads what is answered.
    Silent,
    /// It reads nothing.
    Deaf,
    /// It reads, and sends the same over and over.
    Again,
}

/// All that could hold a place, or keep the server busy.
fn attacks(token: Option<&str>) -> Vec<Attack> {
    let ask = |head: &str| format!("{head} HTTP/1.1\r\nhost: keydeck\r\n").into_bytes();
    let end = match token {
        Some(token) => format!("authorization: Bearer {token}\r\n"),
        None => format!("authorization: Bearer kdu_{}\r\n", "x".repeat(49)),
    };
    let whole = |head: &str, rest: &str| [ask(head), format!("{end}{rest}\r\n").into_bytes()].concat();
    let json = |length: usize| format!("content-type: application/json\r\ncontent-length: {length}\r\n");
    let session = r#"{"name": "x"}"#;
    let posted = [whole("POST /v1/projects", &json(session.len())), session.into()].concat();
    [
        (Vec::new(), Then::Silent),
        (ask("GET /livez"), Then::Silent),
        (whole("GET /livez", ""), Then::Silent),
        (whole("GET /openapi.json", "").repeat(40), Then::Deaf),
        (whole("GET /v1/me", ""), Then::Silent),
        (whole("GET /v1/events", ""), Then::Silent),
        (whole("GET /v1/keys?limit=200", "").repeat(40), Then::Deaf),
        (whole("POST /v1/projects", &json(9)), Then::Silent),
        (whole("GET /v1/keys?limit=200", ""), Then::Again),
        (whole("GET /metrics", ""), Then::Again),
        (posted, Then::Again),
    ]
    .map(|(sent, then)| Attack { sent, then })
    .into()
}

/// One connection, made again whenever it is closed.
async fn hostile(target: SocketAddr, n: usize, attack: Attack) {
    let from = Ipv4Addr::new(127, 0, 0, 2 + (n % usize::from(ADDRESSES)) as u8);
    loop {
        // However it ends.
        let _ = attacked(target, from, &attack).await;
        MADE.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(AGAIN).await;
    }
}

async fn attacked(target: SocketAddr, from: Ipv4Addr, attack: &Attack) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from.into(), 0))?;
    let mut stream = socket.connect(target).await?;
    stream.write_all(&attack.sent).await?;
    let mut answer = [0; 16 * 1024];
    loop {
        match attack.then {
            Then::Deaf => return stream.ready(Interest::ERROR).await.map(drop),
            Then::Silent if stream.read(&mut answer).await? > 0 => {}
            Then::Again if stream.read(&mut answer).await? > 0 => stream.write_all(&attack.sent).await?,
            Then::Silent | Then::Again => return Ok(()),
        }
    }
}

/// Those who are to be answered all the same.
struct Victims {
    address: String,
    owner: String,
    editor: String,
    /// The Editor's and the gateway's ids.
    made: [String; 2],
    gateway: String,
    secret: String,
    /// A key for each revocation, and one that is checked.
    keys: Vec<String>,
}

impl Victims {
    fn made(address: &str, owner: &str) -> Result<Self, AnyError> {
        let mut http = Http::connect(address, owner)?;
        let mut send = |path: &str, body: String| -> Result<Value, AnyError> {
            Ok(serde_json::from_slice(&http.send("POST", path, &body)?)?)
        };
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("no text");
        // Names of its own, also beside what an earlier run has left.
        let n = Token::generate(TokenKind::User)?.hash().0[0..4]
            .iter()
            .fold(0, |n, byte| n << 8 | u64::from(*byte));
        let role = Role::Editor.as_str();
        let editor = send(
            "/v1/users",
            format!(r#"{{"email":"e{n}@acme.example","role":"{role}"}}"#),
        )?;
        let gateway = send("/v1/gateways", format!(r#"{{"name":"gate {n}"}}"#))?;
        let mut keys = Vec::new();
        let mut secret = String::new();
        for key in 0..=TIMES {
            let created = send(
                "/v1/keys",
                format!(r#"{{"scope":"analytics","name":"hostile {n} {key}"}}"#),
            )?;
            keys.push(text(&created["key"]["id"])?);
            secret = text(&created["secret"])?;
        }
        Ok(Self {
            address: address.to_owned(),
            owner: owner.to_owned(),
            editor: text(&editor["token"])?,
            made: [text(&editor["user"]["id"])?, text(&gateway["gateway"]["id"])?],
            gateway: text(&gateway["token"])?,
            secret,
            keys,
        })
    }

    /// How long checks and revocations took, in milliseconds.
    fn asked(&self) -> Result<(Vec<f64>, Vec<f64>), AnyError> {
        let (mut checks, mut revocations) = (Vec::new(), Vec::new());
        for id in &self.keys[..TIMES] {
            checks.push(self.took(|| self.check())?);
            let path = format!("/v1/keys/{id}");
            revocations.push(self.took(|| self.revoke(&path))?);
        }
        Ok((checks, revocations))
    }

    /// How long it took until it was done; what gets no answer is asked again.
    fn took(&self, work: impl Fn() -> Result<(), AnyError>) -> Result<f64, AnyError> {
        let began = Instant::now();
        for _ in 0..50 {
            match work() {
                Ok(()) => return Ok(began.elapsed().as_secs_f64() * 1_000.0),
                Err(error) => {
                    UNANSWERED.fetch_add(1, Ordering::Relaxed);
                    eprintln!("no answer: {error}");
                }
            }
        }
        Err("no answer in 50 attempts".into())
    }

    fn revoke(&self, path: &str) -> Result<(), AnyError> {
        match Http::connect(&self.address, &self.owner)?.send("DELETE", path, "") {
            // The answer before was lost.
            Err(error) if error.to_string().contains("410 Gone") => Ok(()),
            answered => answered.map(drop),
        }
    }

    fn check(&self) -> Result<(), AnyError> {
        let mut stream = TcpStream::connect(&self.address)?;
        let head = format!(
            "GET /v1/authorize HTTP/1.1\r\nhost: keydeck\r\nx-keydeck-gateway: {}\r\nx-api-key: {}\r\n\r\n",
            self.gateway, self.secret
        );
        stream.write_all(head.as_bytes())?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        match &status == b"HTTP/1.1 200" {
            true => Ok(()),
            false => Err("the check was refused".into()),
        }
    }

    fn removed(self) -> Result<(), AnyError> {
        let mut http = Http::connect(&self.address, &self.owner)?;
        for key in &self.keys[TIMES..] {
            http.send("DELETE", &format!("/v1/keys/{key}"), "")?;
        }
        let [editor, gateway] = &self.made;
        http.send("DELETE", &format!("/v1/gateways/{gateway}"), "")?;
        http.send("DELETE", &format!("/v1/users/{editor}?keys=revoke"), "")?;
        Ok(())
    }
}

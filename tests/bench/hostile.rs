//! `cargo bench --bench hostile [-- CONNECTIONS]`: the release server under 5,000 hostile connections from eight addresses of
//! this machine, four of them listed proxies'. Attackers that hold places and attackers that repeat requests without end, half of
//! them over a new connection each time, are measured apart, each without a token and with the least privileged one. A
//! connection that the server closes is made again a second later. Beside them a gateway checks a key and an Owner revokes
//! one, each through a new connection. Prints p50, p99 and the longest time, and what the server and the attackers, who
//! share the cores, take of them; nothing is asserted.

#[expect(dead_code, reason = "shared with the other benchmarks")]
mod common;
#[expect(dead_code, reason = "shared with the other benchmarks")]
mod http;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{AnyError, Deck, cpu_time};
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
const TIMES: usize = 200;
/// So that the hostile connections are there before anything is measured.
const BEFORE: Duration = Duration::from_secs(5);

/// After which a closed connection is made again.
const AGAIN: Duration = Duration::from_secs(1);

/// Requests that got no answer.
static UNANSWERED: AtomicUsize = AtomicUsize::new(0);
/// Connections that were made again.
static MADE: AtomicUsize = AtomicUsize::new(0);
/// Pieces of answers that were read.
static ANSWERED: AtomicUsize = AtomicUsize::new(0);

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
    measure(&deck, "nobody", 0, |_| Vec::new())?;
    for (who, signed_in) in [("without a token", false), ("an Editor", true)] {
        for (how, attacks) in [
            ("holds", holding as fn(&str) -> Vec<Attack>),
            ("repeats", repeating),
        ] {
            measure(
                &deck,
                &format!("{who}, {how}"),
                connections,
                |victims| match signed_in {
                    true => attacks(&victims.editor),
                    false => attacks(&format!("kdu_{}", "x".repeat(49))),
                },
            )?;
        }
    }
    Ok(())
}

fn measure(
    deck: &Deck,
    name: &str,
    connections: usize,
    attacks: impl FnOnce(&Victims) -> Vec<Attack>,
) -> Result<(), AnyError> {
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
    let attacks = attacks(&victims);
    let target: SocketAddr = server.address.parse()?;
    for n in 0..connections {
        runtime.spawn(hostile(target, n, attacks[n % attacks.len()].clone()));
    }
    if connections > 0 {
        std::thread::sleep(BEFORE);
    }
    let counted = || (MADE.load(Ordering::Relaxed), ANSWERED.load(Ordering::Relaxed));
    let (began, (made, answered)) = (Instant::now(), counted());
    let cpu = (cpu_time(server.pid())?, cpu_time(std::process::id())?);
    let (checks, revocations) = victims.asked()?;
    let seconds = began.elapsed().as_secs_f64();
    let a_second = |now: usize, before: usize| (now - before) as f64 / seconds;
    let cores = |now: Duration, before: Duration| (now - before).as_secs_f64() / seconds;
    eprintln!(
        "{name}: {:.0} connections a second made again, {:.0} reads of answers; the server takes {:.2} cores, the attackers {:.2}; \
         {} requests without an answer",
        a_second(counted().0, made),
        a_second(counted().1, answered),
        cores(cpu_time(server.pid())?, cpu.0),
        cores(cpu_time(std::process::id())?, cpu.1),
        UNANSWERED.swap(0, Ordering::Relaxed)
    );
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It is silent, and reads what is answered.
    Silent,
    /// It reads nothing.
    Deaf,
    /// It reads, and sends the same over and over.
    Again,
    /// The same, over a new connection each time.
    Anew,
}

fn ask(head: &str) -> Vec<u8> {
    format!("{head} HTTP/1.1\r\nhost: keydeck\r\n").into_bytes()
}

fn whole(head: &str, token: &str, rest: &str) -> Vec<u8> {
    let more = format!("authorization: Bearer {token}\r\n{rest}\r\n");
    [ask(head), more.into_bytes()].concat()
}

fn json(length: usize) -> String {
    format!("content-type: application/json\r\ncontent-length: {length}\r\n")
}

/// All that could hold a place.
fn holding(token: &str) -> Vec<Attack> {
    [
        (Vec::new(), Then::Silent),
        (ask("GET /livez"), Then::Silent),
        (whole("GET /livez", token, ""), Then::Silent),
        (whole("GET /openapi.json", token, "").repeat(40), Then::Deaf),
        (whole("GET /v1/me", token, ""), Then::Silent),
        (whole("GET /v1/events", token, ""), Then::Silent),
        (whole("GET /v1/keys?limit=200", token, "").repeat(40), Then::Deaf),
        (whole("POST /v1/projects", token, &json(9)), Then::Silent),
    ]
    .map(|(sent, then)| Attack { sent, then })
    .into()
}

/// All that keeps the server busy.
fn repeating(token: &str) -> Vec<Attack> {
    let project = r#"{"name": "x"}"#;
    let posted = [
        whole("POST /v1/projects", token, &json(project.len())),
        project.into(),
    ]
    .concat();
    let key = r#"{"scope":"analytics","name":"x"}"#;
    let created = [whole("POST /v1/keys", token, &json(key.len())), key.into()].concat();
    let requests = [
        whole("GET /v1/keys?limit=200", token, ""),
        whole("GET /v1/keys?q=a", token, ""),
        whole("GET /metrics", token, ""),
        whole("GET /v1/authorize", token, ""),
        whole("GET /openapi.json", token, ""),
        posted,
        created,
    ];
    let again = |then| {
        move |sent: &Vec<u8>| Attack {
            sent: sent.clone(),
            then,
        }
    };
    let again = requests
        .iter()
        .map(again(Then::Again))
        .chain(requests.iter().map(again(Then::Anew)));
    again.collect()
}

/// One connection, made again whenever it is closed.
async fn hostile(target: SocketAddr, n: usize, attack: Attack) {
    let from = Ipv4Addr::new(127, 0, 0, 2 + (n % usize::from(ADDRESSES)) as u8);
    loop {
        // However it ends.
        let ended = attacked(target, from, &attack).await;
        MADE.fetch_add(1, Ordering::Relaxed);
        if ended.is_err() || attack.then != Then::Anew {
            tokio::time::sleep(AGAIN).await;
        }
    }
}

async fn attacked(target: SocketAddr, from: Ipv4Addr, attack: &Attack) -> std::io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from.into(), 0))?;
    let mut stream = socket.connect(target).await?;
    stream.write_all(&attack.sent).await?;
    let mut answer = [0; 16 * 1024];
    loop {
        if attack.then == Then::Deaf {
            return stream.ready(Interest::ERROR).await.map(drop);
        }
        if stream.read(&mut answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        ANSWERED.fetch_add(1, Ordering::Relaxed);
        match attack.then {
            Then::Again => stream.write_all(&attack.sent).await?,
            Then::Anew => return Ok(()),
            Then::Silent | Then::Deaf => {}
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

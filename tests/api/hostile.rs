//! Connections that are many and hostile, of somebody without a token and of somebody with the least privileged one:
//! checks through a new connection and revocations are answered all the same, and a gateway keeps its connection.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use keydeck::api::ProblemType;
use keydeck::model::Role;
use keydeck::server::Bounds;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

use crate::checks::Checks;
use crate::common::{Deck, id_of};
use crate::events::listen;

const PLACES: usize = 64;
const CONNECTIONS: usize = 192;
/// What takes so long hangs.
const HANGS: Duration = Duration::from_secs(10);
const SHOP: &str = "https://shop.acme.example";

/// What each of many connections sends before it is silent. The requests are those of the least privileged token, where
/// there is one.
fn attacks(token: &str) -> Vec<(&'static str, Vec<u8>)> {
    let ask = |head: &str| format!("{head} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
    let whole = |head: &str| [ask(head), b"\r\n".to_vec()].concat();
    let signed_in = |head: &str, rest: &str| {
        let more = format!("authorization: Bearer {token}\r\n{rest}");
        [ask(head), more.into_bytes()].concat()
    };
    let body = "content-type: application/json\r\ncontent-length: 9\r\n\r\n{";
    vec![
        ("nothing", Vec::new()),
        (
            "a TLS handshake that is begun",
            vec![0x16, 0x03, 0x01, 0x02, 0x00, 0x01],
        ),
        ("half a head", ask("GET /livez")),
        ("one request", whole("GET /livez")),
        (
            "requests whose answers are not read",
            whole("GET /openapi.json").repeat(40),
        ),
        (
            "a body that does not come",
            [ask("POST /v1/projects"), body.into()].concat(),
        ),
        ("one check", whole("GET /v1/authorize")),
        ("one request, signed in", signed_in("GET /v1/me", "\r\n")),
        ("a stream, signed in", signed_in("GET /v1/events", "\r\n")),
        (
            "a body that does not come, signed in",
            signed_in("POST /v1/projects", body),
        ),
        (
            "pages that are not read, signed in",
            signed_in("GET /v1/keys?limit=200", "\r\n").repeat(40),
        ),
        ("half a head after a request, signed in", {
            [signed_in("GET /v1/me", "\r\n"), ask("GET /v1/me")].concat()
        }),
    ]
}

/// Connections from eight addresses of this machine, one of them a listed proxy's.
async fn attack(server: SocketAddr, sent: &[u8]) -> Vec<TcpStream> {
    let mut hostile = Vec::new();
    for n in 0..CONNECTIONS {
        let mut stream = connected(server, n).await;
        // It may be closed already, or take no more.
        let _ = timeout(Duration::from_millis(1), stream.write_all(sent)).await;
        hostile.push(stream);
    }
    hostile
}

async fn connected(server: SocketAddr, n: usize) -> TcpStream {
    let from = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 1 + (n % 8) as u8));
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind(SocketAddr::new(from, 0))
        .expect("an address of this machine");
    timeout(HANGS, socket.connect(server))
        .await
        .expect("no hang")
        .expect("accepted")
}

#[tokio::test]
async fn checks_and_revocations_are_answered_whatever_many_connections_do() {
    let deck = Deck::start_within(Bounds {
        connections: PLACES,
        ..Bounds::default()
    })
    .await;
    let editor = deck.person(Role::Editor).await;
    let project = deck.owner.project("Shop").await;
    let gateway = deck
        .owner
        .post("/v1/gateways", &json!({"name": "Edge"}))
        .await
        .expect(201);
    let gateway = gateway["token"].as_str().expect("a token");
    let address = deck.url.strip_prefix("http://").expect("http");
    let mut kept = Checks::connect(address, gateway, SHOP).await;
    for (n, (name, sent)) in attacks(&editor.token).into_iter().enumerate() {
        let created = deck.owner.web_key(&project, &format!("Checkout {n}")).await;
        let secret = created["secret"].as_str().expect("a secret");
        assert_eq!(kept.ask(secret).await, 200, "{name}");
        let hostile = attack(address.parse().expect("an address"), &sent).await;
        let work = async {
            let mut new = Checks::connect(address, gateway, SHOP).await;
            assert_eq!(new.ask(secret).await, 200, "{name}");
            // Over a new connection too.
            let owner = deck.someone(&deck.owner.token);
            owner
                .delete(&format!("/v1/keys/{}", id_of(&created)))
                .await
                .expect(204);
            assert_eq!(new.ask(secret).await, 401, "{name}");
            assert_eq!(
                kept.ask(secret).await,
                401,
                "the gateway kept its connection: {name}"
            );
        };
        assert!(timeout(HANGS, work).await.is_ok(), "no answer behind: {name}");
        drop(hostile);
    }
}

/// What many connections ask over and over; the answers come in one piece.
fn repeated(token: &str) -> Vec<(&'static str, Vec<u8>)> {
    let ask =
        |head: &str, rest: &str| format!("{head} HTTP/1.1\r\nhost: localhost\r\n{rest}\r\n").into_bytes();
    let signed_in = format!("authorization: Bearer {token}\r\n");
    let refused = format!("authorization: Bearer kdu_{}\r\n", "x".repeat(49));
    let body = r#"{"name": "Shop"}"#;
    let json = format!(
        "content-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    vec![
        ("no token", ask("GET /v1/me", "")),
        ("an invalid token", ask("GET /v1/me", &refused)),
        ("no gateway's check", ask("GET /v1/authorize", "")),
        ("a head that is refused", ask("TRACE /v1/me", "")),
        ("signed in", ask("GET /v1/me", &signed_in)),
        ("signed in, where nobody has to", ask("GET /livez", &signed_in)),
        (
            "a change",
            [
                ask("POST /v1/projects", &format!("{signed_in}{json}")),
                body.into(),
            ]
            .concat(),
        ),
    ]
}

/// Connections that ask without end, and how many answers they have got.
struct Loops {
    answers: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Loops {
    /// Over new connections each time, or over the same ones; returns once all were answered.
    async fn start(server: SocketAddr, sent: &[u8], anew: bool) -> Self {
        let answers = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for n in 0..CONNECTIONS {
            let (answers, sent) = (answers.clone(), sent.to_owned());
            tasks.spawn(async move {
                loop {
                    let mut stream = connected(server, n).await;
                    while ask_once(&mut stream, &sent).await.is_ok() {
                        answers.fetch_add(1, Ordering::Relaxed);
                        if anew {
                            break;
                        }
                    }
                }
            });
        }
        while answers.load(Ordering::Relaxed) < CONNECTIONS {
            yield_now().await;
        }
        Self {
            answers,
            _tasks: tasks,
        }
    }

    fn answers(&self) -> usize {
        self.answers.load(Ordering::Relaxed)
    }
}

async fn ask_once(stream: &mut TcpStream, sent: &[u8]) -> io::Result<()> {
    stream.write_all(sent).await?;
    match stream.read(&mut [0; 4096]).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn whoever_asks_without_end_is_not_answered_before_everybody_else() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    let project = deck.owner.project("Shop").await;
    let gateway = deck
        .owner
        .post("/v1/gateways", &json!({"name": "Edge"}))
        .await
        .expect(201);
    let gateway = gateway["token"].as_str().expect("a token");
    let address = deck.url.strip_prefix("http://").expect("http");
    let cases = repeated(&editor.token).into_iter();
    for (n, ((name, sent), anew)) in cases
        .flat_map(|case| [(case.clone(), false), (case, true)])
        .enumerate()
    {
        let created = deck.owner.web_key(&project, &format!("Checkout {n}")).await;
        let secret = created["secret"].as_str().expect("a secret");
        let work = async {
            let loops = Loops::start(address.parse().expect("an address"), &sent, anew).await;
            let mut meanwhile = Vec::new();
            for _ in 0..5 {
                let before = loops.answers();
                let mut new = Checks::connect(address, gateway, SHOP).await;
                assert_eq!(new.ask(secret).await, 200, "{name}");
                meanwhile.push(loops.answers() - before);
            }
            let owner = deck.someone(&deck.owner.token);
            owner
                .delete(&format!("/v1/keys/{}", id_of(&created)))
                .await
                .expect(204);
            meanwhile.sort_unstable();
            assert!(
                meanwhile[2] < CONNECTIONS / 2,
                "{name}, anew: {anew}: {meanwhile:?} answers before a check's"
            );
        };
        assert!(
            timeout(HANGS, work).await.is_ok(),
            "no answer beside: {name}, anew: {anew}"
        );
    }
}

#[tokio::test]
async fn a_person_has_eight_streams_and_takes_nobody_elses() {
    let deck = Deck::start().await;
    let editor = deck.person(Role::Editor).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(listen(&editor).await);
    }
    for _ in 0..100 {
        let refused = editor.get("/v1/events").await;
        let problem = refused.refused(429, ProblemType::TooManyAtOnce);
        assert_eq!(
            problem.detail,
            "You have 8 event streams open, the limit for one person; close one, or poll."
        );
        assert_eq!(refused.header("retry-after"), "5");
    }
    editor.get("/v1/keys").await.expect(200);
    let mut owners = listen(&deck.owner).await;
    let project = editor.project("Own").await;
    let id = id_of(&editor.web_key(&project, "Checkout").await);
    for events in streams.iter_mut() {
        assert_eq!(events.next().await, Some(format!("created {id}")));
    }
    assert_eq!(owners.next().await.as_deref(), Some("change projects"));
    // Whoever closes one may open one.
    streams.pop();
    let opened = async {
        while editor
            .request(reqwest::Method::GET, "/v1/events")
            .send()
            .await
            .expect("an answer")
            .status()
            != 200
        {}
    };
    timeout(HANGS, opened).await.expect("a place is given back");
}

#[tokio::test]
async fn streams_take_no_place_of_the_connections() {
    let deck = Deck::start_within(Bounds {
        connections: 4,
        streams: 6,
        ..Bounds::default()
    })
    .await;
    let analyst = deck.person(Role::Analytics).await;
    let mut streams = Vec::new();
    for person in [&deck.owner, &analyst].into_iter().cycle().take(6) {
        streams.push(listen(person).await);
    }
    let problem = analyst
        .get("/v1/events")
        .await
        .refused(429, ProblemType::TooManyAtOnce);
    assert_eq!(
        problem.detail,
        "All 6 event streams of this server are in use; poll instead."
    );
    let hostile = attack(
        deck.url
            .strip_prefix("http://")
            .expect("http")
            .parse()
            .expect("an address"),
        b"",
    )
    .await;
    let editor = deck.person(Role::Editor).await;
    editor.project("Own").await;
    for (n, events) in streams.iter_mut().enumerate() {
        let told = timeout(HANGS, events.next()).await.expect("no hang");
        assert_eq!(told.as_deref(), Some("change people"), "{n}");
    }
    drop(hostile);
}

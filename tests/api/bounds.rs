//! Clients that are many, slow or silent: each loses its own place, and others are answered.

use std::io::ErrorKind;
use std::time::Duration;

use keydeck::server::Bounds;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::common::Deck;

const AT_ONCE: Duration = Duration::from_millis(10);
/// A test that waits for nothing fails, it does not hang.
const LONG: Duration = Duration::from_secs(60);
const CLOSED: &[u8] = b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
const LIVE: &[u8] = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";
const DOCUMENT: &[u8] = b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n";

async fn connect(deck: &Deck) -> TcpStream {
    let address = deck.url.strip_prefix("http://").expect("http");
    TcpStream::connect(address).await.expect("accepted")
}

/// A connection on which one request was answered.
async fn answered(deck: &Deck) -> TcpStream {
    let mut stream = connect(deck).await;
    stream.write_all(LIVE).await.expect("sent");
    let mut answer = Vec::new();
    while !answer.ends_with(b"alive\n") {
        answer.push(stream.read_u8().await.expect("answered"));
    }
    stream
}

/// All that the server sends until it closes the connection.
async fn until_closed(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset closes it too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn five_hundred_clients_that_hang_leave_others_answered() {
    let deck = Deck::start().await;
    let body = b"POST /v1/projects HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{";
    let mut slow = Vec::new();
    for sent in [&b""[..], &LIVE[..20], body].iter().cycle().take(500) {
        let mut stream = connect(&deck).await;
        stream.write_all(sent).await.expect("sent");
        slow.push(stream);
    }
    deck.owner.get("/v1/me").await.expect(200);
    deck.owner.get("/v1/keys").await.expect(200);
    deck.owner.project("Shop").await;
    for stream in slow.iter().step_by(3).chain(slow.iter().skip(1).step_by(3)) {
        let waiting = stream.try_read(&mut [0; 1]).expect_err("it still hangs");
        assert_eq!(waiting.kind(), ErrorKind::WouldBlock);
    }
}

#[tokio::test]
async fn who_comes_when_all_places_are_taken_gets_that_of_the_one_that_was_idle_longest() {
    let deck = Deck::start_within(Bounds {
        connections: 2,
        ..Bounds::default()
    })
    .await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = connect(&deck).await;
        stream.write_all(LIVE).await.expect("sent");
        stream.read_exact(&mut [0; 1]).await.expect("answered");
        streams.push(stream);
    }
    until_closed(streams.remove(0)).await;
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let deck = Deck::start_within(Bounds {
        head: AT_ONCE,
        ..Bounds::default()
    })
    .await;
    for sent in [&b""[..], &LIVE[..20]] {
        let mut stream = connect(&deck).await;
        stream.write_all(sent).await.expect("sent");
        assert_eq!(until_closed(stream).await, "");
    }
    // Also one that begins after an answer; between two requests there is more time.
    let mut idle = answered(&deck).await;
    let mut begun = answered(&deck).await;
    begun.write_all(&LIVE[..20]).await.expect("sent");
    assert_eq!(until_closed(begun).await, "");
    idle.write_all(CLOSED).await.expect("sent");
    assert!(until_closed(idle).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_time() {
    let deck = Deck::start_within(Bounds {
        keep_alive: AT_ONCE,
        ..Bounds::default()
    })
    .await;
    assert_eq!(until_closed(answered(&deck).await).await, "");
}

#[tokio::test]
async fn a_server_that_ends_answers_what_is_on_its_way_and_says_that_it_closes() {
    let deck = Deck::start_within(Bounds {
        linger: LONG,
        grace: LONG,
        ..Bounds::default()
    })
    .await;
    let address = deck.url.strip_prefix("http://").expect("http").to_owned();
    let mut idle = answered(&deck).await;
    let ended = tokio::spawn(deck.stop());
    // Nobody new is let in once it ends.
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    idle.write_all(LIVE).await.expect("sent");
    let answer = until_closed(idle).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    ended.await.expect("ended");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_ends_the_connection() {
    let deck = Deck::start_within(Bounds {
        unread: AT_ONCE,
        ..Bounds::default()
    })
    .await;
    let mut stream = connect(&deck).await;
    // More answers than the buffers of both ends hold; writing fails once the server has gone.
    while stream.write_all(DOCUMENT).await.is_ok() {}
    deck.owner.get("/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_head_has_a_bound() {
    let deck = Deck::start().await;
    let long = "x".repeat(33 * 1024);
    let request = deck.owner.request(Method::GET, "/livez").header("x-long", long);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 431);
}
